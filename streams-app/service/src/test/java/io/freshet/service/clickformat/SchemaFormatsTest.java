package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.CodedOutputStream;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.service.schema.RegisteredSchema;
import io.freshet.service.schema.RegisteredSchema.Reference;
import io.freshet.service.schema.RegistryAwayException;
import io.freshet.service.schema.SchemaId;
import io.freshet.service.schema.SchemaRegistry;
import io.freshet.testkit.broker.ListenerPorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Framings, and decoders with schemas that no registry has. Texts of schemas have single quotes for double ones. */
final class SchemaFormatsTest {
    private static final long TIME = 1_772_360_000_000L;
    static final Headers NONE = new RecordHeaders();
    static final String AVRO = "{'type':'record','name':'Click','fields':["
            + "{'name':'note','type':['null','string']},"
            + "{'name':'customer','type':{'type':'record','name':'Customer','fields':[{'name':'id','type':'long'}]}},"
            + "{'name':'lines','type':{'type':'array','items':{'type':'record','name':'Line','fields':["
            + "{'name':'price','type':'double'},{'name':'sku','type':['null','string']}]}}},"
            + "{'name':'at','type':{'type':'long','logicalType':'timestamp-micros'}},"
            + "{'name':'kind','type':{'type':'enum','name':'Kind','symbols':['view','buy']}},"
            + "{'name':'labels','type':{'type':'map','values':'string'}}]}";
    static final FieldMap AVRO_PATHS = paths("customer.id", "lines.1.sku", "at", "kind", "labels.uuid");
    private static final String PROTO = """
            syntax = "proto3";
            package shop;
            import "google/protobuf/timestamp.proto";
            import "other.proto";
            message Other { string x = 1; }
            message Event {
              message Click {
                shop.types.Customer customer = 1;
                repeated Line lines = 2;
                google.protobuf.Timestamp at = 3;
                Kind kind = 4;
                oneof id { string uuid = 5; int64 number = 6; }
                double price = 7;
                enum Kind { view = 0; buy = 1; }
                message Line { string sku = 2; }
              }
            }
            """;
    private static final String OTHER = "syntax = \"proto3\"; package shop.types; message Customer { sint64 id = 3; }";
    static final FieldMap PROTO_PATHS = paths("customer.id", "lines.1.sku", "at", "kind", "uuid");

    @Test
    void shouldReadOnlyTheFieldsOfAnAvroRecordThatHavePaths() throws Exception {
        assertThat(read(avro(AVRO, AVRO_PATHS), avroClick(), 0, NONE, AVRO_PATHS))
                .isEqualTo(new Click("7", "shoes", TIME, "buy", "e1"));
    }

    @Test
    void shouldReadAvroWithReferences() throws Exception {
        String customer =
                "{'type':'record','name':'Customer','namespace':'t','fields':[{'name':'id','type':'string'}]}";
        String click = "{'type':'record','name':'Click','fields':[{'name':'c','type':'t.Customer'},"
                + "{'name':'item_id','type':'string'},{'name':'timestamp','type':'long'}]}";
        FieldMap map = paths("c.id", "item_id", "timestamp", "no", "no2");
        AvroDecoder decoder = new AvroDecoder(
                new RegisteredSchema(json(click), List.of(new Reference("t.Customer", json(customer)))),
                Framing.CONFLUENT,
                map);
        byte[] value = avroBytes(encoder -> {
            encoder.writeString("ü\uFFFD");
            encoder.writeString("i");
            encoder.writeLong(TIME);
        });
        assertThat(read(decoder, value, 0, NONE, map)).isEqualTo(new Click("ü\uFFFD", "i", TIME, null, null));
    }

