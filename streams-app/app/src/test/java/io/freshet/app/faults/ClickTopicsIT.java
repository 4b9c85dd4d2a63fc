package io.freshet.app.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.process.FreshetProcess;
import io.freshet.testkit.topic.CommittedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A streams process that is killed while it reads two topics of clicks with different formats. Both topics have the same
 * partitions and offsets, and number their events in the same way.
 */
final class ClickTopicsIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final int PAIRS = 200;
    private static final int USERS = 10;
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private final long firstMs = (System.currentTimeMillis() / 1_000 - 3_600) * 1_000;

    @TempDir
    Path folder;

    private EmbeddedKafka kafka;

    @BeforeEach
    void startBroker() throws IOException {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        Files.writeString(
                folder.resolve("freshet.properties"), """
                kafka.bootstrap.servers=%s
                state.dir=%s
                topics.partitions=2
                topics.clicks=web,purchases
                clicks.format.purchases=debezium
                clicks.field.user.purchases=customer
                clicks.field.item.purchases=product
                clicks.field.time.purchases=at
                clicks.field.id.purchases=id
                clicks.time.unit.purchases=s
                clicks.type.purchases=purchase
                streams.instance.id=one
                kafka.main.consumer.max.poll.records=10
                kafka.main.consumer.session.timeout.ms=3000
                kafka.main.consumer.heartbeat.interval.ms=500
                """.formatted(kafka.bootstrapServers(), folder.resolve("state")));
        TopicSetup.run(FreshetConfig.load(folder.resolve("freshet.properties"), Map.of(), Map.of()), TIMEOUT);
    }

    @AfterEach
    void stopBroker() {
        kafka.close();
    }

    @Test
    void shouldSequenceEachClickOfBothTopicsOnceAndInOrderWhenItIsKilled() throws Exception {
        produceWebClicks();
        producePurchases();
        try (CommittedCounts counts = new CommittedCounts(kafka.bootstrapServers())) {
            try (FreshetProcess streams = run()) {
                await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(20)).until(() -> counts.answers() >= PAIRS / 2);
                streams.kill();
            }
            produceWebClicks(); // as a producer does that has lost its place
            try (FreshetProcess streams = run()) {
                await().atMost(TIMEOUT).until(() -> counts.answers() >= 2 * PAIRS);
                streams.terminate();
                assertThat(streams.await(TIMEOUT)).isEqualTo(ENDED_BY_SIGTERM);
            }
        }

        List<SequenceUpdate> updates = new ArrayList<>();
        Map<String, SequenceUpdate> newest = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                CommittedLog.read(kafka.bootstrapServers()).sequences()) {
            SequenceUpdate update = SequenceUpdateCodec.decode(record.value());
            updates.add(update);
            newest.put(new String(record.key(), UTF_8), update);
        }
        assertThat(updates)
                .hasSize(2 * PAIRS)
                .allSatisfy(update -> assertThat(update.newPositions())
                        .as("the backlogs of both topics are merged by time")
                        .containsExactly(update.sequence().size() - 1));
        Set<String> causes = new HashSet<>();
        updates.forEach(update -> causes.add(update.cause().topic() + "-"
                + update.cause().partition() + "-" + update.cause().offset()));
        assertThat(causes).hasSize(2 * PAIRS);
        assertThat(newest).hasSize(USERS);
        newest.forEach((user, update) -> assertThat(
                        update.sequence().interactions().stream().map(ClickTopicsIT::text))
                .as(user)
                .containsExactlyElementsOf(expected(user)));
    }

    private static String text(Interaction click) {
        return click.itemId() + " " + click.eventType();
    }

    private static List<String> expected(String user) {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            if (user(i).equals(user)) {
                items.add("seen-" + i + " view");
                items.add("bought-" + i + " purchase");
            }
        }
        return items;
    }

    private static String user(int pair) {
        return "u" + pair % USERS;
    }

    private long webMs(int pair) {
        return firstMs + 2_000L * pair;
    }

    private void produceWebClicks() {
        produce("web", i -> ClickCodec.toJson(new Click(user(i), "seen-" + i, webMs(i), "view", "" + i)), 0);
    }

    private void producePurchases() {
        produce(
                "purchases",
                i -> String.format(Locale.ROOT, """
                                {"op": "c", "after": {"id": %d, "customer": "%s", "product": "bought-%d", "at": %d}}""", i, user(i), i, webMs(i) / 1_000 + 1)
                        .getBytes(UTF_8),
                1_000);
    }

    /** Makes the value of a record. */
    private interface Values {
        byte[] of(int pair);
    }

    private void produce(String topic, Values values, long delayMs) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < PAIRS; i++) {
                var _ = producer.send(
                        new ProducerRecord<>(topic, null, webMs(i) + delayMs, user(i).getBytes(UTF_8), values.of(i)));
            }
        }
    }

    private FreshetProcess run() throws IOException {
        return FreshetProcess.start(
                folder.resolve("out.txt"),
                "run",
                "--roles",
                "streams",
                "--config",
                folder.resolve("freshet.properties").toString());
    }
}
