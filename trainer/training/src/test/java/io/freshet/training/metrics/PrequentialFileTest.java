package io.freshet.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import io.freshet.store.modellog.StepRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrequentialFileTest {
    /**
     * Version 2. The served model has k = 2, one event at rank 1, none at rank 2, two at worse ranks, and a window of the
     * newest 2 events. The network has no events, and the memory has one at rank 2.
     */
    private static final String GOLDEN = "464502" + "02" + "01" + "00" + "02" + "02" + "02" + "0200" + "02" + "000000"
            + "02" + "00" + "02" + "000100" + "02" + "0101" + "5516646a";

    /** Version 1: only the served model, with the same metrics. */
    private static final String GOLDEN_V1 = "464501" + "02" + "01" + "00" + "02" + "02" + "02" + "0200" + "7cbb71d8";

    @Test
    void shouldWriteGoldenBytes() {
        assertThat(HexFormat.of().formatHex(PrequentialFile.encode(sample()))).isEqualTo(GOLDEN);
    }

    @Test
    void shouldReadGoldenBytes() {
        ModelMetrics metrics = PrequentialFile.decode(HexFormat.of().parseHex(GOLDEN));

        assertThat(metrics.served().running()).isEqualTo(sample().served().running());
        assertThat(metrics.served().windowed()).isEqualTo(sample().served().windowed());
        assertThat(metrics.network().running().events()).isZero();
        assertThat(metrics.memory().windowed()).isEqualTo(sample().memory().windowed());
    }

    @Test
    void shouldTakeFiguresOfVersionOneForTheNetworksToo() {
        ModelMetrics metrics = PrequentialFile.decode(HexFormat.of().parseHex(GOLDEN_V1));

        assertThat(metrics.served().running()).isEqualTo(sample().served().running());
        assertThat(metrics.network().running()).isEqualTo(sample().served().running());
        assertThat(metrics.network().windowed()).isEqualTo(sample().served().windowed());
        assertThat(metrics.network()).isNotSameAs(metrics.served());
        assertThat(metrics.memory().running().events()).isZero();
        assertThat(metrics.memory().window()).isEqualTo(2);
    }

    @Test
    void shouldComeBackFromFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve(PrequentialFile.NAME);

        PrequentialFile.write(file, sample());

        assertThat(PrequentialFile.encode(PrequentialFile.read(file))).isEqualTo(PrequentialFile.encode(sample()));
    }

    @Test
    void shouldRefuseEveryByteThatChanged() {
        for (int position = 0; position < GOLDEN.length() / 2; position++) {
            byte[] bytes = HexFormat.of().parseHex(GOLDEN);
            bytes[position] ^= 0x10;
            Class<?> expected = position == 2 ? FormatVersionException.class : CorruptFormatException.class;
            assertThatThrownBy(() -> PrequentialFile.decode(bytes)).isInstanceOf(expected);
        }
    }

    private static ModelMetrics sample() {
        ModelMetrics metrics = ModelMetrics.none(2, 2);
        metrics.served().observe(3);
        metrics.served().observe(StepRecord.MISS);
        metrics.served().observe(1);
        metrics.memory().observe(2);
        return metrics;
    }
}
