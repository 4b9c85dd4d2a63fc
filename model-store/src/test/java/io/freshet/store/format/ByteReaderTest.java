package io.freshet.store.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.text.Utf8;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteReaderTest {
    @ParameterizedTest
    @CsvSource({"0, 00", "1, 01", "127, 7f", "128, 8001", "300, ac02", "-1, ffffffffffffffffff01"})
    void shouldWriteLeb128WhenWritingVarints(long value, String hex) {
        ByteWriter writer = new ByteWriter(0);
        writer.writeVarint(value);
        assertThat(HexFormat.of().formatHex(writer.toByteArray())).isEqualTo(hex);
        assertThat(reader(hex).readVarint()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({"0, 00", "-1, 01", "1, 02", "-2, 03", "9223372036854775807, feffffffffffffffff01"})
    void shouldAlternateSignsWhenWritingZigzag(long value, String hex) {
        ByteWriter writer = new ByteWriter(0);
        writer.writeZigzag(value);
        assertThat(HexFormat.of().formatHex(writer.toByteArray())).isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "ffffffffffffffffff02", "ffffffffffffffffffff01"})
    void shouldRefuseVarintWhenItDoesNotEndWithin64Bits(String hex) {
        assertRefused(hex, ByteReader::readVarint);
    }

    @Test
    void shouldRefuseNumbersWhenTheyDoNotFit() {
        assertRefused("8080808008", ByteReader::readVarint31);
        assertRefused("ffffffffffffffffff01", ByteReader::readVarint63);
    }

    @ParameterizedTest
    @ValueSource(strings = {"03aabb", "ffffffff07", "ffffffffffffffffff01"})
    void shouldRefuseCountBeforeAllocatingWhenTheRestCannotHoldIt(String hex) {
        assertRefused(hex, reader -> reader.readCount(1));
        assertRefused(hex, ByteReader::readString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"01ff", "02c080", "03eda080", "03f09f98", "02e282"})
    void shouldRefuseTextWhenItIsNotUtf8(String hex) {
        assertRefused(hex, ByteReader::readString);
    }

    @Test
    void shouldReadReplacementCharacterWhenItWasWritten() {
        assertThat(reader("03efbfbd").readString()).isEqualTo("\uFFFD");
    }

    @Test
    void shouldRefuseArraysWhenTheyAreLongerThanTheRest() {
        assertRefused("00000000", reader -> reader.readFloats(2));
        assertRefused("00000000", reader -> reader.readInts(Integer.MAX_VALUE));
    }

    @Test
    void shouldRefuseLeftOversWhenTheEndIsRequired() {
        assertRefused("00", ByteReader::requireEnd);
    }

    @Test
    void shouldRefuseToWriteWhenTextHasHalfASurrogatePair() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ByteWriter(8).writeString("a\uD83D"));
        assertThat(Utf8.length("\uDE00\uD83D")).isEqualTo(Utf8.UNPAIRED_SURROGATE);
    }

    private static void assertRefused(String hex, Consumer<ByteReader> read) {
        assertThatThrownBy(() -> read.accept(reader(hex)))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageStartingWith("test: ")
                .hasMessageContaining("position=");
    }

    private static ByteReader reader(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new ByteReader("test", bytes, 0, bytes.length);
    }
}
