package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CooccurrenceFileTest {
    private static final int ITEM_ROWS = 301;

    /** Version 3 up to the mixture: window 3, 2 neighbours, halved at 9 clicks; two clicks; 384 mixture values. */
    private static final String GOLDEN_HEAD = "464d03" + "03" + "02" + "09" + "02" + "8003";

    /** Version 2, which has no log of clicks: 304 mixture values. */
    private static final String GOLDEN_HEAD_V2 = "464d02" + "03" + "02" + "09" + "02" + "b002";

    /** Version 1, which has no factors of repeats either: 243 mixture values. */
    private static final String GOLDEN_HEAD_V1 = "464d01" + "03" + "02" + "09" + "02" + "f301";

    /**
     * Three items: 5, followed by 300 with 2520 and by itself with 2520; 7, followed by 300 with 1260; and 300, preceded
     * by both.
     */
    private static final String GOLDEN_ITEMS = "03" + "05" + "02" + "05d81300" + "ac02d81300" + "02" + "01"
            + "ac02ec0900" + "a502" + "02" + "0500d813" + "0700ec09";

    /** Two sessions: 5 and 5 again; 5 and 300, because no session ends with 7 and 5. */
    private static final String GOLDEN_LOG = "04" + "0600" + "0601" + "0600" + "ad0201";

    /** Clicks on 5 and then on 300. */
    private static final String GOLDEN_RECENT = "02" + "05" + "ac02";

    @Test
    void shouldWriteGoldenBytes() {
        String hex = HexFormat.of().formatHex(CooccurrenceFile.encode(sample()));

        assertThat(hex).startsWith(GOLDEN_HEAD);
        assertThat(hex.substring(GOLDEN_HEAD.length() + 2 * Double.BYTES * 384, hex.length() - 8))
                .isEqualTo(GOLDEN_ITEMS + GOLDEN_LOG + GOLDEN_RECENT);
        assertThat(hex).endsWith("317e8514");
    }

    @ParameterizedTest
    @CsvSource({GOLDEN_HEAD_V1 + ", 243, 3adf4e25", GOLDEN_HEAD_V2 + ", 304, 0cf28414"})
    void shouldReadOlderVersionsWithWhatANewMemoryHas(String head, int values, String checksum) {
        HexFormat hex = HexFormat.of();
        byte[] mixture = new byte[values * Double.BYTES];
        double[] older = OlderMixtures.of(sample().mixture(), values);
        ByteBuffer.wrap(mixture).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(older);
        byte[] golden = hex.parseHex(head + hex.formatHex(mixture) + GOLDEN_ITEMS + checksum);

        CooccurrenceModel memory = CooccurrenceFile.decode(golden, ITEM_ROWS);

        assertThat(memory.mixture()).containsExactly(OlderMixtures.read(sample().mixture()), within(1e-15));
        assertThat(memory.log().size()).isZero();
        assertThat(memory.recent().size()).isZero();
        assertThat(memory.clicks()).isEqualTo(2);
        assertThat(memory.neighboursOf(7)).isNotNull();
    }

    @Test
    void shouldReadWhatItWrote() {
        CooccurrenceModel memory = CooccurrenceFile.decode(CooccurrenceFile.encode(sample()), ITEM_ROWS);

        assertThat(memory.config()).isEqualTo(new CooccurrenceConfig(3, 2, 9));
        assertThat(memory.clicks()).isEqualTo(2);
        assertThat(memory.mixture()).isEqualTo(sample().mixture());
        assertThat(memory.neighboursOf(7)).isNotNull().satisfies(list -> {
            assertThat(list.row(0)).isEqualTo(300);
            assertThat(list.after(0)).isEqualTo(NeighbourList.NEAREST / 2);
            assertThat(list.total()).isEqualTo(NeighbourList.NEAREST / 2);
        });
        assertThat(CooccurrenceFile.encode(memory)).isEqualTo(CooccurrenceFile.encode(sample()));
    }

    @Test
    void shouldWriteAFrozenMemoryAsItWasWhenTheMemoryGoesOn() {
        CooccurrenceModel memory = sample();
        CooccurrenceModel untouched = sample();
        CooccurrenceModel frozen = memory.frozen();
        for (CooccurrenceModel changed : List.of(memory, untouched)) {
            changed.observe(new int[] {5, 7}, 0, 2, 9);
            changed.forget(List.of(300));
            changed.observe(new int[] {9, 5}, 0, 2, 300);
        }

        assertThat(CooccurrenceFile.encode(frozen)).isEqualTo(CooccurrenceFile.encode(sample()));
        assertThat(CooccurrenceFile.encode(memory))
                .isEqualTo(CooccurrenceFile.encode(untouched))
                .isNotEqualTo(CooccurrenceFile.encode(frozen));
    }

    @Test
    void shouldComeBackFromFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve(CooccurrenceFile.NAME);

        CooccurrenceFile.write(file, sample());

        assertThat(CooccurrenceFile.encode(CooccurrenceFile.read(file, ITEM_ROWS)))
                .isEqualTo(CooccurrenceFile.encode(sample()));
    }

    @Test
    void shouldRefuseEveryByteThatChanged() {
        byte[] golden = CooccurrenceFile.encode(sample());
        for (int position = 0; position < golden.length; position++) {
            byte[] bytes = golden.clone();
            bytes[position] ^= 0x10;
            Class<?> expected = position == 2 ? FormatVersionException.class : CorruptFormatException.class;
            assertThatThrownBy(() -> CooccurrenceFile.decode(bytes, ITEM_ROWS)).isInstanceOf(expected);
        }
    }

    @Test
    void shouldRefuseRowsThatTheVocabularyDoesNotHave() {
        assertThatThrownBy(() -> CooccurrenceFile.decode(CooccurrenceFile.encode(sample()), 300))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("row=300");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void shouldRefuseAMixtureThatIsNotFinite(double number) {
        byte[] bytes = CooccurrenceFile.encode(sample());
        ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        record.putDouble(GOLDEN_HEAD.length() / 2 + 7 * Double.BYTES, number);
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length - Integer.BYTES);
        record.putInt(bytes.length - Integer.BYTES, (int) checksum.getValue());

        assertThatThrownBy(() -> CooccurrenceFile.decode(bytes, ITEM_ROWS))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining(Double.toString(number));
    }

    private static CooccurrenceModel sample() {
        CooccurrenceModel memory = new CooccurrenceModel(new CooccurrenceConfig(3, 2, 9));
        memory.observe(new int[] {5}, 0, 1, 5);
        memory.observe(new int[] {7, 5}, 0, 2, 300);
        return memory;
    }
}
