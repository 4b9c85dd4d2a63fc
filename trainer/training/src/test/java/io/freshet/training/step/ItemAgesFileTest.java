package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.FormatException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ItemAgesFileTest {
    private static final long RETENTION = 100;

    @Test
    void shouldWriteTheGoldenBytes() {
        ItemAges ages = new ItemAges(RETENTION);
        ages.begin(0, 7);
        ages.click(0, "u", 7);

        assertThat(HexFormat.of().formatHex(ItemAgesFile.encode(ages)))
                .isEqualTo("464102" + "01" + "01" + "68052a140ea3f7b2" + "07" + "00" + "01" + "07" + "4f17e2dd");
    }

    @Test
    void shouldGoOnAlikeFromWhatItWrote() {
        ItemAges ages = ages();
        ItemAges copy = ItemAgesFile.decode(ItemAgesFile.encode(ages), 10, RETENTION);
        for (ItemAges each : List.of(ages, copy)) {
            click(each, 3, 150);
        }

        assertThat(ages.past(row -> true)).containsExactly(0, 1);
        assertThat(copy.past(row -> true)).containsExactly(0, 1);
        assertThat(ItemAgesFile.encode(copy)).isEqualTo(ItemAgesFile.encode(ages));
    }

    /** Version 1 has only the time of the newest click, which a single click could have moved by years. */
    @Test
    void shouldNotBelieveTheTimeOfVersion1() {
        BinaryFormat version1 = new BinaryFormat("item ages", 'A', 1, 1);
        ByteWriter writer = version1.writer(64);
        writer.writeVarint(1_000_000); // the newest click
        writer.writeVarint(1_000_000); // the last scan
        writer.writeVarint(2);
        writer.writeVarint(10);
        writer.writeVarint(200);
        ItemAges ages = ItemAgesFile.decode(version1.seal(writer), 10, RETENTION);

        assertThat(ages.past(row -> true)).isEmpty();
        click(ages, 2, 205);
        assertThat(ages.isPast(10)).isTrue();
        assertThat(ages.past(row -> true)).as("it has just begun to count").isEmpty();
        click(ages, 2, 215);
        assertThat(ages.past(row -> true)).containsExactly(0);
    }

    @Test
    void shouldRefuseDamagedBytes() {
        byte[] bytes = ItemAgesFile.encode(ages());

        for (int bit = 0; bit < Byte.SIZE * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThatExceptionOfType(FormatException.class)
                    .as("bit %d flipped", bit)
                    .isThrownBy(() -> ItemAgesFile.decode(flipped, 10, RETENTION));
        }
    }

    /** Returns the ages of three items, clicked at 10, 20 and 60 by five users each. */
    private static ItemAges ages() {
        ItemAges ages = new ItemAges(RETENTION);
        for (int row = 0; row < 3; row++) {
            click(ages, row, row == 2 ? 60 : 10 * (row + 1));
        }
        return ages;
    }

    private static void click(ItemAges ages, int row, long timeMs) {
        if (row >= ages.rows()) {
            ages.begin(row, timeMs);
        }
        for (int user = 0; user < 5; user++) {
            ages.click(row, "user-" + user, timeMs);
        }
    }
}
