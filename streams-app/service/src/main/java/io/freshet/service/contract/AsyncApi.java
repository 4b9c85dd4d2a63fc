package io.freshet.service.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.clickformat.ClickFormats;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ClickKeys;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.json.Components;
import io.freshet.service.json.JsonRecords;
import io.freshet.service.json.Schema;
import io.freshet.service.recommend.RecommendationFormat;
import io.freshet.service.request.RequestCodec;
import io.freshet.service.telemetry.LogIds;
import io.freshet.service.telemetry.TraceHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The AsyncAPI 3.0 document of the public topics, with the names and limits of one configuration. As AsyncAPI requires, it
 * describes what Freshet does: it receives clicks and sends recommendations. Used once.
 */
public final class AsyncApi {
    private static final String BINDING = "0.5.0";
    private static final String AVRO_BINARY = "avro/binary";
    private static final String AVRO_SCHEMA = "application/vnd.apache.avro;version=1.9.0";
    private static final String HEADER = """
            {
              "asyncapi": "3.0.0",
              "info": {
                "title": "Freshet",
                "version": "1",
                "description": "The public topics of Freshet. Freshet writes in transactions: read with \
            `isolation.level=read_committed`. Keys are UTF-8 text, partitioned by murmur2 as Kafka's Java client does. In JSON \
            Schema 1.0 is an integer; in Freshet it is not. Texts are limited in bytes of UTF-8, and a schema can only limit \
            characters.",
                "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
              },
              "defaultContentType": "application/json",
              "channels": {},
              "operations": {},
              "components": {"schemas": {}, "messages": {}}
            }
            """;

    private final FreshetConfig config;
    private final ObjectNode root;
    private final ObjectNode messages;
    private final Components components = new Components();

    private AsyncApi(FreshetConfig config) {
        this.config = config;
        root = (ObjectNode) json(HEADER);
        messages = root.withObjectProperty("components").withObjectProperty("messages");
    }

