package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.vocabulary.VocabularyFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs two brands on one broker that requires SCRAM-SHA-512 and checks rights: {@code north} as the Helm chart deploys it, and
 * {@code south} with {@code topics.prefix} and the rights that {@code freshet acls} prints.
 */
@TestMethodOrder(OrderAnnotation.class)
final class BrandsIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int USERS = 20;
    private static final int ITEMS = 30;
    private static final Map<String, Integer> CLICKS = Map.of("north", 8 * USERS, "south", 11 * USERS);

    @TempDir
    private static Path folder;

    private static AuthorizingKafka kafka;
    private static List<Brand> brands;

    @BeforeAll
    static void start() throws Exception {
        kafka = AuthorizingKafka.start(folder.resolve("kafka"));
        brands = List.of(Brand.ofChart("north", kafka, folder), Brand.ofCommand("south", kafka, folder));
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    @Order(1)
    void shouldLearnFromTheOwnClicksOnly() throws Exception {
        try (Running north = new Running(brands.getFirst());
                Running south = new Running(brands.getLast())) {
            List<Running> all = List.of(north, south);
            for (Running running : all) {
                running.start();
            }
            all.forEach(running -> produceClicks(running.brand));

            await().atMost(TIMEOUT).until(() -> all.stream().allMatch(Running::hasLearnedItsClicks));
            for (Running running : all) {
                Brand brand = running.brand;
                assertThat(running.learned()).isEqualTo(clicksOf(brand));
                await().atMost(TIMEOUT)
                        .ignoreExceptions()
                        .untilAsserted(
                                () -> assertThat(itemsOfNewestSnapshot(brand)).isEqualTo(itemsOf(brand)));
                assertThat(itemsOfAnAnswerOfTheModel(brand))
                        .isNotEmpty()
                        .allMatch(item -> item.startsWith(brand.name() + "-item-"));
                // The other brand has learned all of its clicks by now, and none of them here.
                assertThat(running.learned()).isEqualTo(clicksOf(brand));
                assertThat(running.streams.isAlive()).isTrue();
                assertThat(running.trainer.failure()).isEmpty();
            }
        }
    }

    /** Runs after the roles have created their internal topics. */
    @Test
    @Order(2)
    void shouldRefuseTheTopicsOfTheOtherBrand() throws Exception {
        for (Brand brand : brands) {
            Set<String> topics = topicsOf(otherThan(brand));
            assertThat(topics).anyMatch(topic -> topic.endsWith("-changelog")).hasSizeGreaterThan(10);
            for (String user : brand.users()) {
                assertThat(topicsSeenBy(user)).isNotEmpty().doesNotContainAnyElementsOf(topics);
                try (KafkaProducer<String, String> producer = producer(kafka.clientOf(user));
                        KafkaConsumer<String, String> consumer = consumer(kafka.clientOf(user), Map.of())) {
                    for (String topic : topics) {
                        assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, "key", "value"))
                                        .get())
                                .as("%s writes to %s", user, topic)
                                .hasCauseInstanceOf(TopicAuthorizationException.class)
                                .extracting(failure -> unauthorized(Objects.requireNonNull(failure.getCause())))
                                .isEqualTo(Set.of(topic));
                        consumer.assign(List.of(new TopicPartition(topic, 0)));
                        assertThatThrownBy(() -> consumer.poll(TIMEOUT))
                                .as("%s reads %s", user, topic)
                                .isInstanceOf(TopicAuthorizationException.class)
                                .extracting(BrandsIT::unauthorized)
                                .isEqualTo(Set.of(topic));
                    }
                }
            }
        }
    }

    @Test
    @Order(3)
    void shouldRefuseTheGroupsOfTheOtherBrand() {
        for (Brand brand : brands) {
            Map<String, String> readable = Map.of(
                    brand.streamsUser(),
                    brand.streams().get(TopicKeys.CLICKS),
                    brand.trainerUser(),
                    brand.trainer().get(TopicKeys.SEQUENCES));
            for (String group : otherThan(brand).groups()) {
                readable.forEach((user, topic) -> {
                    try (KafkaConsumer<String, String> consumer =
                                    consumer(kafka.clientOf(user), Map.of("group.id", group));
                            Admin admin = Admin.create(new HashMap<>(kafka.clientOf(user)))) {
                        consumer.subscribe(List.of(topic));
                        assertThatThrownBy(() -> consumer.poll(TIMEOUT))
                                .as("%s joins %s", user, group)
                                .isInstanceOf(GroupAuthorizationException.class);
                        assertThatThrownBy(() -> admin.listConsumerGroupOffsets(group)
                                        .all()
                                        .get())
                                .as("%s reads the offsets of %s", user, group)
                                .hasCauseInstanceOf(GroupAuthorizationException.class);
                    }
                });
            }
        }
    }

    @Test
    @Order(4)
    void shouldRefuseTheTransactionalIdsOfTheOtherBrand() {
        for (Brand brand : brands) {
            for (String id : otherThan(brand).transactionalIds()) {
                for (String user : brand.users()) {
                    Map<String, String> client = new HashMap<>(kafka.clientOf(user));
                    client.put("transactional.id", id);
                    try (KafkaProducer<String, String> producer = producer(client)) {
                        assertThatThrownBy(producer::initTransactions)
                                .as("%s uses %s", user, id)
                                .isInstanceOf(TransactionalIdAuthorizationException.class);
                    }
                }
            }
        }
    }

    /** A brand with its two roles in this process, each of which logs in as its own user. */
    private static final class Running implements AutoCloseable {
        private final Brand brand;
        private final StreamsRole streams;
        private final TrainerRole trainer;

        Running(Brand brand) {
            this.brand = brand;
            FileSnapshotStore store = new FileSnapshotStore(brand.streams().modelStorePath());
            streams = new StreamsRole(brand.streams(), store, new SimpleMeterRegistry(), Clock.systemUTC());
            trainer = new TrainerRole(brand.trainer(), store, new SimpleMeterRegistry(), Clock.systemUTC());
        }

        void start() throws Exception {
            // The first step of `freshet run`.
            TopicSetup.run(brand.streams(), TIMEOUT);
            TopicSetup.run(brand.trainer(), TIMEOUT);
            streams.start();
            trainer.start();
            assertThat(streams.awaitRunning(TIMEOUT)).as(brand.name()).isTrue();
        }

        long learned() {
            return trainer.status().training().records();
        }

        boolean hasLearnedItsClicks() {
            return learned() >= clicksOf(brand);
        }

        @Override
        public void close() {
            streams.close();
            trainer.close();
        }
    }

    private static Set<String> unauthorized(Throwable failure) {
        return ((TopicAuthorizationException) failure).unauthorizedTopics();
    }

    private static Brand otherThan(Brand brand) {
        return brand.equals(brands.getFirst()) ? brands.getLast() : brands.getFirst();
    }

    private static int clicksOf(Brand brand) {
        return CLICKS.getOrDefault(brand.name(), 0);
    }

    private static Set<String> itemsOf(Brand brand) {
        return IntStream.range(0, ITEMS)
                .mapToObj(item -> brand.name() + "-item-" + item)
                .collect(Collectors.toSet());
    }

    /** Both brands have the same users, who click other items. Each click has its own time, so that none is a duplicate. */
    private static void produceClicks(Brand brand) {
        long begin = System.currentTimeMillis() - clicksOf(brand);
        try (KafkaProducer<String, String> producer = producer(kafka.clientOfAdmin())) {
            for (int click = 0; click < clicksOf(brand); click++) {
                String user = "user-" + click % USERS;
                String json = "{\"user_id\":\"%s\",\"item_id\":\"%s-item-%d\",\"timestamp\":%d}"
                        .formatted(user, brand.name(), click % ITEMS, begin + click);
                var _ = producer.send(new ProducerRecord<>(brand.streams().get(TopicKeys.CLICKS), user, json));
            }
        }
    }

    private static Set<String> itemsOfNewestSnapshot(Brand brand) throws IOException {
        FileSnapshotStore store = new FileSnapshotStore(brand.trainer().modelStorePath());
        String version = store.versions("default").getLast();
        try (Snapshot snapshot = store.open("default", version, VocabularyFile.NAME::equals)) {
            return new HashSet<>(
                    VocabularyFile.read(snapshot.file(VocabularyFile.NAME)).items());
        }
    }

    /** Sends requests until the model answers one. A request teaches the model nothing. */
    private static Set<String> itemsOfAnAnswerOfTheModel(Brand brand) {
        Set<String> items = new TreeSet<>();
        String topic = brand.streams().get(TopicKeys.RECOMMENDATIONS);
        try (KafkaProducer<String, String> producer = producer(kafka.clientOfAdmin());
                KafkaConsumer<String, String> consumer =
                        consumer(kafka.clientOfAdmin(), Map.of("isolation.level", "read_committed"))) {
            consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
            await().atMost(TIMEOUT).until(() -> {
                var _ = producer.send(new ProducerRecord<>(
                        brand.streams().get(TopicKeys.REQUESTS), "user-1", "{\"user_id\":\"user-1\",\"k\":5}"));
                for (ConsumerRecord<String, String> answer : consumer.poll(Duration.ofMillis(200))) {
                    JsonNode json = JSON.readTree(answer.value());
                    if (json.hasNonNull("model") && !json.hasNonNull("fallback")) {
                        json.path("items")
                                .forEach(item -> items.add(item.path("item_id").asText()));
                    }
                }
                return !items.isEmpty();
            });
        }
        return items;
    }

    /** Returns the topics of a brand, including those that Kafka Streams has created. */
    private static Set<String> topicsOf(Brand brand) throws Exception {
        try (Admin admin = Admin.create(new HashMap<>(kafka.clientOfAdmin()))) {
            return admin.listTopics().names().get().stream()
                    .filter(topic -> topic.startsWith(brand.name()))
                    .collect(Collectors.toSet());
        }
    }

    private static Set<String> topicsSeenBy(String user) throws Exception {
        try (Admin admin = Admin.create(new HashMap<>(kafka.clientOf(user)))) {
            return admin.listTopics().names().get();
        }
    }

    private static KafkaProducer<String, String> producer(Map<String, String> client) {
        return new KafkaProducer<>(new HashMap<>(client), new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(Map<String, String> client, Map<String, String> more) {
        Map<String, Object> properties = new HashMap<>(client);
        properties.putAll(more);
        properties.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }
}
