package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static io.freshet.app.role.RoleOnKafka.click;
import static io.freshet.app.role.RoleOnKafka.clickJson;
import static io.freshet.app.role.RoleOnKafka.header;
import static io.freshet.app.role.RoleOnKafka.read;
import static io.freshet.app.role.RoleOnKafka.started;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.testkit.broker.Broker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembled application on a real broker, with a client that reads only committed records. */
@Tag(Broker.TAG)
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker before each test.
final class SequencerIT {
    private static final int PARTITIONS = 2;

    @TempDir
    static Path folder;

    private static Broker kafka;

    private final long now = System.currentTimeMillis();

    @BeforeAll
    static void startBroker() throws IOException {
        kafka = Broker.start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopBroker() {
        if (kafka != null) {
            kafka.close();
        }
    }

    @Test
    void shouldSequenceGoodClicksAndSetBadOnesAside() throws Exception {
        FreshetConfig config = config("bad", "state");
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            click(config, "u", clickJson("u", "a", now));
            RecordMetadata bad = click(config, "u", "{\"user_id\":".getBytes(UTF_8));
            click(config, "u", clickJson("u", "a", now));
            RecordMetadata keyless = click(config, null, clickJson("u", "b", now + 1));
            click(config, "v", clickJson("v", "a", now));

            List<ConsumerRecord<byte[], byte[]>> sequences = read(config, config.get(TopicKeys.SEQUENCES), 3);
            assertThat(newest(sequences, "u").sequence().interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly("a", "b");
            assertThat(newest(sequences, "u").cause().topic()).isEqualTo(config.get(TopicKeys.CLICKS));
            assertThat(newest(sequences, "u").cause().partition()).isEqualTo(keyless.partition());
            assertThat(newest(sequences, "u").cause().offset()).isEqualTo(keyless.offset());

            ConsumerRecord<byte[], byte[]> letter =
                    read(config, config.get(TopicKeys.DEAD_LETTERS), 1).getFirst();
            assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo("not-json");
            assertThat(header(letter, OriginHeaders.PARTITION)).isEqualTo(Integer.toString(bad.partition()));
            assertThat(header(letter, OriginHeaders.OFFSET)).isEqualTo(Long.toString(bad.offset()));

            JsonNode answer = new ObjectMapper()
                    .readTree(read(config, config.get(TopicKeys.RECOMMENDATIONS), 3)
                            .getLast()
                            .value());
            assertThat(answer.get("fallback").textValue()).isEqualTo("no-model");
            assertThat(role.clickOutcomes()).contains(new ClickOutcomeCounts(1, 0, 0));
        }
    }

    @Test
    void shouldGoOnWithTheSameSequencesWhenStartedAgain() throws Exception {
        FreshetConfig config = config("again", "state");
        TopicSetup.run(config, TIMEOUT);
        try (StreamsRole role = started(config)) {
            click(config, "u", clickJson("u", "a", now));
            click(config, "u", clickJson("u", "a", now));
            read(config, config.get(TopicKeys.SEQUENCES), 1);
            assertThat(role.isAlive()).isTrue();
        }
        try (StreamsRole role = started(config)) {
            click(config, "u", clickJson("u", "b", now + 1));
            assertThat(newest(read(config, config.get(TopicKeys.SEQUENCES), 2), "u")
                            .sequence()
                            .interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly("a", "b");
            assertThat(role.clickOutcomes()).contains(new ClickOutcomeCounts(1, 0, 0));
        }
        // On another disk all state is restored from the changelogs.
        FreshetConfig elsewhere = config("again", "other-state");
        try (StreamsRole role = started(elsewhere)) {
            click(config, "u", clickJson("u", "a", now));
            click(config, "u", clickJson("u", "c", now + 2));
            assertThat(newest(read(config, config.get(TopicKeys.SEQUENCES), 3), "u")
                            .sequence()
                            .interactions())
                    .extracting(Interaction::itemId)
                    .containsExactly("a", "b", "c");
            assertThat(role.clickOutcomes()).contains(new ClickOutcomeCounts(2, 0, 0));
        }
    }

    private static FreshetConfig config(String name, String stateDir) {
        return RoleOnKafka.config(kafka, name, PARTITIONS, folder.resolve(name).resolve(stateDir), Map.of());
    }

    private static SequenceUpdate newest(List<ConsumerRecord<byte[], byte[]>> sequences, String userId) {
        return sequences.stream()
                .filter(record -> new String(record.key(), UTF_8).equals(userId))
                .map(record -> SequenceUpdateCodec.decode(record.value()))
                .toList()
                .getLast();
    }
}
