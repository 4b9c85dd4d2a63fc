package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.MalformedClickException;
import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Tests the formats with schemas under {@link Fuzz}: whatever the bytes, they read a click or refuse the record. */
final class SchemaFormatsFuzzTest {
    @Test
    void shouldReadDamagedAvroOrRefuseIt() throws Exception {
        AvroDecoder decoder = SchemaFormatsTest.avro(SchemaFormatsTest.AVRO, SchemaFormatsTest.AVRO_PATHS);
        Fuzz.of(
                        "avro",
                        value -> SchemaFormatsTest.read(
                                decoder, value, 0, SchemaFormatsTest.NONE, SchemaFormatsTest.AVRO_PATHS))
                .from(SchemaFormatsTest.avroClick())
                .damagedBy(BinaryMutator.OF_BYTES)
                .mayThrow(MalformedClickException.class)
                .allocatingAtMost(1 << 18, 64)
                .run();
    }

    @Test
    void shouldReadDamagedProtobufOrRefuseIt() throws Exception {
        runProtobuf(Framing.CONFLUENT, SchemaFormatsTest.NONE, 4, 2, 0);
    }

    @Test
    void shouldReadDamagedProtobufOfApicurioOrRefuseIt() throws Exception {
        RecordHeaders named = new RecordHeaders();
        named.add("apicurio.protobuf.type", "Click".getBytes(UTF_8));
        for (Framing framing : Framing.values()) {
            if (framing.isApicurio()) {
                runProtobuf(framing, SchemaFormatsTest.NONE, 7, 10, 5, 'C', 'l', 'i', 'c', 'k');
                runProtobuf(framing, named, 7, 10, 5, 'C', 'l', 'i', 'c', 'k');
            }
        }
    }

    private static void runProtobuf(Framing framing, Headers headers, int... name) throws Exception {
        byte[] before = new byte[name.length];
        for (int i = 0; i < name.length; i++) {
            before[i] = (byte) name[i];
        }
        ProtobufDecoder decoder = SchemaFormatsTest.proto(framing);
        Fuzz.of(
                        "protobuf " + framing,
                        value -> SchemaFormatsTest.read(decoder, value, 0, headers, SchemaFormatsTest.PROTO_PATHS))
                .from(SchemaFormatsTest.joined(before, SchemaFormatsTest.protoClick()))
                .damagedBy(BinaryMutator.OF_BYTES)
                .mayThrow(MalformedClickException.class)
                .allocatingAtMost(1 << 18, 64)
                .run();
    }
}
