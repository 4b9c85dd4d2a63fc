package io.freshet.app.role;

import static io.freshet.app.role.RoleOnKafka.TIMEOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.check.Finding;
import io.freshet.app.check.TopicsCheck;
import io.freshet.app.cli.Freshet;
import io.freshet.app.feed.StopSignal;
import io.freshet.app.repartition.Repartition;
import io.freshet.app.repartition.RepartitionException;
import io.freshet.app.repartition.RepartitionPlan;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.popularity.PopularItems;
import io.freshet.service.popularity.PopularItemsCodec;
import io.freshet.service.runtime.OtherApplications;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TopicWatch;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.service.sequencer.SequencerTopology;
import io.freshet.service.sequencer.UserSequences;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.sequence.UserSequenceCodec;
import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.process.FreshetProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code freshet repartition} on a real broker. */
@Tag(Broker.TAG)
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker before each test.
final class RepartitionIT {
    private static final int USERS = Integer.getInteger("freshet.repartition.users", 2_000);
    private static final int CLICKS_EACH = 3;

    @TempDir
    static Path folder;

    private static Broker kafka;

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

    private static FreshetConfig source(String name, int partitions) throws IOException {
        Map<String, String> settings = RoleOnKafka.settings(kafka, name, partitions, folder);
        RoleOnKafka.write(folder.resolve(name + ".properties"), settings);
        FreshetConfig config = FreshetConfig.of(settings);
        TopicSetup.run(config, TIMEOUT);
        return config;
    }

    /** What a run of the command has printed about a failure, and its exit code. */
    private record Run(int exitCode, String error) {}

