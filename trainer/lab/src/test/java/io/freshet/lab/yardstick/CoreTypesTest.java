package io.freshet.lab.yardstick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.lab.yardstick.MachineRates.Sgemm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CoreTypesTest {
    @Test
    void shouldTryTheDetectedCoreTypeFirstOnEveryArchitecture() {
        assertThat(CoreTypes.of("amd64")).startsWith(CoreTypes.DETECTED).contains("Haswell", "SkylakeX");
        assertThat(CoreTypes.of("x86_64")).isEqualTo(CoreTypes.of("amd64"));
        assertThat(CoreTypes.of("aarch64"))
                .startsWith(CoreTypes.DETECTED)
                .contains("ARMV8", "NEOVERSEN1")
                .doesNotContain("Haswell");
        assertThat(CoreTypes.of("riscv64")).containsExactly(CoreTypes.DETECTED);
    }

    @Test
    void shouldTakeTheLoadedNameWhenItIsTheOneAskedFor() throws CoreTypeException {
        assertThat(CoreTypes.loaded("NEOVERSEN1", "core neoversen1")).isEqualTo("neoversen1");
        assertThat(CoreTypes.loaded(CoreTypes.DETECTED, "core Zen")).isEqualTo("Zen");
    }

    @Test
    void shouldRefuseWhenAnotherCoreTypeIsLoadedOrItsProductIsWrong() {
        assertThatExceptionOfType(CoreTypeException.class)
                .isThrownBy(() -> CoreTypes.loaded("SapphireRapids", "core Prescott"))
                .withMessageContaining("does not know it")
                .withMessageContaining("Prescott");
        assertThatExceptionOfType(CoreTypeException.class)
                .isThrownBy(() -> CoreTypes.loaded("Haswell", "wrong Haswell"))
                .withMessageContaining("wrong");
    }

    @Test
    void shouldChooseTheFastestForEachNumberOfThreads() {
        List<Sgemm> sgemm = List.of(
                new Sgemm("SkylakeX", 1, 90),
                new Sgemm("Haswell", 1, 60),
                new Sgemm("SkylakeX", 2, 95),
                new Sgemm("Haswell", 2, 110));
        assertThat(MachineRates.fastest(sgemm, 1).coreType()).isEqualTo("SkylakeX");
        assertThat(MachineRates.fastest(sgemm, 2).coreType()).isEqualTo("Haswell");
    }

    @Test
    void shouldMeasureInAProcessOfItsOwn() throws IOException, CoreTypeException {
        String known;
        try (SgemmProcess process = SgemmProcess.start(CoreTypes.DETECTED)) {
            known = process.core();
            assertThat(process.measure(1, Duration.ofMillis(1))).isPositive();
            assertThat(process.measure(2, Duration.ofMillis(1))).isPositive();
        }
        assertThat(known).isNotEmpty();
        assertThatExceptionOfType(CoreTypeException.class)
                .isThrownBy(() -> SgemmProcess.start("none-such").close());
    }
}
