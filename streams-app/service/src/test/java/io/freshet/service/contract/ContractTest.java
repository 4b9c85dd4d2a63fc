package io.freshet.service.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.deadletter.DeadLetter;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.client.item.CatalogueItemCodec;
import io.freshet.client.item.MalformedItemException;
import io.freshet.client.recommendation.MalformedRecommendationException;
import io.freshet.client.recommendation.RecommendationCodec;
import io.freshet.service.output.DeadLetters;
import io.freshet.service.output.Outputs;
import io.freshet.service.request.BadRequestException;
import io.freshet.service.request.RequestCodec;
import io.freshet.store.sequence.ClickOrigin;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A codec and the schema of its records accept and refuse the same documents. The documents are valid ones in which one
 * field is missing, is one too many, or has another value.
 */
final class ContractTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ContractSchemas SCHEMAS = new ContractSchemas();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Values of each type, and empty ones. */
    private static final List<JsonNode> OTHERS = List.of(
            JSON.nullNode(),
            JSON.booleanNode(true),
            JSON.numberNode(7),
            JSON.numberNode(1.5),
            JSON.textNode("x"),
            JSON.textNode(""),
            JSON.arrayNode(),
            JSON.objectNode());

    /** Reads a document, and throws a checked exception if it refuses it. */
    @FunctionalInterface
    private interface Reader {
        void read(byte[] json)
                throws MalformedClickException, MalformedRecommendationException, MalformedItemException,
                        BadRequestException;
    }

    @Test
    void shouldHaveSchemasThatAreValidInBothDialects() {
        for (String dialect : List.of(SchemaId.V202012, SchemaId.V7)) {
            JsonSchema metaSchema =
                    JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(SchemaLocation.of(dialect));
            PublicTopics.schemas(ContractSchemas.CONFIG)
                    .forEach((name, schema) -> assertThat(metaSchema.validate(SchemaFile.of(schema)))
                            .as("%s by %s", name, dialect)
                            .isEmpty());
            assertThat(metaSchema.validate(JSON.objectNode().put("type", "text")))
                    .isNotEmpty();
        }
    }

    @Test
    void shouldRefuseTheSameClicksAsTheCodec() throws IOException {
        assertSame("click", ClickCodec::parse, """
                {"user_id":"u","item_id":7,"timestamp":1700000000000,"event_type":"view","event_id":"e"}""");
        assertSame("click", ClickCodec::parse, """
                {"user_id":"u","item_id":"i","timestamp":"2026-03-01T10:13:20.5+01:00"}""");
        for (String time : List.of(
                "-1",
                "253402300799999",
                "253402300800000",
                "99999999999999999999",
                "\"2026-03-01T10:13Z\"",
                "\"2026-03-01T10:13:20+0130\"",
                "\"2026-03-01T10:13:20\"",
                "\"2026-03-01 10:13:20Z\"",
                "\"20260301T101320Z\"")) {
            assertSame(
                    "click",
                    ClickCodec::parse,
                    MAPPER.readTree("{\"user_id\":1,\"item_id\":2,\"timestamp\":" + time + "}"));
        }
    }

    @Test
    void shouldRefuseTheSameRecommendationsAsTheCodec() throws IOException {
        assertSame("recommendation", RecommendationCodec::parse, """
                {"user_id":"u","items":[{"item_id":"i","score":0.5,"because":[{"item_id":"j","weight":0.25}]}],
                 "model":{"version":"v4","step":4},"variant":"b","fallback":"no-model",
                 "cause":{"topic":"clicks","partition":1,"offset":5,"timestamp":17},"generated_at":99}""");
    }

    @Test
    void shouldRefuseTheSameItemsAsTheCodec() throws IOException {
        assertSame(
                "catalogue-item",
                CatalogueItemCodec::parse,
                "{\"categories\":[\"c\",7],\"available\":false,\"title\":\"t\",\"embedding\":[0.5,-1]}");
    }

    @Test
    void shouldRefuseTheSameRequestsAsTheCodec() throws IOException {
        RequestCodec codec = new RequestCodec(ContractSchemas.CONFIG);
        assertSame("recommendation-request", codec::parse, """
                {"user_id":"u","k":5,"exclude":["a"],"include_only":["b",7],"categories":["c"],"max_per_category":2,
                 "min_score":0.5,"why":true}""");
        assertSame("recommendation-request", codec::parse, """
                {"history":[{"item_id":"a","timestamp":1700000000000,"event_type":"view"},"b",7]}""");
        assertSame("recommendation-request", codec::parse, "{\"user_id\":\"u\",\"history\":null}");
        assertSame("recommendation-request", codec::parse, MAPPER.readTree("{\"user_id\":\"u\",\"history\":[\"a\"]}"));
        assertSame("recommendation-request", codec::parse, MAPPER.readTree("{\"user_id\":\"u\",\"k\":100000}"));
    }

    @Test
    void shouldDescribeTheHeadersThatDeadLettersHave() throws IOException {
        DeadLetters letters = Outputs.of(ContractSchemas.CONFIG, new SimpleMeterRegistry(), InstantSource.system())
                .deadLetters();
        DeadLetters.Letter letter = letters.of(
                new byte[5_000],
                new byte[5 << 20],
                new RecordHeaders(),
                "not-json",
                "record must be JSON",
                new ClickOrigin("clicks", 3, 5, 17));

        ObjectNode headers = JSON.objectNode();
        letter.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        assertThat(SCHEMAS.violations("dead-letter-headers", headers)).isEmpty();
        for (String name : List.of(
                DeadLetterHeaders.ORIGIN_TIMESTAMP, DeadLetterHeaders.KEY_SHA256, DeadLetterHeaders.VALUE_LENGTH)) {
            assertThat(headers.has(name)).as(name).isTrue();
        }
        for (String name : List.of(DeadLetterHeaders.REASON, DeadLetterHeaders.DETAIL)) {
            assertThat(SCHEMAS.violations(
                            "dead-letter-headers", headers.deepCopy().without(name)))
                    .isNotEmpty();
        }
        DeadLetter read = DeadLetter.of(record(letter, null));
        assertThat(read.reason()).isEqualTo("not-json");
        assertThat(read.origin()).isEqualTo(new DeadLetter.Origin("clicks", 3, 5, 17));
        assertThat(isRefused(DeadLetterHeaders.REASON, letter)).isTrue();
        assertThat(isRefused(DeadLetterHeaders.DETAIL, letter)).isTrue();
        assertThat(isRefused(DeadLetterHeaders.KEY_SHA256, letter)).isFalse();
    }

    private static boolean isRefused(String missing, DeadLetters.Letter letter) {
        try {
            return DeadLetter.of(record(letter, missing)).reason().isEmpty();
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static ConsumerRecord<byte[], byte[]> record(DeadLetters.Letter letter, @Nullable String missing) {
        RecordHeaders headers = new RecordHeaders();
        for (Header header : letter.headers()) {
            if (!header.key().equals(missing)) {
                headers.add(header);
            }
        }
        return new ConsumerRecord<>(
                "dead-letters",
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                letter.key(),
                letter.value(),
                headers,
                Optional.empty());
    }

    /** Compares the schema with the reader on a valid document and on all its variations. */
    private static void assertSame(String schema, Reader reader, String json) throws IOException {
        JsonNode valid = MAPPER.readTree(json);
        assertThat(isRefused(reader, valid)).as("%s", valid).isFalse();
        List<JsonNode> variations = new ArrayList<>(OTHERS);
        variations.add(valid);
        addVariations(valid, valid, changed -> variations.add(changed));
        int refused = 0;
        for (JsonNode variation : variations) {
            assertSame(schema, reader, variation);
            refused += isRefused(reader, variation) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(OTHERS.size()).isLessThan(variations.size());
    }

    private static void assertSame(String schema, Reader reader, JsonNode json) {
        assertThat(!SCHEMAS.violations(schema, json).isEmpty())
                .as("the schema %s refuses %s: %s", schema, json, SCHEMAS.violations(schema, json))
                .isEqualTo(isRefused(reader, json));
    }

    private static boolean isRefused(Reader reader, JsonNode json) {
        try {
            reader.read(json.toString().getBytes(UTF_8));
            return false;
        } catch (MalformedClickException
                | MalformedRecommendationException
                | MalformedItemException
                | BadRequestException e) {
            return true;
        }
    }

    /** Passes on copies of the root in which one value inside {@code node} is changed. */
    private static void addVariations(JsonNode root, JsonNode node, Consumer<JsonNode> variations) {
        if (node instanceof ObjectNode object) {
            for (String name :
                    object.properties().stream().map(Map.Entry::getKey).toList()) {
                JsonNode value = object.get(name);
                object.remove(name);
                variations.accept(root.deepCopy());
                for (JsonNode other : OTHERS) {
                    object.set(name, other);
                    variations.accept(root.deepCopy());
                }
                object.set(name, value);
                addVariations(root, value, variations);
            }
            object.put("unknown", 1);
            variations.accept(root.deepCopy());
            object.remove("unknown");
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode value = array.get(i);
                for (JsonNode other : OTHERS) {
                    array.set(i, other);
                    variations.accept(root.deepCopy());
                }
                array.set(i, value);
                addVariations(root, value, variations);
            }
        }
    }
}
