package io.freshet.service.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.freshet.client.click.Click;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.http.BareServer;
import io.freshet.service.json.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AsyncApiTest {
    private static final Path FILES =
            Path.of("..", "client", "src", "main", "resources", "io", "freshet", "client", "contract");

    /** If set to {@code true}, the test writes the files instead of comparing them. */
    private static final String WRITE = "contract.write";

    /** Folder with {@code node_modules}, into which {@code .ci/node} was installed. */
    private static final String NODE = "freshet.test.node";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final FreshetConfig FRAMED = FreshetConfig.of(Map.of(
            "topics.clicks", "visits,orders,returns",
            "clicks.format", "avro",
            "clicks.framing.visits", "apicurio-global",
            "clicks.format.orders", "protobuf",
            "clicks.type.orders", "buy",
            "clicks.format.returns", "json-schema",
            "recommendations.format", "avro",
            "schema.registry.url", "http://registry:8080/apis/ccompat/v7"));
    private static final JsonNode DOCUMENT = AsyncApi.of(ContractSchemas.CONFIG);

    @Test
    void shouldBeInTheClientsJarAsGenerated() throws IOException {
        Map<String, JsonNode> expected = new TreeMap<>();
        expected.put("asyncapi.json", AsyncApi.of(FreshetConfig.of(Map.of())));
        for (Map.Entry<String, Schema> schema :
                PublicTopics.schemas(FreshetConfig.of(Map.of())).entrySet()) {
            expected.put(schema.getKey() + ".schema.json", SchemaFile.of(schema.getValue()));
        }
        ObjectWriter writer =
                MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(FILES);
            for (Map.Entry<String, JsonNode> file : expected.entrySet()) {
                Files.writeString(FILES.resolve(file.getKey()), writer.writeValueAsString(file.getValue()) + "\n");
            }
        }
        // Numbers of the same value have the same type only after both have been read.
        Map<String, JsonNode> read = new TreeMap<>();
        for (Map.Entry<String, JsonNode> file : expected.entrySet()) {
            read.put(file.getKey(), MAPPER.readTree(file.getValue().toString()));
        }
        Map<String, JsonNode> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(FILES)) {
            for (Path path : paths.toList()) {
                files.put(path.getFileName().toString(), MAPPER.readTree(path.toFile()));
            }
        }

        assertThat(files)
                .as("files of %s; the build writes them with -D%s=true -Dtest=AsyncApiTest", FILES, WRITE)
                .isEqualTo(read);
    }

    @Test
    void shouldBeOnTheClassPathOfPrograms() throws IOException {
        try (InputStream schema = Click.class.getResourceAsStream("/io/freshet/client/contract/click.schema.json")) {
            assertThat(MAPPER.readTree(schema).at("/$defs/Click/required/0").asText())
                    .isEqualTo("user_id");
        }
    }

    @Test
    void shouldNameTheConfiguredTopics() {
        JsonNode channels = AsyncApi.of(FreshetConfig.of(
                        Map.of("topics.prefix", "shop.", "topics.clicks", "web-clicks", "recommendations.max.k", "55")))
                .path("channels");

        assertThat(channels.findValuesAsText("address"))
                .containsExactly(
                        "web-clicks",
                        "shop.recommendations",
                        "shop.recommendation-requests",
                        "shop.items",
                        "shop.dead-letters");
        assertThat(channels.findValuesAsText("topic")).isEqualTo(channels.findValuesAsText("address"));
    }

    @Test
    void shouldBeServedByAnInstanceWithoutARole(@TempDir Path folder) throws Exception {
        Map<String, String> settings = Map.of("topics.prefix", "shop.");
        try (BareServer server = new BareServer(folder, settings)) {
            assertThat(server.asker().get("/asyncapi.json").json())
                    .isEqualTo(MAPPER.readTree(
                            AsyncApi.of(FreshetConfig.of(settings)).toString()));
        }
    }

    @Test
    void shouldDescribeEachTopicOfClicksWithItsFormat() {
        JsonNode document = AsyncApi.of(FreshetConfig.of(
                Map.of("topics.clicks", "clicks, app-clicks", "clicks.format.app-clicks", "cloudevents")));

        assertThat(document.at("/channels/clicks/address").asText()).isEqualTo("clicks");
        assertThat(document.at("/channels/clicks2/address").asText()).isEqualTo("app-clicks");
        assertThat(document.at("/channels/clicks2/messages").fieldNames())
                .toIterable()
                .containsExactly("click2", "ownClick2", "erasure");
        assertThat(document.at("/components/messages/click2/summary").asText()).contains("`clicks.format=cloudevents`");
        assertThat(document.at("/operations/receiveClicks2/channel/$ref").asText())
                .isEqualTo("#/channels/clicks2");
    }

    @Test
    void shouldDescribeAnotherFormatOfClicks() {
        JsonNode document = AsyncApi.of(FreshetConfig.of(Map.of("clicks.format", "cloudevents")));

        assertThat(document.at("/components/messages/click/payload").isMissingNode())
                .isTrue();
        assertThat(document.at("/components/messages/click/summary").asText()).contains("`clicks.format=cloudevents`");
        assertThat(document.at("/components/messages/ownClick/payload/$ref").asText())
                .isEqualTo("#/components/schemas/Click");
    }

    @Test
    void shouldDescribeClicksAndRecommendationsWithSchemas() {
        JsonNode messages = AsyncApi.of(FRAMED).at("/components/messages");

        assertThat(messages.at("/click/contentType").asText()).isEqualTo("avro/binary");
        assertThat(messages.at("/click/summary").asText())
                .endsWith("`clicks.format=avro`, `clicks.framing=apicurio-global`");
        assertThat(messages.at("/click2/contentType").asText()).isEqualTo("application/x-protobuf");
        assertThat(messages.at("/click2/summary").asText())
                .contains("`clicks.format=protobuf`, `clicks.framing=confluent`")
                .endsWith("`clicks.type=buy`");
        assertThat(messages.at("/click3/contentType").isMissingNode()).isTrue();
        assertThat(messages.at("/click3/summary").asText())
                .endsWith("`clicks.format=json-schema`, `clicks.framing=confluent`");
        assertThat(messages.at("/recommendation/contentType").asText()).isEqualTo("avro/binary");
        assertThat(messages.at("/recommendation/payload/schemaFormat").asText())
                .isEqualTo("application/vnd.apache.avro;version=1.9.0");
        assertThat(messages.at("/recommendation/payload/schema/fields/0/name").asText())
                .isEqualTo("user_id");
        assertThat(messages.at("/recommendation/headers/properties/traceparent").isMissingNode())
                .isFalse();
    }

    @Test
    void shouldReferToWhatThereIs() {
        List<String> references = DOCUMENT.findValuesAsText("$ref");

        assertThat(references)
                .hasSizeGreaterThan(20)
                .allSatisfy(reference -> assertThat(
                                DOCUMENT.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void shouldBeValidByTheSchemaOfAsyncApi() throws IOException {
        String node = System.getProperty(NODE, "");
        assumeTrue(!node.isEmpty(), "the schema of AsyncAPI is not installed: -D" + NODE + " (.ci/run sets it)");
        JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7)
                .getSchema(Files.readString(
                        Path.of(node, "node_modules", "@asyncapi", "specs", "schemas", "3.0.0-without-$id.json"),
                        StandardCharsets.UTF_8));

        assertThat(schema.validate(DOCUMENT)).isEmpty();
        assertThat(schema.validate(AsyncApi.of(FreshetConfig.of(Map.of("clicks.format", "debezium")))))
                .isEmpty();
        assertThat(schema.validate(AsyncApi.of(FRAMED))).isEmpty();
        assertThat(schema.validate(MAPPER.readTree(DOCUMENT.toString().replace("\"receive\"", "\"get\""))))
                .isNotEmpty();
    }
}
