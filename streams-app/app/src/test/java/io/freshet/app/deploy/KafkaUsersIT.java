package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.check.Outcome;
import io.freshet.app.check.Roles;
import io.freshet.app.check.StartCheck;
import io.freshet.app.check.TopicsCheck;
import io.freshet.app.rights.AclFormat;
import io.freshet.app.rights.RoleRights;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.http.HttpServer;
import io.freshet.service.runtime.Role;
import io.freshet.service.runtime.ScorerRole;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotStore;
import io.freshet.testkit.broker.ListenerPorts;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks, on a broker with the manifests' users, that each user can do its work and nothing else. */
final class KafkaUsersIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SCORER = "freshet-scorer-s";
    private static final Map<String, String> SHADOW = Map.of("variants.name", "s", "scorer.shadow", "true");
    /** The variables of the pods in the component variant. */
    private static final Map<String, String> VARIANT =
            Map.of("model.name", "candidate", "variants.name", "candidate", "scorer.shadow", "true");

    private static final int USERS = 20;
    private static final int ITEMS = 30;

    @TempDir
    private static Path folder;

    private static AuthorizingKafka kafka;

    @BeforeAll
    static void start() throws Exception {
        List<JsonNode> users = new ArrayList<>();
        for (String component : List.of("kafka", "autoscaling", "cli/kafka", "variant/kafka")) {
            users.addAll(Manifests.asWritten(Manifests.K8S.resolve("components").resolve(component))
                    .all("KafkaUser"));
        }
        users.addAll(Manifests.parse(AclFormat.STRIMZI.write(
                        new AclFormat.User(SCORER, "", "freshet-kafka"),
                        RoleRights.of(config(Map.of(), SHADOW), Role.SCORER)))
                .resources());
        kafka = AuthorizingKafka.start(folder.resolve("kafka"));
        kafka.addUsers(users);
        TopicSetup.run(config(kafka.clientOfAdmin(), Map.of("topics.create", "true")), TIMEOUT);
        Map<String, String> shadow = new HashMap<>(SHADOW);
        shadow.put("topics.create", "true");
        TopicSetup.run(config(kafka.clientOfAdmin(), shadow).asScorer(), TIMEOUT);
        Map<String, String> variant = new HashMap<>(VARIANT);
        variant.put("topics.create", "true");
        TopicSetup.run(config(kafka.clientOfAdmin(), variant).asScorer(), TIMEOUT);
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void shouldLetEachUserDoItsWork() throws Exception {
        FreshetConfig streamsConfig = config(
                withLoginInAFile("freshet-streams"), Map.of("http.port", Integer.toString(ListenerPorts.free())));
        FreshetConfig trainerConfig = config(withLoginInAFile("freshet-trainer"), Map.of());
        Map<String, String> shadow = new HashMap<>(SHADOW);
        shadow.put("state.dir", folder.resolve("state-of-scorer").toString());
        FreshetConfig scorerConfig = config(kafka.clientOf(SCORER), shadow).asScorer();
        SnapshotStore store = new FileSnapshotStore(streamsConfig.modelStorePath());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // The first step of `freshet run`.
        TopicSetup.run(streamsConfig, TIMEOUT);
        TopicSetup.run(trainerConfig, TIMEOUT);
        TopicSetup.run(scorerConfig, TIMEOUT);
        try (StreamsRole streams = new StreamsRole(streamsConfig, store, registry, Clock.systemUTC());
                TrainerRole trainer = new TrainerRole(trainerConfig, store, registry, Clock.systemUTC());
                ScorerRole scorer = new ScorerRole(
                        scorerConfig, store, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), Clock.systemUTC());
                HttpServer _ =
                        HttpServer.start(streamsConfig, new HttpServer.Roles(streams, null, store, registry, null))) {
            streams.start();
            trainer.start();
            scorer.start();
            assertThat(streams.awaitRunning(TIMEOUT)).isTrue();
            produceItemsAndClicks();
            awaitAnswerOfTheModel();
            awaitAnswerOf(scorerConfig.get(TopicKeys.RECOMMENDATIONS));
            String url = streamsConfig.http().url();
            assertThat(post(url + "v1/clicks", click("user-0", "item-1")).statusCode())
                    .isEqualTo(202);
            assertThat(post(url + "v1/model/resume", "{}").statusCode()).isEqualTo(200);
            assertThat(streams.isAlive()).isTrue();
            assertThat(scorer.isAlive()).isTrue();
            assertThat(trainer.failure()).isEmpty();
        }
    }

    @Test
    void shouldRefuseWhatIsNotAUsersWork() {
        assertThatThrownBy(() -> send("shop-producer", "recommendations"))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> send("shop-consumer", "clicks")).hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> send("freshet-trainer", "clicks"))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> send("freshet-streams", "model-log"))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> send(SCORER, "recommendations")).hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> read("shop-producer", "shop", "recommendations"))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> read("shop-consumer", "freshet", "recommendations"))
                .isInstanceOf(GroupAuthorizationException.class);
    }

    @Test
    void shouldLetTheAutoscalerSeeHowManyClicksWaitAndNothingElse() throws Exception {
        TopicPartition clicks = new TopicPartition("clicks", 0);
        try (Admin admin = Admin.create(new HashMap<>(kafka.clientOf("freshet-autoscaler")))) {
            assertThat(admin.describeTopics(List.of("clicks")).allTopicNames().get())
                    .containsOnlyKeys("clicks");
            assertThat(admin.listOffsets(Map.of(clicks, OffsetSpec.latest()))
                            .partitionResult(clicks)
                            .get())
                    .isNotNull();
            assertThat(admin.listConsumerGroupOffsets("freshet").all().get()).containsOnlyKeys("freshet");
            assertThatThrownBy(() -> admin.listConsumerGroupOffsets("freshet-trainer-default")
                            .all()
                            .get())
                    .hasCauseInstanceOf(GroupAuthorizationException.class);
        }
        assertThatThrownBy(() -> read("freshet-autoscaler", "freshet", "clicks"))
                .isInstanceOf(AuthorizationException.class);
    }

    @Test
    void shouldLetTheCommandLineCheckTheTopicsAndNothingElse() throws Exception {
        FreshetConfig config = config(kafka.clientOf("freshet-cli"), Map.of());

        assertThat(new TopicsCheck(config).look())
                .hasSizeGreaterThan(10)
                .noneMatch(finding -> finding.outcome() == Outcome.PROBLEM);
        try (Admin admin = Admin.create(new HashMap<>(kafka.clientOf("freshet-cli")))) {
            assertThatThrownBy(() -> admin.deleteTopics(List.of("clicks")).all().get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
        assertThatThrownBy(() -> send("freshet-cli", "clicks")).hasCauseInstanceOf(AuthorizationException.class);
        // Without a group, on which the user has no right either.
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                new HashMap<>(kafka.clientOf("freshet-cli")), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition("clicks", 0)));
            consumer.seekToBeginning(consumer.assignment());
            assertThatThrownBy(() -> consumer.poll(TIMEOUT))
                    .isInstanceOfSatisfying(
                            TopicAuthorizationException.class,
                            refused -> assertThat(refused.unauthorizedTopics()).containsExactly("clicks"));
        }
    }

    /** One process of the variant has two roles, whose groups and transactional ids begin differently. */
    @Test
    void shouldMissNoRightOfTheVariant() throws Exception {
        Map<String, String> settings = settings(kafka.clientOf("freshet-variant"), VARIANT);

        assertThat(new StartCheck(new Roles(false, true, true)).run(KubernetesBaseTest.CONFIG_FILE, Map.of(), settings))
                .anyMatch(finding -> finding.check().equals("rights") && finding.outcome() == Outcome.OK)
                .noneMatch(finding -> finding.outcome() == Outcome.PROBLEM);
    }

    /** A client that starts a transaction with the trainer's transactional id fences the trainer. */
    @Test
    void shouldLetNobodyElseActAsTheTrainer() {
        String trainer =
                config(kafka.clientOfAdmin(), Map.of()).trainer().clients().transactionalId();

        for (String user : List.of("freshet-streams", "shop-producer", "shop-consumer")) {
            Map<String, Object> properties = new HashMap<>(kafka.clientOf(user));
            properties.put("transactional.id", trainer);
            try (KafkaProducer<String, String> producer =
                    new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
                assertThatThrownBy(producer::initTransactions)
                        .isInstanceOf(TransactionalIdAuthorizationException.class);
            }
        }
    }

    /** Returns the settings of a client that reads its password from a mounted Secret, as those of the component oauth do. */
    private static Map<String, String> withLoginInAFile(String user) throws IOException {
        Map<String, String> client = new HashMap<>(kafka.clientOf(user));
        Path secret = Files.createDirectories(folder.resolve("secrets").resolve(user));
        Files.writeString(secret.resolve("sasl.jaas.config"), client.get("sasl.jaas.config"));
        client.put("config.providers", "dir");
        client.put("config.providers.dir.class", DirectoryConfigProvider.class.getName());
        client.put("sasl.jaas.config", "${dir:" + secret + ":sasl.jaas.config}");
        return client;
    }

    private static FreshetConfig config(Map<String, String> client, Map<String, String> more) {
        try {
            return FreshetConfig.load(KubernetesBaseTest.CONFIG_FILE, Map.of(), settings(client, more));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> settings(Map<String, String> client, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>();
        client.forEach((key, value) -> settings.put("kafka." + key, value));
        settings.put("topics.create", "false");
        settings.put("topics.partitions", "2");
        settings.put("items.catalogue", "filter");
        settings.put("http.host", "127.0.0.1");
        settings.put("http.port", "0");
        settings.put("http.token.file", "");
        settings.put("state.dir", folder.resolve("state").toString());
        settings.put("model.store.path", folder.resolve("models").toString());
        settings.put("model.dim", "16");
        settings.put("training.workers", "1");
        settings.put("online.snapshot.interval.ms", "1000");
        settings.putAll(more);
        return settings;
    }

    private static void produceItemsAndClicks() {
        try (KafkaProducer<String, String> producer = producer("shop-producer")) {
            for (int item = 0; item < ITEMS; item++) {
                var _ = producer.send(new ProducerRecord<>(
                        "items", "item-" + item, "{\"categories\":[\"shoes\"],\"available\":true}"));
            }
            for (int click = 0; click < 8 * USERS; click++) {
                String user = "user-" + click % USERS;
                var _ = producer.send(new ProducerRecord<>("clicks", user, click(user, "item-" + click % ITEMS)));
            }
            var _ = producer.send(new ProducerRecord<>("recommendation-requests", "{\"user_id\":\"user-1\",\"k\":3}"));
        }
    }

    private static void awaitAnswerOfTheModel() {
        try (KafkaConsumer<String, String> consumer = consumer("shop-consumer", "shop-consumer-page");
                KafkaProducer<String, String> producer = producer("shop-producer")) {
            consumer.subscribe(List.of("recommendations"));
            await().atMost(TIMEOUT).until(() -> {
                var _ = producer.send(new ProducerRecord<>("clicks", "user-2", click("user-2", "item-3")));
                for (var answer : consumer.poll(Duration.ofMillis(200))) {
                    JsonNode json = answer.value() == null ? null : JSON.readTree(answer.value());
                    if (json != null && json.hasNonNull("model") && !json.hasNonNull("fallback")) {
                        consumer.commitSync();
                        return true;
                    }
                }
                return false;
            });
        }
    }

    private static void awaitAnswerOf(String topic) {
        Map<String, Object> properties = new HashMap<>(kafka.clientOfAdmin());
        properties.put("group.id", "reader");
        properties.put("auto.offset.reset", "earliest");
        properties.put("isolation.level", "read_committed");
        try (KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
                KafkaProducer<String, String> producer = producer("shop-producer")) {
            consumer.subscribe(List.of(topic));
            await().atMost(TIMEOUT).until(() -> {
                var _ = producer.send(new ProducerRecord<>("clicks", "user-4", click("user-4", "item-5")));
                return !consumer.poll(Duration.ofMillis(200)).isEmpty();
            });
        }
    }

    private static void send(String user, String topic) throws ExecutionException, InterruptedException {
        try (KafkaProducer<String, String> producer = producer(user)) {
            producer.send(new ProducerRecord<>(topic, "key", "value")).get();
        }
    }

    private static void read(String user, String group, String topic) {
        try (KafkaConsumer<String, String> consumer = consumer(user, group)) {
            consumer.subscribe(List.of(topic));
            await().atMost(TIMEOUT)
                    .until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
        }
    }

    private static KafkaProducer<String, String> producer(String user) {
        return new KafkaProducer<>(new HashMap<>(kafka.clientOf(user)), new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(String user, String group) {
        Map<String, Object> properties = new HashMap<>(kafka.clientOf(user));
        properties.put("group.id", group);
        properties.put("auto.offset.reset", "earliest");
        properties.put("isolation.level", "read_committed");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }

    private static String click(String user, String item) {
        return "{\"user_id\":\"%s\",\"item_id\":\"%s\",\"timestamp\":%d}"
                .formatted(user, item, System.currentTimeMillis());
    }

    private static HttpResponse<String> post(String url, String json) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(json))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
