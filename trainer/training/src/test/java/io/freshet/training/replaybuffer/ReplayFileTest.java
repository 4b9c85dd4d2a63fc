package io.freshet.training.replaybuffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayFileTest {
    private static final int ITEM_ROWS = 301;

    /** Version 1: capacity 2, at most 3 positions, seed -2, one replacement; the users "a" and "ü" with their rows. */
    private static final String GOLDEN = "465201" + "02" + "03" + "feffffffffffffff" + "01" + "02" + "0161" + "020501"
            + "02c3bc" + "03ac020007" + "83f897c0";

    /** Version 2: the same, with three distinct weights, 0, 1 and 4, for the five positions. */
    private static final String GOLDEN_WITH_WEIGHTS = "465202" + "02" + "03" + "feffffffffffffff" + "01" + "02" + "0161"
            + "020501" + "02c3bc" + "03ac020007" + "03" + "000000000000803f00008040" + "0001020100" + "8eb4b03a";

    @Test
    void shouldWriteGoldenBytesWithWeights() {
        ReplayReservoir reservoir = ReplayFile.decode(HexFormat.of().parseHex(GOLDEN_WITH_WEIGHTS), ITEM_ROWS);

        assertThat(HexFormat.of().formatHex(ReplayFile.encode(weighted()))).isEqualTo(GOLDEN_WITH_WEIGHTS);
        assertThat(reservoir.weightAt(1, 0)).isEqualTo(4);
        assertThat(reservoir.weightAt(1, 2)).isZero();
        assertThat(HexFormat.of().formatHex(ReplayFile.encode(reservoir))).isEqualTo(GOLDEN_WITH_WEIGHTS);
    }

    @Test
    void shouldWriteVersionOneAgainWhenEachWeightIsOneAgain() {
        ReplayReservoir reservoir = weighted();
        reservoir.put("a", new int[] {5, 1}, 0, 2);
        reservoir.put("ü", new int[] {300, 0, 7}, new float[] {1, 1, 1}, 0, 3);

        assertThat(HexFormat.of().formatHex(ReplayFile.encode(reservoir))).isEqualTo(GOLDEN);
    }

    @Test
    void shouldRefuseEveryByteOfWeightsThatChanged() {
        for (int position = 0; position < GOLDEN_WITH_WEIGHTS.length() / 2; position++) {
            byte[] bytes = HexFormat.of().parseHex(GOLDEN_WITH_WEIGHTS);
            bytes[position] ^= 0x10;
            Class<?> expected = position == 2 ? FormatVersionException.class : CorruptFormatException.class;
            assertThatThrownBy(() -> ReplayFile.decode(bytes, ITEM_ROWS)).isInstanceOf(expected);
        }
    }

    @Test
    void shouldWriteGoldenBytes() {
        assertThat(HexFormat.of().formatHex(ReplayFile.encode(sample()))).isEqualTo(GOLDEN);
    }

    @Test
    void shouldReadGoldenBytes() {
        ReplayReservoir reservoir = ReplayFile.decode(HexFormat.of().parseHex(GOLDEN), ITEM_ROWS);

        assertThat(reservoir.seed()).isEqualTo(-2);
        assertThat(reservoir.replacements()).isEqualTo(1);
        assertThat(reservoir.userAt(1)).isEqualTo("ü");
        assertThat(reservoir.rowAt(1, 0)).isEqualTo(300);
    }

    @Test
    void shouldComeBackFromFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve(ReplayFile.NAME);

        ReplayFile.write(file, sample());

        assertThat(ReplayFile.encode(ReplayFile.read(file, ITEM_ROWS))).isEqualTo(ReplayFile.encode(sample()));
    }

    @Test
    void shouldRefuseEveryByteThatChanged() {
        for (int position = 0; position < GOLDEN.length() / 2; position++) {
            byte[] bytes = HexFormat.of().parseHex(GOLDEN);
            bytes[position] ^= 0x10;
            Class<?> expected = position == 2 ? FormatVersionException.class : CorruptFormatException.class;
            assertThatThrownBy(() -> ReplayFile.decode(bytes, ITEM_ROWS)).isInstanceOf(expected);
        }
    }

    @Test
    void shouldRefuseRowsThatTheVocabularyDoesNotHave() {
        assertThatThrownBy(() -> ReplayFile.decode(HexFormat.of().parseHex(GOLDEN), 300))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("row=300");
    }

    private static ReplayReservoir weighted() {
        ReplayReservoir reservoir = sample();
        reservoir.put("a", new int[] {9, 5, 1}, new float[] {9, 0, 1}, 1, 3);
        reservoir.put("ü", new int[] {300, 0, 7}, new float[] {4, 1, 0}, 0, 3);
        return reservoir;
    }

    private static ReplayReservoir sample() {
        ReplayReservoir reservoir = new ReplayReservoir(2, 3, -2);
        reservoir.restore("a", new int[] {5, 1}, 2);
        reservoir.restore("ü", new int[] {300, 0, 7}, 3);
        reservoir.restoreReplacements(1);
        return reservoir;
    }
}
