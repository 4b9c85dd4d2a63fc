package io.freshet.service.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.apicurio.registry.serde.Legacy8ByteIdHandler;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import io.apicurio.registry.serde.jsonschema.JsonSchemaKafkaSerializer;
import io.apicurio.registry.serde.protobuf.ProtobufKafkaSerializer;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.clickformat.SchemaClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.Outputs;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.freshet.testkit.process.Registry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same click in every format becomes the same sequence. Schemas are in a real registry, and Apicurio's own serializers
 * write the records with Apicurio's framings. Texts have single quotes for double ones.
 */
@SuppressWarnings("NullAway.Init") // JUnit calls startRegistry before each test.
final class RegistryFormatsIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final long NOW = 1_700_000_000_000L;
    private static final Click CLICK = new Click("u", "a", NOW, "view", "e1");
    private static final String ROW =
            "{'user_id':'u','item_id':'a','timestamp':1700000000000,'event_type':'view','event_id':'e1'}";
    private static final String AVRO = "{'type':'record','name':'Click','namespace':'shop','fields':["
            + "{'name':'user_id','type':'string'},{'name':'item_id','type':'string'},"
            + "{'name':'timestamp','type':'long'},{'name':'event_type','type':'string'},"
            + "{'name':'event_id','type':['null','string']}]}";
    private static final String PROTO = "syntax = 'proto3'; package shop; message Click { string user_id = 1;"
            + " string item_id = 2; int64 timestamp = 3; string event_type = 4; string event_id = 5; }";
    private static final String JSON_SCHEMA = "{'$schema':'http://json-schema.org/draft-07/schema#','type':'object',"
            + "'properties':{'user_id':{'type':'string'}}}";

    @TempDir
    static Path folder;

    private static Registry registry;

    @TempDir
    Path stateDir;

    @BeforeAll
    static void startRegistry() throws IOException {
        registry = Registry.start(folder.resolve("registry.log"));
    }

    @AfterAll
    static void stopRegistry() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void shouldSequenceJsonWithOtherNames() {
        assertSequenced(
                CLICK,
                bytes("{'c':'u','item_id':'a','timestamp':1700000000000,'event_type':'view','event_id':'e1'}"),
                new RecordHeaders(),
                "clicks.field.user",
                "c");
    }

    @Test
    void shouldSequenceCloudEventsInBothModes() {
        Click click = new Click("u", "a", NOW, "view", "/web e1");
        assertSequenced(
                click,
                bytes("{'specversion':'1.0','id':'e1','source':'/web','type':'view','time':'2023-11-14T22:13:20Z',"
                        + "'data':{'user_id':'u','item_id':'a'}}"),
                new RecordHeaders(),
                "clicks.format",
                "cloudevents");
        Headers binary = new RecordHeaders();
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "e1",
                        "ce_source", "/web",
                        "ce_type", "view",
                        "ce_time", "2023-11-14T22:13:20Z")
                .forEach((name, text) -> binary.add(name, bytes(text)));
        assertSequenced(click, bytes("{'user_id':'u','item_id':'a'}"), binary, "clicks.format", "cloudevents");
    }

    @Test
    void shouldSequenceARowOfDebezium() {
        assertSequenced(
                CLICK,
                bytes("{'before':null,'after':" + ROW + ",'op':'c'}"),
                new RecordHeaders(),
                "clicks.format",
                "debezium");
    }

    @Test
    void shouldSequenceAvroInConfluentsFraming() throws Exception {
        int id = register("confluent-avro-value", "AVRO", json(AVRO));
        Schema schema = new Schema.Parser().parse(json(AVRO));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(frame(id));
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(avroClick(schema), encoder);
        encoder.flush();
        assertSequenced(CLICK, out.toByteArray(), new RecordHeaders(), "clicks.format", "avro");
    }

    @Test
    void shouldSequenceAvroInApicuriosFramings() {
        GenericRecord click = avroClick(new Schema.Parser().parse(json(AVRO)));
        assertWrittenByApicurio("avro-default", new AvroKafkaSerializer<>(), Map.of(), click, "avro", "apicurio");
        assertWrittenByApicurio(
                "avro-headers",
                new AvroKafkaSerializer<>(),
                Map.of("apicurio.registry.headers.enabled", true),
                click,
                "avro",
                "apicurio-headers");
        assertWrittenByApicurio(
                "avro-global-headers",
                new AvroKafkaSerializer<>(),
                Map.of("apicurio.registry.headers.enabled", true, "apicurio.registry.use-id", "globalId"),
                click,
                "avro",
                "apicurio-headers");
        assertWrittenByApicurio(
                "avro-global",
                new AvroKafkaSerializer<>(),
                Map.of(
                        "apicurio.registry.id-handler",
                        Legacy8ByteIdHandler.class.getName(),
                        "apicurio.registry.use-id",
                        "globalId"),
                click,
                "avro",
                "apicurio-global");
    }

    @Test
    void shouldSequenceProtobufInConfluentsFraming() throws Exception {
        int id = register("confluent-proto-value", "PROTOBUF", json(PROTO));
        byte[] message = protoClick().toByteArray();
        byte[] value = ByteBuffer.allocate(6 + message.length)
                .put(frame(id))
                .put((byte) 0)
                .put(message)
                .array();
        assertSequenced(CLICK, value, new RecordHeaders(), "clicks.format", "protobuf");
    }

    @Test
    void shouldSequenceProtobufInApicuriosFramings() throws Exception {
        DynamicMessage click = protoClick();
        assertWrittenByApicurio(
                "proto-default", new ProtobufKafkaSerializer<>(), Map.of(), click, "protobuf", "apicurio");
        assertWrittenByApicurio(
                "proto-headers",
                new ProtobufKafkaSerializer<>(),
                Map.of("apicurio.registry.headers.enabled", true),
                click,
                "protobuf",
                "apicurio-headers");
        // Without headers, the serializer puts the name of the message before the message.
        try (Serializer<DynamicMessage> serializer = new ProtobufKafkaSerializer<>()) {
            serializer.configure(serializerConfig(Map.of()), false);
            assertSequenced(
                    CLICK,
                    serializer.serialize("proto-reference", click),
                    new RecordHeaders(),
                    "clicks.format",
                    "protobuf",
                    "clicks.framing",
                    "apicurio");
        }
    }

    @Test
    void shouldSequenceJsonWithASchema() throws Exception {
        int id = register("json-default-value", "JSON", json(JSON_SCHEMA));
        byte[] json = bytes(ROW);
        byte[] value =
                ByteBuffer.allocate(5 + json.length).put(frame(id)).put(json).array();
        assertSequenced(CLICK, value, new RecordHeaders(), "clicks.format", "json-schema");
        JsonNode row = new ObjectMapper().readTree(json);
        assertWrittenByApicurio(
                "json-default",
                new JsonSchemaKafkaSerializer<>(),
                Map.of(
                        "apicurio.registry.artifact.artifact-id", "json-default-value",
                        "apicurio.registry.auto-register", false,
                        "apicurio.registry.find-latest", true,
                        "apicurio.registry.serde.validation-enabled", false),
                row,
                "json-schema",
                "apicurio");
    }

    @Test
    void shouldReadProtobufThatImportsAnotherFile() throws Exception {
        register("types", "PROTOBUF", "syntax = \"proto3\"; package t; message User { string id = 1; }");
        String schema = "syntax = 'proto3'; import 'types.proto'; message Click { t.User user = 1;"
                + " string item_id = 2; int64 timestamp = 3; string event_type = 4; string event_id = 5; }";
        int id = new ObjectMapper()
                .readTree(registry.send(
                                "POST",
                                "/subjects/importing-value/versions",
                                new ObjectMapper()
                                        .writeValueAsString(Map.of(
                                                "schema",
                                                json(schema),
                                                "schemaType",
                                                "PROTOBUF",
                                                "references",
                                                List.of(Map.of(
                                                        "name", "types.proto", "subject", "types", "version", 1)))))
                        .body())
                .path("id")
                .asInt();
        byte[] flat = protoClick().toByteArray();
        // A message {1: "u"} is 10 1 117, and as field 1 of another 10 3 10 1 117.
        byte[] value = ByteBuffer.allocate(6 + flat.length + 2)
                .put(frame(id))
                .put((byte) 0)
                .put(new byte[] {10, 3})
                .put(flat)
                .array();
        for (String framing : List.of("confluent", "apicurio")) {
            Headers headers = new RecordHeaders();
            byte[] framed = value;
            if (framing.equals("apicurio")) {
                headers.add("apicurio.protobuf.type", bytes("Click"));
                framed = ByteBuffer.allocate(value.length - 1)
                        .put(frame(id))
                        .put(value, 6, value.length - 6)
                        .array();
            }
            assertSequenced(
                    CLICK,
                    framed,
                    headers,
                    "clicks.format",
                    "protobuf",
                    "clicks.framing",
                    framing,
                    "clicks.field.user",
                    "user.id");
        }
    }

    private <T> void assertWrittenByApicurio(
            String topic,
            Serializer<T> serializer,
            Map<String, Object> settings,
            T click,
            String format,
            String framing) {
        try (serializer) {
            serializer.configure(serializerConfig(settings), false);
            Headers headers = new RecordHeaders();
            byte[] value = serializer.serialize(topic, headers, click);
            assertSequenced(CLICK, value, headers, "clicks.format", format, "clicks.framing", framing);
        }
    }

    private static Map<String, Object> serializerConfig(Map<String, Object> settings) {
        Map<String, Object> config = new HashMap<>(
                Map.of("apicurio.registry.url", registry.ownApi(), "apicurio.registry.auto-register", true));
        config.putAll(settings);
        return config;
    }

    private static int register(String subject, String type, String schema) throws IOException {
        ObjectMapper json = new ObjectMapper();
        String answer = registry.send(
                        "POST",
                        "/subjects/" + subject + "/versions",
                        json.writeValueAsString(Map.of("schema", schema, "schemaType", type)))
                .body();
        assertThat(json.readTree(answer).path("id").asInt()).as(answer).isPositive();
        return json.readTree(answer).path("id").asInt();
    }

    private static byte[] frame(int id) {
        return ByteBuffer.allocate(5).put((byte) 0).putInt(id).array();
    }

    private static GenericRecord avroClick(Schema schema) {
        GenericRecord click = new GenericData.Record(schema);
        click.put("user_id", "u");
        click.put("item_id", "a");
        click.put("timestamp", NOW);
        click.put("event_type", "view");
        click.put("event_id", "e1");
        return click;
    }

    private static DynamicMessage protoClick() throws Exception {
        FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder()
                .setName("click.proto")
                .setPackage("shop")
                .setSyntax("proto3");
        var message = file.addMessageTypeBuilder().setName("Click");
        List<String> names = List.of("user_id", "item_id", "timestamp", "event_type", "event_id");
        for (int i = 0; i < names.size(); i++) {
            message.addFieldBuilder()
                    .setName(names.get(i))
                    .setNumber(i + 1)
                    .setType(
                            names.get(i).equals("timestamp")
                                    ? FieldDescriptorProto.Type.TYPE_INT64
                                    : FieldDescriptorProto.Type.TYPE_STRING)
                    .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
        }
        Descriptor type =
                FileDescriptor.buildFrom(file.build(), new FileDescriptor[0]).findMessageTypeByName("Click");
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("user_id"), "u")
                .setField(type.findFieldByName("item_id"), "a")
                .setField(type.findFieldByName("timestamp"), NOW)
                .setField(type.findFieldByName("event_type"), "view")
                .setField(type.findFieldByName("event_id"), "e1")
                .build();
    }

    /** Sends the record twice, first without a key: the second must be a duplicate of the first. */
    private void assertSequenced(Click click, byte[] value, Headers headers, String... settings) {
        Map<String, String> all = new HashMap<>();
        all.put("schema.registry.url", Registry.compatibleApi(registry.address()));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        FreshetConfig config = FreshetConfig.of(all);
        if (config.clickFormat() instanceof SchemaClickFormat format) {
            await().atMost(TIMEOUT).until(() -> format.isReady(value, headers));
        }
        BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
        try (TopologyTestDriver driver = driver(config, memory)) {
            TestInputTopic<byte[], byte[]> clicks =
                    driver.createInputTopic("clicks", new ByteArraySerializer(), new ByteArraySerializer());
            clicks.pipeInput(new TestRecord<>(null, value, headers, Instant.ofEpochMilli(NOW)));
            clicks.pipeInput(new TestRecord<>(bytes("u"), value, headers, Instant.ofEpochMilli(NOW)));

            assertThat(output(driver, "dead-letters").readRecordsToList()).isEmpty();
            assertThat(output(driver, "clicks-rekeyed").readValue()).isEqualTo(ClickCodec.toJson(click));
            assertThat(output(driver, "sequences").readValuesToList().stream().map(SequenceUpdateCodec::decode))
                    .containsExactly(new SequenceUpdate(
                            new UserSequence(List.of(Interaction.of(click))),
                            List.of(0),
                            new ClickOrigin("clicks", 0, 0, NOW)));
        } finally {
            memory.close();
        }
    }

    private TopologyTestDriver driver(FreshetConfig config, BoundedRocksDb.Memory memory) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "formats-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        memory.shareThrough(properties);
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Outputs outputs = Outputs.of(config, meters, () -> Instant.ofEpochMilli(NOW));
        SequencerTopology.addTo(builder, config, outputs, new SequencerMetrics(meters));
        Properties driverProperties = new Properties();
        driverProperties.putAll(properties);
        return new TopologyTestDriver(builder.build(), driverProperties);
    }

    private static TestOutputTopic<byte[], byte[]> output(TopologyTestDriver driver, String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static byte[] bytes(String text) {
        return json(text).getBytes(UTF_8);
    }
}
