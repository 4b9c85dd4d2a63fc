package io.freshet.store.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class BinaryFormatTest {
    private static final BinaryFormat FORMAT = new BinaryFormat("thing", 'T', 2, 3);

    @Test
    void shouldFrameTheBodyWhenSealed() {
        assertThat(HexFormat.of().formatHex(sealed())).isEqualTo("465403" + "2a" + "64512571");
        assertThat(FORMAT.reader(sealed()).readByte()).isEqualTo(42);
    }

    @Test
    void shouldNameBothVersionsWhenTooOld() {
        assertThatThrownBy(() -> FORMAT.reader(HostileBytes.framed('T', 1, new byte[0])))
                .isInstanceOf(FormatVersionException.class)
                .hasMessage("thing is too old for this program: version=1, oldest readable version=2");
    }

    @Test
    void shouldNameBothVersionsWhenTooNew() {
        assertThatThrownBy(() -> FORMAT.reader(HostileBytes.framed('T', 200, new byte[0])))
                .isInstanceOf(FormatVersionException.class)
                .hasMessage("thing is too new for this program: version=200, newest readable version=3");
    }

    @Test
    void shouldNameBothChecksumsWhenDamaged() {
        byte[] record = sealed();
        record[3] = 43;
        assertThatThrownBy(() -> FORMAT.reader(record))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageStartingWith("thing must match its CRC-32C: stored=71255164, computed=");
    }

    @Test
    void shouldNameBothKindsWhenAnother() {
        assertThatThrownBy(() -> FORMAT.reader(HostileBytes.framed('U', 3, new byte[0])))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessage("thing must begin with 4654: begins with 4655");
    }

    @Test
    void shouldRefuseEveryTruncationAndBitFlip() {
        HostileBytes.assertEveryTruncationIsRefused(sealed(), FORMAT::reader);
        HostileBytes.assertEveryBitFlipIsRefused(sealed(), FORMAT::reader);
    }

    private static byte[] sealed() {
        ByteWriter writer = FORMAT.writer(1);
        writer.writeByte(42);
        return FORMAT.seal(writer);
    }
}
