package io.freshet.training.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DifferenceCodecTest {
    /** Version 1: 300 clicks; a delta of steps 4 and 5 with rows 1 and 2; weights 8 and 1,023; target counts 2 and 0. */
    private static final String GOLDEN = "465801" + "ac02" + "3d"
            + "4644070903020001020301020102036e65770002010100020001000000000000d03f0402020000803f000000c0cdcccc3d000080400000003f53324185"
            + "08ff07" + "01" + "0200" + "8f121d78";

    /** The same with a delta of version 5. */
    private static final String GOLDEN_WITH_DELTA_V5 = "465801" + "ac02" + "3d"
            + "4644050903020001020301020102036e65770002010100020001000000000000d03f0402020000803f000000c0cdcccc3d000080400000003f1a434a35"
            + "08ff07" + "01" + "0200" + "8f121d78";

    @Test
    void shouldWriteGoldenBytes() {
        assertThat(HexFormat.of().formatHex(DifferenceCodec.encode(sample()))).isEqualTo(GOLDEN);
    }

    @Test
    void shouldReadGoldenBytes() {
        assertThat(DifferenceCodec.decode(HexFormat.of().parseHex(GOLDEN))).isEqualTo(sample());
        assertThat(DifferenceCodec.decode(HexFormat.of().parseHex(GOLDEN_WITH_DELTA_V5)))
                .isEqualTo(sample());
    }

    @Test
    void shouldRefuseEveryByteThatChanged() {
        for (int position = 0; position < GOLDEN.length() / 2; position++) {
            byte[] bytes = HexFormat.of().parseHex(GOLDEN);
            bytes[position] ^= 0x10;
            Class<?> expected = position == 2 ? FormatVersionException.class : CorruptFormatException.class;
            assertThatThrownBy(() -> DifferenceCodec.decode(bytes)).isInstanceOf(expected);
        }
    }

    @Test
    void shouldRefuseWeightsAndCountsThatDoNotFit() {
        ModelDelta delta = sample().delta();
        assertThatThrownBy(() -> new Difference(delta, 1, new int[] {1}, new long[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a weight for each row");
        assertThatThrownBy(() -> new Difference(delta, 1, new int[] {1, 0}, new long[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weights > 0");
        assertThatThrownBy(() -> new Difference(delta, 1, new int[] {1, 1}, new long[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target count");
        assertThatThrownBy(() -> new Difference(delta, -1, new int[] {1, 1}, new long[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clicks >= 0");
    }

    private static Difference sample() {
        ModelDelta delta = new ModelDelta(
                9,
                new ModelDelta.Steps(3, 5),
                ModelDelta.Part.ONLY,
                new ModelDelta.VocabularyChange(3, new int[] {2}, List.of("new"), List.of()),
                new ModelDelta.RowValues(2, new int[] {1, 2}, new float[] {1, -2, .1f, 4}),
                new float[] {.5f},
                new MemoryDelta(new int[] {1, 0}, new int[] {1}, new int[] {0, 2}, new double[] {.25}));
        return new Difference(delta, 300, new int[] {8, 1023}, new long[] {2, 0});
    }
}