    private static List<String> arguments(String name, String into, int partitions, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "repartition",
                "--config",
                folder.resolve(name + ".properties").toString(),
                "--into",
                into,
                "--partitions",
                Integer.toString(partitions),
                "--json",
                folder.resolve(name + ".json").toString()));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static Run run(String name, String into, int partitions, String... more) {
        List<String> arguments = arguments(name, into, partitions, more);
        StringWriter error = new StringWriter();
        int exitCode = Freshet.commandLine().setErr(new PrintWriter(error)).execute(arguments.toArray(String[]::new));
        return new Run(exitCode, error.toString());
    }

    private static JsonNode moved(String name, String into, int partitions, String... more) throws IOException {
        assertThat(run(name, into, partitions, more)).isEqualTo(new Run(0, ""));
        return new ObjectMapper().readTree(Files.readAllBytes(folder.resolve(name + ".json")));
    }

    /** Returns the new application's configuration: the old one with the settings that the command names. */
    private static FreshetConfig target(String name, int partitions, JsonNode report) {
        Map<String, String> settings = RoleOnKafka.settings(kafka, name, partitions, folder);
        report.get("settings")
                .properties()
                .forEach(setting ->
                        settings.put(setting.getKey(), setting.getValue().textValue()));
        return FreshetConfig.of(settings);
    }

    /** Clicks that were produced, and the histories that they should make. Thread-safe. */
    private static final class Produced implements AutoCloseable {
        private final KafkaProducer<byte[], byte[]> producer;
        private final Map<String, List<Interaction>> histories = new HashMap<>();
        private final long startMs = System.currentTimeMillis() - 86_400_000;
        private long clicks;

        Produced(FreshetConfig config) {
            producer = new KafkaProducer<>(
                    config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer());
        }

        /** Produces a click, later than all before, on an item of its own. */
        synchronized Click click(FreshetConfig config, String user) {
            clicks++;
            Click click = new Click(user, "item-" + clicks, startMs + clicks, null, "event-" + clicks);
            histories.computeIfAbsent(user, _ -> new ArrayList<>()).add(Interaction.of(click));
            send(config, user, click);
            return click;
        }

        synchronized void erase(FreshetConfig config, String user) {
            histories.remove(user);
            var _ = producer.send(new ProducerRecord<>(config.get(TopicKeys.CLICKS), user.getBytes(UTF_8), null));
        }

        /** Produces a click, which changes no history if it was produced before. */
        void send(FreshetConfig config, String key, Click click) {
            var _ = producer.send(
                    new ProducerRecord<>(config.get(TopicKeys.CLICKS), key.getBytes(UTF_8), ClickCodec.toJson(click)));
        }

        synchronized long clicks() {
            return clicks;
        }

        void flush() {
            producer.flush();
        }

        @Override
        public void close() {
            producer.close();
        }
    }

    private static String user(long number) {
        return "user-" + number % USERS;
    }

    private static void awaitSequenced(FreshetConfig config) throws Exception {
        List<String> inputs = List.of(config.get(TopicKeys.CLICKS), config.get(TopicKeys.CLICKS_REKEYED));
        await().atMost(TIMEOUT.multipliedBy(3)).until(() -> {
            for (String input : inputs) {
                if (waiting(config, input) > 0) {
                    return false;
                }
            }
            return true;
        });
    }

    private static long waiting(FreshetConfig config, String topic) throws Exception {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            var committed = admin.listConsumerGroupOffsets(config.get(ProcessKeys.APPLICATION_ID))
                    .partitionsToOffsetAndMetadata()
                    .get();
            List<TopicPartition> partitions = RoleOnKafka.partitions(config, topic);
            long waiting = 0;
            for (var end : admin.listOffsets(
                            partitions.stream().collect(Collectors.toMap(each -> each, _ -> OffsetSpec.latest())))
                    .all()
                    .get()
                    .entrySet()) {
                var offset = committed.get(end.getKey());
                waiting += end.getValue().offset() - (offset == null ? 0 : offset.offset());
            }
            return waiting;
        }
    }

    /** Returns the histories in an application's changelog, and checks that each is in its user's partition only. */
    private static Map<String, List<Interaction>> histories(FreshetConfig config, int partitions) {
        Map<String, List<Interaction>> histories = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> entry :
                RoleOnKafka.readAll(config, TopicPlan.stateTopic(config.get(ProcessKeys.APPLICATION_ID)))) {
            String user = new String(SequencerTopology.userOf(entry.key()), UTF_8);
            assertThat(entry.partition()).isEqualTo(partitionOf(user, partitions));
            if (entry.value() == null) {
                histories.remove(user);
            } else {
                histories.put(user, UserSequenceCodec.decode(entry.value()).interactions());
            }
        }
        return histories;
    }

    /** Returns how often each item was added to a sequence; each click has an item of its own. */
    private static Map<String, Long> acceptedClicks(FreshetConfig config) {
        return RoleOnKafka.readAll(config, config.get(TopicKeys.SEQUENCES)).stream()
                .map(record -> SequenceUpdateCodec.decode(record.value()))
                .flatMap(update -> newItems(update).stream())
                .collect(Collectors.groupingBy(item -> item, Collectors.counting()));
    }

    private static List<String> newItems(SequenceUpdate update) {
        return update.newPositions().stream()
                .map(position -> update.sequence().interactions().get(position).itemId())
                .toList();
    }

    private static Map<String, PopularItems> popular(FreshetConfig config) {
        Map<String, PopularItems> popular = new HashMap<>();
        RoleOnKafka.readAll(config, config.get(TopicKeys.POPULAR_ITEMS))
                .forEach(record ->
                        popular.put(new String(record.key(), UTF_8), PopularItemsCodec.decode(record.value())));
        return popular;
    }

    private static double weight(Collection<PopularItems> popular) {
        return popular.stream().mapToDouble(PopularItems::totalWeight).sum();
    }

    private static void assertThatItMayNotStart(FreshetConfig config, String why) {
        try (TopicWatch watch = new TopicWatch(config, true, new SimpleMeterRegistry())) {
            assertThatThrownBy(() -> watch.awaitTopics(_ -> false))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(why);
        }
    }

    @Test
    void shouldMoveEveryHistoryOnceWhileClicksGoOn() throws Exception {
        FreshetConfig source = source("small", 4);
        String popularTopic = "--into-set=topics.popular-items=large.popular-items";
        FreshetConfig target;
        try (Produced produced = new Produced(source)) {
            try (StreamsRole role = RoleOnKafka.started(source)) {
                for (long i = 0; i < (long) CLICKS_EACH * USERS; i++) {
                    produced.click(source, user(i));
                }
                Click again = produced.click(source, "twice");
                produced.send(source, "twice", again);
                produced.send(source, "another key", again); // is re-keyed, and a duplicate
                produced.click(source, "erased");
                produced.flush();
                awaitSequenced(source);
                assertThat(role.clickOutcomes())
                        .map(ClickOutcomeCounts::duplicates)
                        .contains(2L);

                AtomicBoolean enough = new AtomicBoolean();
                Thread live = Thread.startVirtualThread(() -> {
                    for (int i = 0; !enough.get(); i++) {
                        produced.click(source, user(7L * i));
                        LockSupport.parkNanos(5_000_000); // a rate that the broker sustains
                    }
                });
                JsonNode first = moved("small", "large", 32, popularTopic);
                assertThat(first.at("/result/copied").asLong()).isGreaterThanOrEqualTo(USERS);
                assertThat(first.at("/result/complete").asBoolean()).isFalse();
                target = target("small", 32, first);
                assertThat(target.get(TopicKeys.CLICKS)).isEqualTo("small.clicks-32");
                assertThat(target.get(TopicKeys.SEQUENCES)).isEqualTo(source.get(TopicKeys.SEQUENCES));
                assertThatItMayNotStart(target, "is not complete");
                produced.erase(source, "erased");
                JsonNode second = moved("small", "large", 32, popularTopic);
                assertThat(second.at("/result/copied").asLong())
                        .isBetween(1L, first.at("/result/copied").asLong() - 1);
                assertThat(run("small", "large", 32, popularTopic, "--finish"))
                        .satisfies(refused -> assertThat(refused.error()).contains("running=[small]"))
                        .returns(1, Run::exitCode);
                enough.set(true);
                live.join();
                assertThat(role.failure()).isEmpty();
            }
            for (int i = 0; i < 500; i++) { // the present application has ended, and does not process these
                produced.click(source, user(11L * i));
            }
            produced.flush();
            JsonNode finished = moved("small", "large", 32, popularTopic, "--finish");
            assertThat(finished.at("/result/complete").asBoolean()).isTrue();
            assertThat(finished.at("/result/forwarded").asLong()).isGreaterThanOrEqualTo(500);
            assertThat(finished.at("/result/waiting").asLong()).isZero();
            assertThatItMayNotStart(source, "has moved to application.id=large");
            assertThat(run("small", "elsewhere", 64))
                    .satisfies(second ->
                            assertThat(second.error()).contains("has moved to application.id=large, and cannot"))
                    .returns(1, Run::exitCode);
            assertThat(popular(target)).isEqualTo(popular(source)).hasSize(4);
            double weightBefore = weight(popular(source).values());

            try (TopicWatch watch = new TopicWatch(target, true, new SimpleMeterRegistry())) {
                assertThat(watch.awaitTopics(_ -> false)).isTrue();
            }
            OtherApplications.requireNone(target, true);
            long atStart = produced.clicks();
            try (StreamsRole role = RoleOnKafka.started(target)) {
                for (int i = 0; i < 100; i++) { // a producer that has not changed yet, and one that has
                    produced.click(source, user(2L * i));
                    produced.click(target, user(2L * i + 1));
                }
                produced.flush();
                JsonNode late = moved("small", "large", 32, popularTopic, "--finish");
                assertThat(late.at("/result/forwarded").asLong()).isEqualTo(100);
                assertThat(moved("small", "large", 32, popularTopic, "--finish")
                                .at("/result/forwarded")
                                .asLong())
                        .isZero();
                assertThat(run("small", "large", 32, popularTopic))
                        .satisfies(refused -> assertThat(refused.error()).contains("has moved"))
                        .returns(1, Run::exitCode);
                produced.click(target, user(0));
                produced.flush();
                awaitSequenced(target);
                assertThat(role.failure()).isEmpty();
                assertThat(role.clickOutcomes())
                        .map(ClickOutcomeCounts::duplicates)
                        .contains(2L);
                assertThat(role.users().read(user(0), partitionOf(user(0), 32), false))
                        .isEqualTo(new UserSequences.Reading.Here(
                                new UserSequence(produced.histories.getOrDefault(user(0), List.of()))));
                long since = produced.clicks()
                        - atStart
                        + finished.at("/result/forwarded").asLong();
                await().atMost(TIMEOUT)
                        .until(() -> Math.abs(weight(popular(target).values()) - weightBefore - since) < 0.05 * since);
            }
            assertThat(histories(target, 32)).isEqualTo(produced.histories).hasSize(USERS + 1);
            assertThat(acceptedClicks(target))
                    .hasSize((int) produced.clicks())
                    .allSatisfy((item, times) -> assertThat(times).as(item).isEqualTo(1));
            try (Admin admin = Admin.create(source.kafka().forAdmin())) {
                assertThat(admin.listTopics().names().get().stream()
                                .filter(topic -> topic.startsWith("small-"))
                                .toList())
                        .as("internal topics, all of which are moved")
                        .containsExactlyInAnyOrderElementsOf(TopicPlan.stateTopics("small"));
                admin.deleteConsumerGroupOffsets("small", Set.of(new TopicPartition(TopicPlan.stateTopic("large"), 0)))
                        .all()
                        .get(); // as if it had expired
            }
            assertThat(run("small", "large", 32, popularTopic, "--finish"))
                    .satisfies(expired -> assertThat(expired.error()).contains("keep its topics"))
                    .returns(1, Run::exitCode);
        }
    }

    @Test
    void shouldCopyEverythingAgainWhenTheNewTopicsWereCreatedAgain() throws Exception {
        FreshetConfig source = source("again", 2);
        try (Produced produced = new Produced(source)) {
            try (StreamsRole _ = RoleOnKafka.started(source)) {
                for (int i = 0; i < 20; i++) {
                    produced.click(source, "user-" + i);
                }
                produced.flush();
                awaitSequenced(source);
            }
            FreshetConfig target = target("again", 4, moved("again", "again-4", 4));
            assertThat(histories(target, 4)).isEqualTo(produced.histories);
            List<String> state = TopicPlan.stateTopics("again-4");
            try (Admin admin = Admin.create(source.kafka().forAdmin())) {
                admin.deleteTopics(state).all().get();
                await().atMost(TIMEOUT)
                        .until(() ->
                                Collections.disjoint(admin.listTopics().names().get(), state));
                admin.createTopics(state.stream()
                                .map(topic -> new NewTopic(topic, 4, (short) 1))
                                .toList())
                        .all()
                        .get();
            }
            assertThat(moved("again", "again-4", 4).at("/result/copied").asLong())
                    .isGreaterThanOrEqualTo(20);
            assertThat(histories(target, 4)).isEqualTo(produced.histories);
        }
    }

    @Test
    void shouldForwardNoProcessedClickWhileATransactionMayChangeTheOffsets() throws Exception {
        FreshetConfig source = source("open", 1);
        try (StreamsRole _ = RoleOnKafka.started(source)) {
            RoleOnKafka.click(source, "ann", RoleOnKafka.clickJson("ann", "tea", System.currentTimeMillis()));
            awaitSequenced(source);
        }
        Map<String, Object> settings = source.kafka().forProducer();
        settings.put("transactional.id", "killed");
        settings.put("transaction.timeout.ms", "5000");
        KafkaProducer<byte[], byte[]> killed =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            killed.initTransactions();
            killed.beginTransaction();
            killed.sendOffsetsToTransaction(
                    Map.of(new TopicPartition(source.get(TopicKeys.CLICKS), 0), new OffsetAndMetadata(0)),
                    groupWithoutMembers(source, "open"));
            JsonNode finished = moved("open", "open-2", 2, "--finish"); // waits until the brokers end the transaction
            assertThat(finished.at("/result/forwarded").asLong()).isZero();
            assertThat(clickedItems(target("open", 2, finished))).isEmpty();
        } finally {
            killed.close(Duration.ZERO); // does not end the transaction
        }
    }

    private static ConsumerGroupMetadata groupWithoutMembers(FreshetConfig config, String group) {
        Map<String, Object> settings = config.kafka().forConsumer();
        settings.put("group.id", group);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer.groupMetadata();
        }
    }

    private static int partitionOf(String user, int partitions) {
        return Utils.toPositive(Utils.murmur2(user.getBytes(UTF_8))) % partitions;
    }

    @Test
    void shouldForwardTheClicksOfAddedPartitions() throws Exception {
        FreshetConfig source = source("added", 2);
        try (Produced produced = new Produced(source)) {
            try (StreamsRole _ = RoleOnKafka.started(source)) {
                for (int i = 0; i < 40; i++) {
                    produced.click(source, "user-" + i % 20);
                }
                produced.flush();
                awaitSequenced(source);
            }
            try (Admin admin = Admin.create(source.kafka().forAdmin())) {
                admin.createPartitions(Map.of(source.get(TopicKeys.CLICKS), NewPartitions.increaseTo(4)))
                        .all()
                        .get();
            }
            assertThat(new TopicsCheck(source).look())
                    .filteredOn(finding -> finding.remedy().contains("'freshet repartition'"))
                    .extracting(Finding::check)
                    .contains(
                            "topic " + source.get(TopicKeys.CLICKS),
                            "topic " + source.get(TopicKeys.CLICKS_REKEYED),
                            "topic " + TopicPlan.outcomesTopic("added"));
            try (Produced after = new Produced(source)) { // knows all partitions
                after.clicks = produced.clicks();
                after.histories.putAll(produced.histories);
                for (int i = 0; i < 40; i++) {
                    after.click(source, "user-" + i % 20);
                }
                after.flush();
                JsonNode finished = moved("added", "added-8", 8, "--finish");
                assertThat(finished.at("/result/forwarded").asLong()).isEqualTo(40);
                FreshetConfig target = target("added", 8, finished);
                try (StreamsRole role = RoleOnKafka.started(target)) {
                    awaitSequenced(target);
                    assertThat(role.failure()).isEmpty();
                }
                assertThat(histories(target, 8).keySet()).isEqualTo(after.histories.keySet());
                histories(target, 8)
                        .forEach((user, history) -> assertThat(history)
                                .as(user)
                                .containsExactlyInAnyOrderElementsOf(after.histories.getOrDefault(user, List.of())));
            }
        }
    }

    /** Returns the number of clicks in the trainer's journal. */
    private static int learnedClicks(FreshetConfig config) {
        return RoleOnKafka.readAll(config, config.get(TopicKeys.MODEL_LOG)).stream()
                .map(record -> ModelLogCodec.decode(record.value()))
                .filter(StepRecord.class::isInstance)
                .mapToInt(step -> ((StepRecord) step).clickTimestampsMs().length)
                .sum();
    }

    @Test
    void shouldLetTheTrainerLearnEachClickOnceWithoutAdoption() throws Exception {
        FreshetConfig source = source("learnt", 1);
        try (Produced produced = new Produced(source)) {
            try (StreamsRole _ = RoleOnKafka.started(source);
                    TrainerRole trainer = trainer(source)) {
                trainer.start();
                for (int i = 0; i < 60; i++) {
                    produced.click(source, "user-" + i % 6);
                }
                produced.flush();
                await().atMost(TIMEOUT).until(() -> learnedClicks(source) == 60);
            }
            TopicPartition sequences = new TopicPartition(source.get(TopicKeys.SEQUENCES), 0);
            commit("learnt-scorer-b", sequences, 17);
            commit("learnt-3-scorer-b", sequences, 3); // from an earlier run, after which the scorer has gone on
            JsonNode finished = moved("learnt", "learnt-3", 3, "--finish");
            FreshetConfig target = target("learnt", 3, finished);
            assertThat(committed("learnt-3-scorer-b"))
                    .as("stand-alone scorers go on where they have ended")
                    .isEqualTo(Map.of(sequences, new OffsetAndMetadata(17)));
            OtherApplications.requireNone(target, true);
            try (StreamsRole _ = RoleOnKafka.started(target);
                    TrainerRole trainer = trainer(target)) {
                trainer.start();
                for (int i = 0; i < 60; i++) {
                    produced.click(target, "user-" + i % 6);
                }
                produced.flush();
                await().atMost(TIMEOUT)
                        .until(() ->
                                learnedClicks(target) >= 120 && trainer.status().lag() == 0);
                assertThat(learnedClicks(target)).isEqualTo(120);
                assertThat(trainer.status().items()).isEqualTo(120);
                assertThat(trainer.failure()).isEmpty();
            }
        }
    }

    private static void commit(String group, TopicPartition partition, long offset) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
                    .all()
                    .get();
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(String group) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
        }
    }

    private static TrainerRole trainer(FreshetConfig config) {
        return new TrainerRole(
                config, new FileSnapshotStore(config.modelStorePath()), new SimpleMeterRegistry(), Clock.systemUTC());
    }

    private static FreshetConfig changed(Map<String, String> settings, Map<String, String> overrides) {
        settings.putAll(overrides);
        return FreshetConfig.of(settings);
    }

    @Test
    void shouldForwardEachClickOnceWhenItIsKilledAndEnded() throws Exception {
        FreshetConfig source = source("killed", 1);
        try (Produced produced = new Produced(source)) {
            try (StreamsRole _ = RoleOnKafka.started(source)) {
                produced.click(source, "user-1");
                produced.flush();
                awaitSequenced(source);
            }
            FreshetConfig target = target("killed", 2, moved("killed", "killed-2", 2, "--finish"));
            String[] arguments = arguments("killed", "killed-2", 2, "--forward").toArray(String[]::new);
            try (FreshetProcess killed = FreshetProcess.start(folder.resolve("killed.txt"), arguments)) {
                forward(produced, source, target, 300);
                produced.click(source, "user-1");
                produced.flush();
                killed.kill();
            }
            try (FreshetProcess ended = FreshetProcess.start(folder.resolve("ended.txt"), arguments)) {
                forward(produced, source, target, 300);
                ended.terminate();
                ended.await(TIMEOUT);
            }
            JsonNode report = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("killed.json")));
            assertThat(report.at("/result/complete").asBoolean()).isTrue();
            assertThat(report.at("/result/forwarded").asLong()).isBetween(300L, 301L);
            assertThat(moved("killed", "killed-2", 2, "--finish")
                            .at("/result/forwarded")
                            .asLong())
                    .isZero();
            assertThat(clickedItems(target))
                    .doesNotHaveDuplicates()
                    .hasSize((int) produced.clicks() - 1); // the first click was processed before
        }
    }

    /** Produces clicks to the old topic, and waits until the command has forwarded them all. */
    private static void forward(Produced produced, FreshetConfig source, FreshetConfig target, int clicks) {
        for (int i = 0; i < clicks; i++) {
            produced.click(source, "user-" + i % 10);
        }
        produced.flush();
        long wanted = produced.clicks() - 1;
        await().atMost(TIMEOUT).until(() -> clickedItems(target).size() >= wanted);
    }

    private static List<String> clickedItems(FreshetConfig config) {
        return RoleOnKafka.readAll(config, config.get(TopicKeys.CLICKS)).stream()
                .map(record -> {
                    try {
                        return ClickCodec.parse(record.value()).itemId();
                    } catch (MalformedClickException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    @Test
    void shouldRefuseWhatWouldLoseState() throws Exception {
        FreshetConfig source = source("refused", 2);
        assertThat(run("refused", "refused", 4))
                .returns(2, Run::exitCode)
                .satisfies(same -> assertThat(same.error()).contains("another application.id"));
        assertThat(run("refused", "none", 4))
                .returns(1, Run::exitCode)
                .satisfies(none -> assertThat(none.error()).contains("There is no state"));
        try (StreamsRole _ = RoleOnKafka.started(source)) {
            RoleOnKafka.click(source, "ann", RoleOnKafka.clickJson("ann", "tea", System.currentTimeMillis()));
            awaitSequenced(source);
        }
        assertThat(run("refused", "fewer", 2))
                .returns(1, Run::exitCode)
                .satisfies(fewer -> assertThat(fewer.error()).contains("must be more"));
        assertThat(moved("refused", "other", 4).at("/result/copied").asLong()).isEqualTo(1);
        assertThat(run("refused", "other", 6, "--into-set=topics.clicks=refused.clicks-4"))
                .returns(1, Run::exitCode)
                .satisfies(exists -> assertThat(exists.error()).contains("exists and has 4 partitions, and not 6"));
        RepartitionPlan plan = RepartitionPlan.of(
                source, overrides -> changed(RoleOnKafka.settings(kafka, "refused", 2, folder), overrides), "other", 4);
        InstantSource tomorrow = InstantSource.offset(InstantSource.system(), Duration.ofHours(25));
        try (StopSignal stop = StopSignal.onShutdown()) {
            Repartition late = new Repartition(plan, tomorrow, _ -> {});
            assertThatThrownBy(() -> late.run(Repartition.Mode.COPY, stop))
                    .isInstanceOf(RepartitionException.class)
                    .hasMessageContaining("users who were erased");
        }
        commit("other", new TopicPartition("refused.clicks-4", 0), 0);
        assertThat(run("refused", "other", 4))
                .returns(1, Run::exitCode)
                .satisfies(live -> assertThat(live.error()).contains("choose another --into"));
        assertThat(moved("refused", "third", 4).at("/result/copied").asLong()).isEqualTo(1);
        RoleOnKafka.send(
                source,
                new ProducerRecord<>(
                        TopicPlan.stateTopic("refused"),
                        1 - partitionOf("bob", 2),
                        "bob".getBytes(UTF_8),
                        UserSequenceCodec.encode(UserSequence.EMPTY)));
        assertThat(run("refused", "third", 4))
                .returns(1, Run::exitCode)
                .satisfies(misplaced -> assertThat(misplaced.error()).contains("user bob is in partition"));
    }
}
