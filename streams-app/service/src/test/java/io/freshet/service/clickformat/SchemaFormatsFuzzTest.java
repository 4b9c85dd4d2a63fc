package io.freshet.service.clickformat;

import io.freshet.client.click.MalformedClickException;
import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
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
        ProtobufDecoder decoder = SchemaFormatsTest.proto(Framing.CONFLUENT);
        Fuzz.of(
                        "protobuf",
                        value -> SchemaFormatsTest.read(
                                decoder, value, 0, SchemaFormatsTest.NONE, SchemaFormatsTest.PROTO_PATHS))
                .from(SchemaFormatsTest.joined(new byte[] {4, 2, 0}, SchemaFormatsTest.protoClick()))
                .damagedBy(BinaryMutator.OF_BYTES)
                .mayThrow(MalformedClickException.class)
                .allocatingAtMost(1 << 18, 64)
                .run();
    }
}
