package io.freshet.store.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.text.Utf8;
import io.freshet.fuzz.Texts;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FormatProperties {
    @Property
    void shouldReadNumbersBackWhenWritten(@ForAll List<Long> values) {
        ByteWriter writer = new ByteWriter(0);
        for (long value : values) {
            writer.writeVarint(value);
            writer.writeZigzag(value);
            writer.writeLong(value);
            writer.writeInt((int) value);
        }
        ByteReader reader = reader(writer);
        for (long value : values) {
            assertThat(reader.readVarint()).isEqualTo(value);
            assertThat(reader.readZigzag()).isEqualTo(value);
            assertThat(reader.readLong()).isEqualTo(value);
            assertThat(reader.readInts(1)).containsExactly((int) value);
        }
        reader.requireEnd();
    }

    @Property
    void shouldReadTextBackWhenWritten(@ForAll("texts") String text) {
        ByteWriter writer = new ByteWriter(1);
        writer.writeString(text);
        ByteReader reader = reader(writer);
        assertThat(reader.readString()).isEqualTo(text);
        reader.requireEnd();
    }

    @Property
    void shouldReadFloatsBackBitByBitWhenWritten(@ForAll List<Integer> bits, @ForAll byte before) {
        float[] values = new float[bits.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bits.get(i));
        }
        ByteWriter writer = new ByteWriter(3);
        writer.writeByte(before);
        writer.writeFloats(values);
        ByteReader reader = reader(writer);
        assertThat((byte) reader.readByte()).isEqualTo(before);
        assertThat(reader.readFloats(values.length)).isEqualTo(values);
        reader.requireEnd();
    }

    @Property
    void shouldCountTheBytesOfUtf8WhenTextIsAny(@ForAll("texts") String text) {
        assertThat(Utf8.length(text)).isEqualTo(text.getBytes(UTF_8).length);
    }

    @Provide
    Arbitrary<String> texts() {
        return Texts.ofLength(0, 300);
    }

    private static ByteReader reader(ByteWriter writer) {
        byte[] bytes = writer.toByteArray();
        return new ByteReader("test", bytes, 0, bytes.length);
    }
}
