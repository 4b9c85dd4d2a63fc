package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static io.freshet.app.role.RoleOnKafka.read;
import static io.freshet.app.role.RoleOnKafka.started;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.OtherApplications;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TopicWatch;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.testkit.broker.Broker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A topic of clicks that is added to a system with state. */
final class AddedClickTopicIT {
    private static final Map<String, String> BOTH =
            Map.of("topics.clicks", "web,purchases", "clicks.type.purchases", "purchase");

    @TempDir
    Path folder;

    private final long now = System.currentTimeMillis();

    @Test
    void shouldContinueTheSequencesAndReadTheAddedTopicFromItsBeginning() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            FreshetConfig one = config(kafka, "shop", Map.of("topics.clicks", "web"));
            TopicSetup.run(one, TIMEOUT);
            try (StreamsRole role = started(one)) {
                assertThat(role.isAlive()).isTrue();
                send(one, "web", "a", "1", 0);
                read(one, one.get(TopicKeys.SEQUENCES), 1);
            }

            FreshetConfig both = config(kafka, "shop", BOTH);
            TopicSetup.run(both, TIMEOUT);
            send(both, "purchases", "b", "1", 1);
            try (StreamsRole role = started(both)) {
                assertThat(role.isAlive()).isTrue();
                send(both, "web", "a", "1", 0);
                send(both, "web", "c", "2", 2);
                List<ConsumerRecord<byte[], byte[]>> sequences = read(both, both.get(TopicKeys.SEQUENCES), 3);
                assertThat(sequences.stream()
                                .map(record -> SequenceUpdateCodec.decode(record.value())
                                        .sequence()
                                        .interactions())
                                .reduce(List.of(), (longest, next) -> next.size() > longest.size() ? next : longest))
                        .extracting(Interaction::itemId, Interaction::eventType)
                        .containsExactly(tuple("a", null), tuple("b", "purchase"), tuple("c", null));
            }
            shouldFindTheOtherApplication(config(
                    kafka, "other", Map.of("topics.clicks", "purchases", "topics.model-manifests", "shop-manifests")));
            shouldWatchTheAddedTopic(kafka, both);
        }
    }

    private static void shouldFindTheOtherApplication(FreshetConfig other) {
        try (Admin admin = Admin.create(other.kafka().forAdmin())) {
            assertThat(new OtherApplications(other, admin, TIMEOUT.toMillis()).find(true))
                    .hasValueSatisfying(
                            found -> assertThat(found).contains("application.id=shop has consumed topic purchases"));
        }
    }

    private static void shouldWatchTheAddedTopic(Broker kafka, FreshetConfig both) throws Exception {
        try (TopicWatch watch = new TopicWatch(both, true, new SimpleMeterRegistry(), Duration.ofMillis(200));
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            assertThat(watch.awaitTopics(_ -> false)).isTrue();
            assertThat(watch.readPartitions()).containsEntry("web", 2).containsEntry("purchases", 2);
            watch.start();
            admin.createPartitions(Map.of("purchases", NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            await().atMost(TIMEOUT).until(() -> watch.unread().equals(Map.of("purchases", 3)));
        }
    }

    private void send(FreshetConfig config, String topic, String item, String id, long afterMs) throws Exception {
        byte[] value = ClickCodec.toJson(new Click("u", item, now + afterMs, null, id));
        RoleOnKafka.send(config, new ProducerRecord<>(topic, "u".getBytes(UTF_8), value));
    }

    private FreshetConfig config(Broker kafka, String name, Map<String, String> more) {
        return RoleOnKafka.config(kafka, name, 2, folder.resolve(name), new HashMap<>(more));
    }
}
