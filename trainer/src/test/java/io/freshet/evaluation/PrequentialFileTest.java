package io.freshet.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.delta.StepRecord;
import io.freshet.format.CorruptFormatException;
import io.freshet.format.FormatTooNewException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrequentialFileTest {
    /** Version 1: k = 2; one first place, no second, two worse; a window of 2 that holds the newest two. */
    private static final String GOLDEN = "464501" + "02" + "01" + "00" + "02" + "02" + "02" + "0200" + "7cbb71d8";

    @Test
    void shouldWriteGoldenBytes() {
        assertThat(HexFormat.of().formatHex(PrequentialFile.encode(sample()))).isEqualTo(GOLDEN);
    }

    @Test
    void shouldReadGoldenBytes() {
        PrequentialMetrics metrics = PrequentialFile.decode(HexFormat.of().parseHex(GOLDEN));

        assertThat(metrics.running()).isEqualTo(sample().running());
        assertThat(metrics.windowed()).isEqualTo(sample().windowed());
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
            Class<?> expected = position == 2 ? FormatTooNewException.class : CorruptFormatException.class;
            assertThatThrownBy(() -> PrequentialFile.decode(bytes)).isInstanceOf(expected);
        }
    }

    private static PrequentialMetrics sample() {
        PrequentialMetrics metrics = new PrequentialMetrics(2, 2);
        metrics.observe(3);
        metrics.observe(StepRecord.MISS);
        metrics.observe(1);
        return metrics;
    }
}