    private static JsonNode json(String text) {
        try {
            return JsonRecords.read(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the document of a configuration. */
    public static ObjectNode of(FreshetConfig config) {
        AsyncApi document = new AsyncApi(config);
        document.describeClicks();
        document.describeRecommendations();
        document.describeRequests();
        document.describeItems();
        document.describeDeadLetters();
        document.root
                .withObjectProperty("components")
                .withObjectProperty("schemas")
                .setAll(document.components.schemas());
        return document.root;
    }

    /** Describes the topics of clicks. The first one has the plain names, and the others are numbered from 2. */
    private void describeClicks() {
        List<String> topics = config.clickTopics();
        describeClicks(topics.getFirst(), "");
        message("erasure", "Erases a user", Schema.type("null"), "The user to erase.");
        for (int i = 1; i < topics.size(); i++) {
            describeClicks(topics.get(i), Integer.toString(i + 1));
        }
    }

    private void describeClicks(String topic, String number) {
        List<String> ofChannel = new ArrayList<>(List.of("click" + number, "erasure"));
        String user = "The user of the click.";
        if (ClickFormat.OWN.equals(config.clickFormats().get(topic))) {
            message("click" + number, "A click", PublicTopics.CLICK, user);
        } else {
            ObjectNode click = message(
                    "click" + number,
                    "A click in the format that the configuration names: " + settingsOf(topic),
                    null,
                    user);
            switch (config.get(ClickKeys.FORMAT, topic)) {
                case AVRO -> click.put("contentType", AVRO_BINARY);
                case PROTOBUF -> click.put("contentType", "application/x-protobuf");
                default -> {} // JSON
            }
            message("ownClick" + number, "A click in Freshet's own format", PublicTopics.CLICK, user)
                    .withObjectProperty("headers")
                    .put("type", "object")
                    .withObjectProperty("properties")
                    .withObjectProperty(ClickFormat.HEADER)
                    .put("const", "json");
            ofChannel.add(1, "ownClick" + number);
        }
        channel("clicks" + number, topic, "Clicks, and tombstones that erase users.", ofChannel);
        operation(
                "receiveClicks" + number,
                "receive",
                "clicks" + number,
                "Insert a click into its user's sequence, and learn it");
    }

    /** Returns what the configuration says about the records of a topic of clicks. */
    private String settingsOf(String topic) {
        ClickFormats format = config.get(ClickKeys.FORMAT, topic);
        StringBuilder settings = new StringBuilder(setting(ClickKeys.FORMAT, ClickKeys.text(format)));
        if (format.isFramed()) {
            settings.append(", ")
                    .append(setting(ClickKeys.FRAMING, ClickKeys.text(config.get(ClickKeys.FRAMING, topic))));
        }
        config.get(ClickKeys.EVENT_TYPE, topic)
                .ifPresent(type -> settings.append(". All clicks have one event type: ")
                        .append(setting(ClickKeys.EVENT_TYPE, type)));
        return settings.toString();
    }

    private static String setting(ConfigKey<?> key, String value) {
        return "`" + key + "=" + value + "`";
    }

    private void describeRecommendations() {
        Optional<String> avro = RecommendationFormat.of(config).avroSchema();
        ObjectNode recommendation = message(
                "recommendation",
                avro.isEmpty()
                        ? "A recommendation"
                        : "A recommendation, in Confluent's framing: `recommendations.format=avro`",
                avro.isEmpty() ? PublicTopics.RECOMMENDATION : null,
                "The user; for the answer to a history, the key or the correlation id of its request.");
        avro.ifPresent(schema -> recommendation
                .put("contentType", AVRO_BINARY)
                .putObject("payload")
                .put("schemaFormat", AVRO_SCHEMA)
                .set("schema", json(schema)));
        passHeaders(recommendation);
        message(
                "withdrawal",
                "The user was erased, and so were the recommendations",
                Schema.type("null"),
                "The user who was erased.");
        channel(
                "recommendations",
                TopicKeys.RECOMMENDATIONS,
                "A recommendation for each accepted click, and for each request.",
                List.of("recommendation", "withdrawal"));
        operation("sendRecommendations", "send", "recommendations", "Answer a click or a request");
    }

    private void describeRequests() {
        passHeaders(message(
                "request",
                "A request for recommendations",
                new RequestCodec(config).onTopic(),
                "The user of the request, or any other key."));
        channel(
                "recommendationRequests",
                TopicKeys.REQUESTS,
                "Requests for recommendations, with the limits of this instance.",
                List.of("request"));
        operation("answerRequests", "receive", "recommendationRequests", "Answer a request")
                .withObjectProperty("reply")
                .withObjectProperty("channel")
                .put("$ref", "#/channels/recommendations");
    }

    private void describeItems() {
        message("item", "An item of the catalogue", PublicTopics.ITEM, "The item's id.");
        message("itemRemoval", "Removes an item from the catalogue", Schema.type("null"), "The item's id.");
        channel(
                "items",
                TopicKeys.ITEMS,
                "The catalogue. Freshet reads it only if `" + RecordKeys.CATALOGUE + "` is `filter`.",
                List.of("item", "itemRemoval"));
        operation("receiveItems", "receive", "items", "Take an item of the catalogue");
    }

    private void describeDeadLetters() {
        ObjectNode message = message(
                "deadLetter",
                "A record that could not be used. Key and value are as received, and cut if they were too long",
                null,
                null);
        message.put("contentType", "application/octet-stream");
        message.set("headers", PublicTopics.DEAD_LETTER_HEADERS.in(components));
        channel(
                "deadLetters",
                TopicKeys.DEAD_LETTERS,
                "Clicks and requests that Freshet refused.",
                List.of("deadLetter"));
        operation("sendDeadLetters", "send", "deadLetters", "Keep a record that could not be used");
    }

    /**
     * Adds a message.
     *
     * @param payload null for any payload
     * @param key description of the record's key; null for any key
     */
    private ObjectNode message(String name, String summary, @Nullable Schema payload, @Nullable String key) {
        ObjectNode message = messages.putObject(name).put("name", name).put("summary", summary);
        if (payload != null) {
            message.set("payload", payload.in(components));
        }
        if (key != null) {
            message.withObjectProperty("bindings")
                    .withObjectProperty("kafka")
                    .put("bindingVersion", BINDING)
                    .set("key", Schema.type("string").described(key).in(components));
        }
        return message;
    }

    /** Adds the headers that an answer has from its request, or from its click. */
    private void passHeaders(ObjectNode message) {
        message.withObjectProperty("correlationId").put("location", "$message.header#/" + LogIds.CORRELATION_HEADER);
        ObjectNode headers = message.withObjectProperty("headers").put("type", "object");
        for (String name : List.of(
                LogIds.CORRELATION_HEADER, TraceHeaders.TRACEPARENT, TraceHeaders.TRACESTATE, TraceHeaders.BAGGAGE)) {
            headers.withObjectProperty("properties").putObject(name).put("type", "string");
        }
    }

    private void channel(String name, ConfigKey<String> topic, String description, List<String> ofChannel) {
        channel(name, config.get(topic), description, ofChannel);
    }

    private void channel(String name, String topic, String description, List<String> ofChannel) {
        ObjectNode channel = root.withObjectProperty("channels")
                .putObject(name)
                .put("address", topic)
                .put("description", description);
        for (String message : ofChannel) {
            channel.withObjectProperty("messages").putObject(message).put("$ref", "#/components/messages/" + message);
        }
        channel.withObjectProperty("bindings")
                .withObjectProperty("kafka")
                .put("topic", topic)
                .put("bindingVersion", BINDING);
    }

    private ObjectNode operation(String name, String action, String channel, String summary) {
        ObjectNode operation = root.withObjectProperty("operations")
                .putObject(name)
                .put("action", action)
                .put("summary", summary);
        operation.withObjectProperty("channel").put("$ref", "#/channels/" + channel);
        return operation;
    }
}
