package io.freshet.training.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import io.freshet.training.merge.GivenDifference.Round;
import io.freshet.training.merge.GivenDifferenceCodec.Assembler;
import io.freshet.training.merge.GivenDifferenceCodec.Part;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class GivenDifferenceCodecTest {
    private static final Round ROUND = new Round(300, 2, 40, 0x12345678);

    /** Version 1: positions 7 and 300 of partitions 1 and 3, and three bytes in parts of two. */
    private static final List<String> GOLDEN = List.of(
            "464c01" + "ac02" + "02" + "28" + "78563412" + "02" + "00" + "02" + "0107" + "03ac02" + "02aabb"
                    + "5105600b",
            "464c01" + "ac02" + "02" + "28" + "78563412" + "02" + "01" + "00" + "01cc" + "1cdabbec");

    private static final String ANNOUNCEMENT = "464c01" + "ac02" + "02" + "28" + "78563412" + "00" + "2e97f6d0";

    @Test
    void shouldWriteGoldenBytes() {
        assertThat(GivenDifferenceCodec.encode(sample(), 2))
                .extracting(HexFormat.of()::formatHex)
                .isEqualTo(GOLDEN);
        assertThat(HexFormat.of().formatHex(GivenDifferenceCodec.encodeAnnouncement(ROUND)))
                .isEqualTo(ANNOUNCEMENT);
    }

    @Test
    void shouldJoinGoldenParts() {
        Assembler assembler = new Assembler();
        assertThat(assembler.add(part(0))).isNull();
        assertThat(assembler.add(part(1))).isEqualTo(sample());
        assertThat(GivenDifferenceCodec.decode(HexFormat.of().parseHex(ANNOUNCEMENT))
                        .isAnnouncement())
                .isTrue();
    }

    @Test
    void shouldDropPartsThatDoNotFollowEachOther() {
        Assembler assembler = new Assembler();
        assertThat(assembler.add(part(1))).isNull();
        assertThat(assembler.add(part(0))).isNull();
        assertThat(assembler.add(part(0))).isNull();
        assertThat(assembler.add(part(1))).isEqualTo(sample());
    }

    @Test
    void shouldHaveNoDifferenceWhenThereIsNoStep() {
        GivenDifference idle = GivenDifference.of(ROUND, new TreeMap<>(Map.of(0, 5L)), null);
        List<byte[]> records = GivenDifferenceCodec.encode(idle, 1_000);
        assertThat(records).hasSize(1);
        GivenDifference read = new Assembler().add(GivenDifferenceCodec.decode(records.getFirst()));
        assertThat(read).isEqualTo(idle);
        assertThat(idle.difference()).isNull();
        assertThat(idle.digest()).isZero();
    }

    @Test
    void shouldRefuseEveryByteThatChanged() {
        for (int position = 0; position < GOLDEN.getFirst().length() / 2; position++) {
            byte[] bytes = HexFormat.of().parseHex(GOLDEN.getFirst());
            bytes[position] ^= 0x10;
            Class<?> expected = position == 2 ? FormatVersionException.class : CorruptFormatException.class;
            assertThatThrownBy(() -> GivenDifferenceCodec.decode(bytes)).isInstanceOf(expected);
        }
    }

    private static Part part(int number) {
        return GivenDifferenceCodec.decode(HexFormat.of().parseHex(GOLDEN.get(number)));
    }

    private static GivenDifference sample() {
        return new GivenDifference(
                ROUND, new TreeMap<>(Map.of(1, 7L, 3, 300L)), new byte[] {(byte) 0xaa, (byte) 0xbb, (byte) 0xcc});
    }
}
