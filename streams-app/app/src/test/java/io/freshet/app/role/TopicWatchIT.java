package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.freshet.app.check.Finding;
import io.freshet.app.check.Outcome;
import io.freshet.app.check.TopicsCheck;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TopicWatch;
import io.freshet.service.sequencer.SequencerTopology;
import io.freshet.store.FileSnapshotStore;
import io.freshet.testkit.broker.Broker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.KafkaStreams.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that are added to the clicks topic while the streams role runs. */
final class TopicWatchIT {
    @TempDir
    Path folder;

    @Test
    void shouldGoOnAndSayWhichPartitionsAreNotReadWhenSomeAreAdded() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            FreshetConfig config = RoleOnKafka.config(
                    kafka, "grown", 2, folder.resolve("state"), Map.of("kafka.metadata.max.age.ms", "500"));
            assertThat(TopicPlan.stateTopic("grown"))
                    .isEqualTo("grown-" + SequencerTopology.USER_SEQUENCES + "-changelog");
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            try (TopicWatch watch = new TopicWatch(config, true, registry, Duration.ofMillis(200))) {
                assertThat(watch.awaitTopics(_ -> false)).isTrue();
                try (StreamsRole role = new StreamsRole(
                        config, new FileSnapshotStore(config.modelStorePath()), registry, Clock.systemUTC())) {
                    role.start();
                    assertThat(role.awaitRunning(TIMEOUT)).isTrue();
                    watch.start();
                    RoleOnKafka.click(config, "ann", RoleOnKafka.clickJson("ann", "tea", 1_700_000_000_000L));
                    RoleOnKafka.read(config, config.get(TopicKeys.SEQUENCES), 1);
                    assertThat(role.overdue()).isEmpty();
                    assertThat(role.threadsThatPoll()).isEqualTo(2); // a stream thread and the global thread

                    addPartitions(kafka, config);

                    await().atMost(TIMEOUT)
                            .untilAsserted(() -> assertThat(registry.get("freshet.partitions.unread")
                                            .tag("topic", config.get(TopicKeys.CLICKS))
                                            .gauge()
                                            .value())
                                    .isEqualTo(2));
                    assertThat(watch.unread()).isEqualTo(Map.of(config.get(TopicKeys.CLICKS), 2));
                    // Kafka Streams reassigns partitions when it learns of new ones, which shows as a rebalance.
                    await().during(Duration.ofSeconds(4)).atMost(TIMEOUT).until(role::isAlive);
                    await().atMost(TIMEOUT).until(() -> role.state() == State.RUNNING);
                    assertThat(role.failure()).isEmpty();
                    RoleOnKafka.send(
                            config,
                            new ProducerRecord<>(
                                    config.get(TopicKeys.CLICKS),
                                    0,
                                    "bob".getBytes(UTF_8),
                                    RoleOnKafka.clickJson("bob", "tea", 1_700_000_000_000L)));
                    RoleOnKafka.read(config, config.get(TopicKeys.SEQUENCES), 2);
                }
                assertThat(new TopicsCheck(config).look())
                        .filteredOn(finding -> finding.outcome() == Outcome.PROBLEM)
                        .extracting(Finding::message)
                        .anySatisfy(message -> assertThat(message)
                                .contains("must have as many partitions as the state of application.id=grown: 4"));
            }
            try (TopicWatch again = new TopicWatch(config, true, new SimpleMeterRegistry())) {
                assertThatThrownBy(() -> again.awaitTopics(_ -> false)).isInstanceOf(ConfigException.class);
            }
        }
    }

    @Test
    void shouldTryAgainUntilAskedToEndWhenTheBrokersDoNotAnswer() {
        FreshetConfig config = FreshetConfig.of(Map.of(
                "kafka.bootstrap.servers",
                "127.0.0.1:1",
                "kafka.request.timeout.ms",
                "500",
                "kafka.default.api.timeout.ms",
                "1000"));
        AtomicInteger tries = new AtomicInteger();
        try (TopicWatch watch = new TopicWatch(config, true, new SimpleMeterRegistry())) {
            assertThat(watch.awaitTopics(_ -> tries.incrementAndGet() == 2)).isFalse();
        }
        assertThat(tries).hasValue(2);
    }

    private static void addPartitions(Broker kafka, FreshetConfig config) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createPartitions(Map.of(config.get(TopicKeys.CLICKS), NewPartitions.increaseTo(4)))
                    .all()
                    .get();
        }
    }
}