    @ParameterizedTest
    @CsvSource({
        "'{''type'':''long'',''logicalType'':''local-timestamp-millis''}', bad-timestamp",
        "'{''type'':''int'',''logicalType'':''date''}', bad-timestamp",
        "'''boolean''', bad-timestamp",
    })
    void shouldRefuseAvroTimesThatAreNone(String type, String reason) throws Exception {
        FieldMap map = paths("user_id", "item_id", "timestamp", "no", "no2");
        AvroDecoder decoder = avro(
                "{'type':'record','name':'C','fields':[{'name':'user_id','type':'string'},"
                        + "{'name':'item_id','type':'string'},{'name':'timestamp','type':" + type + "}]}",
                map);
        byte[] value = avroBytes(encoder -> {
            encoder.writeString("u");
            encoder.writeString("i");
            encoder.writeInt(1);
        });
        assertMalformed(reason, decoder, value, 0, NONE, map);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not a schema",
                "'string'",
                "{'type':'record','name':'C','fields':[{'name':'user_id','type':'string'}]}",
            })
    void shouldRefuseAnAvroSchemaWithoutAPlaceForTheFields(String schema) {
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> avro(schema, paths("user_id", "item_id", "timestamp", "t", "e")))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE_SCHEMA));
    }

    @Test
    void shouldRefuseAvroThatIsTooDeepOrHasTooManyValuesOrOtherBytesAfterIt() throws Exception {
        String fields = "{'name':'user_id','type':'string'},{'name':'item_id','type':'string'},"
                + "{'name':'timestamp','type':'long'}";
        FieldMap map = paths("user_id", "item_id", "timestamp", "no", "no2");
        AvroDecoder list =
                avro("{'type':'record','name':'L','fields':[{'name':'next','type':['null','L']}," + fields + "]}", map);
        byte[] deep = new byte[500_000];
        Arrays.fill(deep, (byte) 2);
        assertMalformed("not-in-format", list, deep, 0, NONE, map);

        AvroDecoder nothing = avro(
                "{'type':'record','name':'N','fields':[{'name':'a','type':{'type':'array','items':'null'}}," + fields
                        + "]}",
                map);
        byte[] many = avroBytes(encoder -> encoder.writeLong(Integer.MAX_VALUE - 10L));
        assertMalformed("not-in-format", nothing, many, 0, NONE, map);

        // Each record has the next one twice, so that a record without bytes has 2^60 values.
        String records = "'null'";
        for (int i = 60; i >= 0; i--) {
            String second = i == 60 ? "'null'" : "'R" + (i + 1) + "'";
            records = "{'type':'record','name':'R" + i + "','fields':[{'name':'a','type':" + records
                    + "},{'name':'b','type':" + second + "}]}";
        }
        AvroDecoder doubling =
                avro("{'type':'record','name':'D','fields':[{'name':'r','type':" + records + "}," + fields + "]}", map);
        assertMalformed("not-in-format", doubling, new byte[0], 0, NONE, map);

        byte[] longer = Arrays.copyOf(avroClick(), avroClick().length + 1);
        assertMalformed("not-in-format", avro(AVRO, AVRO_PATHS), longer, 0, NONE, AVRO_PATHS);
        RecordHeaders inJson = new RecordHeaders();
        inJson.add("apicurio.value.encoding", "JSON".getBytes(UTF_8));
        assertMalformed("not-in-format", avro(AVRO, AVRO_PATHS), avroClick(), 0, inJson, AVRO_PATHS);
    }

    @Test
    void shouldReadTheMessageOfProtobufThatTheRecordNames() throws Exception {
        byte[] message = protoClick();
        Click click = new Click("7", "shoes", TIME + 5, "buy", "e1");
        ProtobufDecoder confluent = proto(Framing.CONFLUENT);
        // The positions 1 and 0, after their number, as signed varints.
        assertThat(read(confluent, joined(new byte[] {9, 4, 2, 0}, message), 1, NONE, PROTO_PATHS))
                .isEqualTo(click);
        assertMalformed("not-in-format", confluent, joined(new byte[] {2, 6}, message), 0, NONE, PROTO_PATHS);
        assertMalformed("unusable-schema", confluent, joined(new byte[] {0}, message), 0, NONE, PROTO_PATHS);

        ProtobufDecoder apicurio = proto(Framing.APICURIO);
        assertThat(read(
                        apicurio,
                        joined(new byte[] {7, 10, 5, 'C', 'l', 'i', 'c', 'k'}, message),
                        0,
                        NONE,
                        PROTO_PATHS))
                .isEqualTo(click);
        RecordHeaders named = new RecordHeaders();
        named.add("apicurio.protobuf.type", "Click".getBytes(UTF_8));
        assertThat(read(apicurio, message, 0, named, PROTO_PATHS)).isEqualTo(click);
        assertThat(read(
                        apicurio,
                        joined(new byte[] {7, 10, 5, 'C', 'l', 'i', 'c', 'k'}, message),
                        0,
                        named,
                        PROTO_PATHS))
                .isEqualTo(click);
        assertMalformed("not-in-format", apicurio, message, 0, NONE, PROTO_PATHS);
    }

    @Test
    void shouldRefuseAReferenceThatClaimsToBeLongerThanTheRecord() throws Exception {
        // Lengths of the reference, 0x7FFFFFFF, and of the name, 0x7FFFFFF9: together they overflow an int.
        byte[] value = {-1, -1, -1, -1, 7, 10, -7, -1, -1, -1, 7, 'C'};
        assertMalformed("not-in-format", proto(Framing.APICURIO), value, 0, NONE, PROTO_PATHS);
        RecordHeaders named = new RecordHeaders();
        named.add("apicurio.protobuf.type", "Click".getBytes(UTF_8));
        assertMalformed("not-in-format", proto(Framing.APICURIO), value, 0, named, PROTO_PATHS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'record'}",
                "syntax = 'proto3'; import 'missing.proto'; message A { Missing a = 1; }",
                "syntax = 'proto3'; message A { Missing a = 1; }",
            })
    void shouldRefuseASchemaThatIsNotOneOfProtobuf(String schema) {
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> new ProtobufDecoder(
                        new RegisteredSchema(json(schema), List.of()), Framing.CONFLUENT, PROTO_PATHS))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE_SCHEMA));
    }

    @Test
    void shouldNotBeReadyAndShouldRefuseToReadWhileTheRegistryIsAway() throws IOException {
        SchemaRegistry away = new SchemaRegistry(URI.create("http://127.0.0.1:" + ListenerPorts.free()), "", () -> "");
        FramedClicks format = new FramedClicks(Framing.CONFLUENT, AVRO_PATHS, away, AvroDecoder::new);
        byte[] value = {0, 0, 0, 0, 1, 'x'};

        assertThat(format.isReady(value, NONE)).isFalse();
        assertThatExceptionOfType(RegistryAwayException.class).isThrownBy(() -> format.read(value, NONE));
        assertThat(format.isReady(value, NONE)).isFalse();
        // Records that are refused without a schema do not wait for one.
        assertThat(format.isReady(new byte[] {1}, NONE)).isTrue();
        assertThat(format.isReady(new byte[0], NONE)).isTrue();
        assertThat(format.isReady(null, NONE)).isTrue();
    }

    @Test
    void shouldFindTheIdOfTheSchema() throws Exception {
        byte[] four = {0, 0, 0, 1, 2, 'x'};
        assertThat(Framing.CONFLUENT.schemaOf(four, NONE)).isEqualTo(new SchemaId(SchemaId.Kind.CONFLUENT, 258));
        assertThat(Framing.APICURIO.schemaOf(four, NONE)).isEqualTo(new SchemaId(SchemaId.Kind.CONTENT, 258));
        byte[] eight = {0, 0, 0, 0, 0, 0, 0, 1, 2, 'x'};
        assertThat(Framing.APICURIO_GLOBAL.schemaOf(eight, NONE)).isEqualTo(new SchemaId(SchemaId.Kind.GLOBAL, 258));
        assertThat(Framing.APICURIO_HEADERS.schemaOf(new byte[0], idHeader("apicurio.value.contentId", 8)))
                .isEqualTo(new SchemaId(SchemaId.Kind.CONTENT, 8));
        assertThat(Framing.APICURIO_HEADERS.schemaOf(new byte[0], idHeader("apicurio.value.globalId", 9)))
                .isEqualTo(new SchemaId(SchemaId.Kind.GLOBAL, 9));
    }

    @Test
    void shouldRefuseAnotherFraming() {
        assertOtherFraming(Framing.CONFLUENT, new byte[0], NONE);
        assertOtherFraming(Framing.CONFLUENT, new byte[] {0, 0, 0, 1}, NONE);
        assertOtherFraming(Framing.CONFLUENT, "{\"user_id\":1}".getBytes(UTF_8), NONE);
        // An id of 8 bytes.
        assertOtherFraming(Framing.CONFLUENT, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 'x'}, NONE);
        assertOtherFraming(Framing.APICURIO, new byte[] {0, -1, 0, 0, 1, 'x'}, NONE);
        assertOtherFraming(Framing.APICURIO_GLOBAL, new byte[] {0, 0, 0, 0, 1, 'x'}, NONE);
        assertOtherFraming(Framing.APICURIO_HEADERS, new byte[] {0, 0, 0, 0, 1, 'x'}, NONE);
        RecordHeaders odd = new RecordHeaders();
        odd.add("apicurio.value.contentId", new byte[] {1});
        assertOtherFraming(Framing.APICURIO_HEADERS, new byte[0], odd);
    }

    private static void assertOtherFraming(Framing framing, byte[] value, Headers headers) {
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> framing.schemaOf(value, headers))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_IN_FORMAT));
    }

    private static Headers idHeader(String name, long id) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(name, ByteBuffer.allocate(Long.BYTES).putLong(id).array());
        return headers;
    }

    private static FieldMap paths(String user, String item, String time, String type, String id) {
        Map<Field, FieldPath> paths = new EnumMap<>(Field.class);
        paths.put(Field.USER, FieldPath.parse(user));
        paths.put(Field.ITEM, FieldPath.parse(item));
        paths.put(Field.TIME, FieldPath.parse(time));
        paths.put(Field.TYPE, FieldPath.parse(type));
        paths.put(Field.EVENT_ID, FieldPath.parse(id));
        return new FieldMap(paths, TimeUnit.MILLISECONDS);
    }

    static AvroDecoder avro(String schema, FieldMap map) throws MalformedClickException {
        return new AvroDecoder(new RegisteredSchema(json(schema), List.of()), Framing.CONFLUENT, map);
    }

    static ProtobufDecoder proto(Framing framing) throws MalformedClickException {
        return new ProtobufDecoder(
                new RegisteredSchema(PROTO, List.of(new Reference("other.proto", OTHER))), framing, PROTO_PATHS);
    }

    static Click read(SchemaDecoder decoder, byte[] value, int start, Headers headers, FieldMap map)
            throws MalformedClickException {
        ClickBuilder click = new ClickBuilder(map.names(), map.timeUnit());
        decoder.read(value, start, headers, click);
        return click.build();
    }

    private static void assertMalformed(
            String reason, SchemaDecoder decoder, byte[] value, int start, Headers headers, FieldMap map) {
        assertThatExceptionOfType(MalformedClickException.class)
                .isThrownBy(() -> read(decoder, value, start, headers, map))
                .satisfies(e -> assertThat(e.reason().code()).isEqualTo(reason));
    }

    static byte[] avroClick() throws IOException {
        Schema schema = new Schema.Parser().parse(json(AVRO));
        GenericRecord customer =
                new GenericData.Record(schema.getField("customer").schema());
        customer.put("id", 7L);
        Schema line = schema.getField("lines").schema().getElementType();
        GenericRecord click = new GenericData.Record(schema);
        click.put("note", "a note");
        click.put("customer", customer);
        click.put("lines", List.of(line(line, "laces"), line(line, "shoes"), line(line, "no")));
        click.put("at", TIME * 1_000 + 999);
        click.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "buy"));
        click.put("labels", Map.of("uuid", "e1", "colour", "red"));
        return avroBytes(encoder -> new GenericDatumWriter<GenericRecord>(schema).write(click, encoder));
    }

    private static GenericRecord line(Schema schema, String sku) {
        GenericRecord line = new GenericData.Record(schema);
        line.put("price", 1.5);
        line.put("sku", sku);
        return line;
    }

    private interface Writer {
        void write(BinaryEncoder encoder) throws IOException;
    }

    private static byte[] avroBytes(Writer writer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        writer.write(encoder);
        encoder.flush();
        return out.toByteArray();
    }

    /** Returns a message Event.Click with a field that its schema does not have, as protoc's encoding has it. */
    static byte[] protoClick() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CodedOutputStream proto = CodedOutputStream.newInstance(out);
        proto.writeByteArray(1, protoBytes(customer -> customer.writeSInt64(3, 7)));
        proto.writeByteArray(2, protoBytes(line -> line.writeString(2, "laces")));
        proto.writeByteArray(2, protoBytes(line -> line.writeString(2, "shoes")));
        proto.writeByteArray(3, protoBytes(at -> {
            at.writeInt64(1, TIME / 1_000);
            at.writeInt32(2, 5_999_999);
        }));
        proto.writeEnum(4, 1);
        proto.writeString(5, "e1");
        proto.writeDouble(7, 1.5);
        proto.writeString(99, "later");
        proto.flush();
        return out.toByteArray();
    }

    private interface ProtoWriter {
        void write(CodedOutputStream proto) throws IOException;
    }

    private static byte[] protoBytes(ProtoWriter writer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CodedOutputStream proto = CodedOutputStream.newInstance(out);
        writer.write(proto);
        proto.flush();
        return out.toByteArray();
    }

    static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
