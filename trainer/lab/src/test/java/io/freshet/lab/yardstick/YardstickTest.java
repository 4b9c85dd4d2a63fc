package io.freshet.lab.yardstick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class YardstickTest {
    @Test
    void shouldMeasureTheMachineAndMeasureItAgain() throws IOException {
        List<String> steps = new ArrayList<>();
        try (Yardstick yardstick = new Yardstick(List.of(CoreTypes.DETECTED, "none-such"), Set.of(1, 2), steps::add)) {
            MachineRates rates = yardstick.rates();
            assertThat(rates.leftOut())
                    .extracting(MachineRates.SkippedCoreType::coreType)
                    .containsExactly("none-such");
            assertThat(rates.best()).extracting(MachineRates.Best::threads).containsExactly(1, 2);
            for (MachineRates.Best best : rates.best()) {
                assertThat(best.sgemmCoreType()).isEqualTo(rates.detectedCoreType());
                assertThat(best.sgemmGflops()).isPositive();
                assertThat(best.readGigabytesPerSecond()).isPositive();
                // In the interpreter the loop is a thousand times slower, so it would not measure a peak.
                assertThat(best.fmaGflops()).isGreaterThan(1);
            }
            assertThat(yardstick.sgemm(2, Duration.ofMillis(1))).isPositive();
            assertThat(yardstick.fma(2, Duration.ofMillis(1))).isPositive();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> yardstick.sgemm(3, Duration.ofMillis(1)))
                    .withMessageContaining("threads=3");
        }
        assertThat(steps).contains("starting OpenBLAS as detected");
    }

    @Test
    void shouldMeasureACoreTypeOnceWhenItIsTheDetectedOneToo() throws IOException, CoreTypeException {
        String core;
        try (SgemmProcess process = SgemmProcess.start(CoreTypes.DETECTED)) {
            core = process.core();
        }
        List<String> thrice = List.of(core, CoreTypes.DETECTED, core.toLowerCase(Locale.ROOT));
        try (Yardstick yardstick = new Yardstick(thrice, Set.of(1), step -> {})) {
            assertThat(yardstick.rates().sgemm())
                    .extracting(MachineRates.Sgemm::coreType)
                    .containsExactly(core);
            assertThat(yardstick.rates().detectedCoreType()).isEqualTo(core);
        }
    }

    @Test
    void shouldSayWhyWhenNoCoreTypeRuns() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new Yardstick(List.of("none-such"), Set.of(1), step -> {}).close())
                .withMessageContaining("none-such");
    }
}
