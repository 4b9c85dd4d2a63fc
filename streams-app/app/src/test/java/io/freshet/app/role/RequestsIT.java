package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static io.freshet.app.role.RoleOnKafka.click;
import static io.freshet.app.role.RoleOnKafka.clickJson;
import static io.freshet.app.role.RoleOnKafka.header;
import static io.freshet.app.role.RoleOnKafka.read;
import static io.freshet.app.role.RoleOnKafka.send;
import static io.freshet.app.role.RoleOnKafka.started;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.ItemSelection;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.request.ItemListing;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.testkit.broker.Broker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests, the catalogue and popular items on a real broker. */
@Tag(Broker.TAG)
final class RequestsIT {
    private static final ItemListing ALL = new ItemListing(10, ItemSelection.ALL);

    private final long now = System.currentTimeMillis();

    @TempDir
    private Path folder;

    @Test
    void shouldAnswerRequestsFromEveryPartitionAndRememberWhatIsPopular() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            FreshetConfig config =
                    RoleOnKafka.config(kafka, "ask", 2, folder.resolve("state"), Map.of("items.catalogue", "filter"));
            TopicSetup.run(config, TIMEOUT);
            for (String item : List.of("a", "b", "c")) {
                item(config, item, "{}");
            }
            try (StreamsRole role = started(config)) {
                for (String user : List.of("u", "v", "w", "x", "y")) {
                    click(config, user, clickJson(user, "a", now));
                }
                click(config, "z", clickJson("z", "b", now));
                click(config, "z", clickJson("z", "sold out", now));
                read(config, config.get(TopicKeys.RECOMMENDATIONS), 7);
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(popular(role)).containsExactly("a", "b"));

                ask(config, "u", "{\"user_id\":\"u\"}", "c-1");
                ask(config, null, "{\"user_id\":\"u\"}", "c-2");
                ask(config, null, "{\"history\":[\"q\"],\"exclude\":[\"a\"]}", "c-3");
                ask(config, "u", "{\"user_id\":\"u\",\"k\":-1}", "c-4");

                List<ConsumerRecord<byte[], byte[]>> answers = read(config, config.get(TopicKeys.RECOMMENDATIONS), 10);
                assertThat(answered(answers, "c-1")).isEqualTo("no-model [b]");
                assertThat(answered(answers, "c-2")).isEqualTo("no-model [b]");
                assertThat(answered(answers, "c-3")).isEqualTo("no-model [b]");
                ConsumerRecord<byte[], byte[]> letter =
                        read(config, config.get(TopicKeys.DEAD_LETTERS), 1).getFirst();
                assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo("bad-field");
                assertThat(header(letter, OriginHeaders.TOPIC)).isEqualTo(config.get(TopicKeys.REQUESTS));
                assertThat(header(letter, "correlation-id")).isEqualTo("c-4");
            }
            item(config, "b", null);
            try (StreamsRole role = started(config)) {
                assertThat(popular(role)).containsExactly("a");
                item(config, "sold out", "{\"available\":true}");
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(popular(role)).containsExactly("a", "sold out"));
                click(config, "x", clickJson("x", "sold out", now + 1));
                click(config, "y", clickJson("y", "sold out", now + 1));
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(role.variants()
                                        .own()
                                        .recommender()
                                        .trending(ALL)
                                        .items()
                                        .getFirst()
                                        .score())
                                .isCloseTo(5 / 9f, within(1e-4f)));
            }
        }
    }

    private static List<String> popular(StreamsRole role) {
        return role.variants().own().recommender().trending(ALL).items().stream()
                .map(Recommendation.Item::itemId)
                .toList();
    }

    private static void item(FreshetConfig config, String itemId, @Nullable String json) throws Exception {
        byte @Nullable [] value = json == null ? null : json.getBytes(UTF_8);
        send(config, new ProducerRecord<>(config.get(TopicKeys.ITEMS), itemId.getBytes(UTF_8), value));
    }

    private static void ask(FreshetConfig config, @Nullable String key, String json, String correlationId)
            throws Exception {
        byte @Nullable [] keyBytes = key == null ? null : key.getBytes(UTF_8);
        ProducerRecord<byte[], byte[]> request =
                new ProducerRecord<>(config.get(TopicKeys.REQUESTS), keyBytes, json.getBytes(UTF_8));
        request.headers().add("correlation-id", correlationId.getBytes(UTF_8));
        send(config, request);
    }

    private static String answered(List<ConsumerRecord<byte[], byte[]>> answers, String correlationId)
            throws IOException {
        ConsumerRecord<byte[], byte[]> answer = answers.stream()
                .filter(record -> record.headers().lastHeader("correlation-id") != null
                        && header(record, "correlation-id").equals(correlationId))
                .findFirst()
                .orElseThrow();
        JsonNode json = new ObjectMapper().readTree(answer.value());
        return json.get("fallback").textValue() + " " + json.get("items").findValuesAsText("item_id");
    }
}
