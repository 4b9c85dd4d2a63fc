package io.freshet.service.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.topic.CommittedLog;
import io.freshet.testkit.topic.SequenceFeeder;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.OnlineTrainer;
import io.freshet.training.online.TrainerStatus;
import io.freshet.training.online.TrainerStatus.Phase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which failures a trainer survives and which it does not. Each test has its own broker and real failures. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test.
final class TrainerLifeIT {
    private static final String MODEL = "shop";
    private static final int PARTITIONS = 3;
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ModelConfig NETWORK = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 10, 1, 1), .1f, 3);
    private static final LearningConfig LEARNING =
            new LearningConfig(2, 10, new LearningConfig.Replay(8, 5, 30), new LearningConfig.Metrics(10, 100));

    @TempDir
    Path folder;

    private EmbeddedKafka kafka;
    private SequenceFeeder feeder;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @BeforeEach
    void start() throws Exception {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        try (Admin admin = admin()) {
            admin.createTopics(List.of(
                            topic("sequences", PARTITIONS),
                            topic("model-log", 1),
                            topic("model-deltas", 1),
                            topic("model-manifests", 1)))
                    .all()
                    .get();
        }
        feeder = new SequenceFeeder(kafka.bootstrapServers());
    }

    @AfterEach
    void stop() {
        feeder.close();
        kafka.close();
    }

    @Test
    void shouldLearnOnWhenTheBrokersWereSilentDuringACommit() throws Exception {
        feeder.feed(60);
        try (Running trainer = new Running(config(MODEL, Duration.ofSeconds(3)), store())) {
            trainer.awaitLearned(60);
            kafka.close();
            await().atMost(PATIENCE).until(() -> trainer.trainer.restarts() > 0);
            assertThat(registry.get("freshet.trainer.restarts").counter().count())
                    .isPositive();
            assertThat(registry.get("freshet.trainer.step.age").gauge().value()).isPositive();

            kafka = EmbeddedKafka.start(folder.resolve("kafka"));
            trainer.awaitLearned(60);
            feeder.feed(60);
            trainer.awaitLearned(120);
            assertThat(trainer.status().phase()).isEqualTo(Phase.LEARNING);
        }
        CommittedLog.read(kafka.bootstrapServers()).assertEachRecordIsLearnedFromOnce();
    }

    @Test
    void shouldLearnAndPublishWhileASnapshotIsSaved() throws Exception {
        SlowStore slow = new SlowStore(store());
        feeder.feed(40);
        try (Running trainer = new Running(snapshotsOften(), slow)) {
            trainer.awaitLearned(40); // the snapshot of the new model and of these steps
            await().atMost(PATIENCE).until(() -> trainer.status().training().snapshots() > 1);
            slow.hold();
            feeder.feed(40);
            await().atMost(PATIENCE).until(slow::isHolding);
            feeder.feed(40);
            trainer.awaitLearned(120);
            await().atMost(PATIENCE).until(() -> count("freshet.trainer.snapshot.delays") > 0);
            long published = CommittedLog.read(kafka.bootstrapServers()).steps().size();
            feeder.feed(40);
            trainer.awaitLearned(160);
            await().atMost(PATIENCE)
                    .until(() ->
                            CommittedLog.read(kafka.bootstrapServers()).steps().size() > published);
            assertThat(slow.saving.get()).isEqualTo(1); // one at a time
            slow.release();
        }
        assertThat(newest().step())
                .isEqualTo(CommittedLog.read(kafka.bootstrapServers()).steps().size());
        CommittedLog.read(kafka.bootstrapServers()).assertEachRecordIsLearnedFromOnce();
    }

    @Test
    void shouldLearnOnAndTryAgainWhenASnapshotCannotBeSaved() throws Exception {
        SlowStore slow = new SlowStore(store());
        feeder.feed(40);
        try (Running trainer = new Running(snapshotsOften(), slow)) {
            trainer.awaitLearned(40);
            await().atMost(PATIENCE).until(() -> trainer.status().training().snapshots() > 1);
            slow.failures.set(2);
            feeder.feed(40);
            await().atMost(PATIENCE).until(() -> count("freshet.trainer.snapshot.failures") == 2);
            long before = trainer.status().training().snapshots();
            feeder.feed(40);
            await().atMost(PATIENCE).until(() -> trainer.status().training().snapshots() > before);
            trainer.awaitLearned(120);
            assertThat(trainer.trainer.restarts()).isZero();
        }
        try (Running next = new Running(config(), store())) {
            next.awaitLearned(120);
            assertThat(next.status().mismatches()).isZero();
        }
    }

    /** A killed trainer leaves a snapshot that is in the store and not announced, or none at all. */
    @Test
    void shouldAbandonASnapshotThatIsStillBeingSavedWhenASessionFails() throws Exception {
        SlowStore slow = new SlowStore(store());
        feeder.feed(40);
        try (Running trainer = new Running(snapshotsOften(), slow)) {
            trainer.awaitLearned(40);
            await().atMost(PATIENCE).until(() -> trainer.status().training().snapshots() > 1);
            slow.hold();
            feeder.feed(40);
            await().atMost(PATIENCE).until(slow::isHolding);
            trainer.trainer.onceBetweenSteps(_ -> {
                throw new IllegalStateException("planted");
            });
            await().atMost(PATIENCE).until(() -> trainer.trainer.restarts() == 1);
            slow.release();
            feeder.feed(40);
            trainer.awaitLearned(120);
            assertThat(trainer.status().mismatches()).isZero();
        }
        CommittedLog.read(kafka.bootstrapServers()).assertEachRecordIsLearnedFromOnce();
    }

    private double count(String counter) {
        return registry.get(counter).counter().count();
    }

    @Test
    void shouldBeginAnewAfterEachFailureThatMayPass() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Fault fault = () -> {
            switch (calls.incrementAndGet()) {
                case 1 -> throw new SnapshotStoreException("S3 must be reached", new IOException("refused"));
                case 2 -> throw new IllegalStateException("planted");
                case 3 -> throw new AssertionError("planted");
                default -> {}
            }
        };
        feeder.feed(20);
        try (Running trainer = new Running(config(), new FaultyStore(store(), fault))) {
            trainer.awaitLearned(20);
            assertThat(trainer.trainer.restarts()).isEqualTo(3);
        }
    }

    @Test
    void shouldEndItsThreadWhenMemoryIsShort() throws Exception {
        Fault fault = () -> {
            throw new OutOfMemoryError("planted");
        };
        try (Running trainer = new Running(config(), new FaultyStore(store(), fault))) {
            assertThat(trainer.uncaught.get(30, TimeUnit.SECONDS)).isInstanceOf(OutOfMemoryError.class);
            assertThat(trainer.status().phase()).isEqualTo(Phase.FAILED);
        }
    }

    @Test
    void shouldSayThatItsLoopIsStuck() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        Fault fault = () -> {
            try {
                free.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        Heartbeats heartbeats = new Heartbeats(Duration.ofSeconds(1));
        try (Running trainer = new Running(config(), new FaultyStore(store(), fault), heartbeats)) {
            await().atMost(PATIENCE).until(() -> !heartbeats.overdue().isEmpty());
            assertThat(heartbeats.overdue()).singleElement().asString().contains("loop trainer ");
            free.countDown();
            await().atMost(PATIENCE)
                    .until(() -> trainer.status().phase() == Phase.LEARNING
                            && heartbeats.overdue().isEmpty());
        }
        assertThat(heartbeats.overdue()).isEmpty();
    }

    @Test
    void shouldLearnOnWhenTheBrokersOfItsLeaseWereAway() throws Exception {
        feeder.feed(20);
        try (Running trainer = new Running(leased(), store())) {
            trainer.awaitLearned(20);
            kafka.close();
            kafka = EmbeddedKafka.start(folder.resolve("kafka"));
            feeder.feed(20);
            trainer.awaitLearned(40);
        }
    }

    /** A snapshot covers the log up to the last record; retention deletes the marker after it last. */
    @Test
    void shouldGoOnWhenEverythingUpToTheMarkersHasExpired() throws Exception {
        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(60);
        }
        long covered = newest().modelLog().offset();
        assertThat(expire("model-log")).containsExactly(covered + 1);
        expire("sequences");

        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(120);
            assertThat(trainer.trainer.restarts()).isZero();
        }
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(120);
            assertThat(trainer.status().mismatches()).isZero();
        }
    }

    @Test
    void shouldRerunTheJournalFromASnapshotWhoseMarkersHaveExpired() throws Exception {
        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(60);
        }
        Manifest before = newest();
        expire("model-log");
        expire("sequences");
        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(120);
        }
        Manifest after = newest();
        assertThat(after.step()).isGreaterThan(before.step());
        store().delete(MODEL, after.version());

        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(120);
            assertThat(trainer.status().mismatches()).isZero();
        }
        assertThat(newest().version()).isEqualTo(after.version());
    }

    @Test
    void shouldGoOnWhenAbortedRecordsHaveExpiredBehindWhatIsLearned() throws Exception {
        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(60);
            feeder.abortSome();
            feeder.feedPartition(0, 1); // the other partitions are quiet from here on
            trainer.awaitLearned(61);
            await().atMost(PATIENCE).until(() -> trainer.status().lag() == 0);
        }
        expire("sequences");

        feeder.feed(40);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(101);
        }
    }

    @Test
    void shouldRefuseToGoOnWhenRecordsAreMissing() throws Exception {
        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(60);
        }
        store().delete(MODEL, newest().version());
        assertThat(newest().step()).isZero();
        long begins = expire("model-log").getFirst();

        try (Running trainer = new Running(config(), store())) {
            await().atMost(PATIENCE).until(() -> trainer.status().phase().isFinal());
            assertThat(trainer.status().phase()).isEqualTo(Phase.REFUSED);
            assertThat(trainer.status().message())
                    .contains("snapshot covers up to=0", "log begins at=" + begins, "another model.name");
        }
    }

    @Test
    void shouldRefuseToGoOnWhenInputIsMissing() throws Exception {
        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(60);
        }
        feeder.feed(60);
        long begins = expire("sequences").getFirst();

        try (Running trainer = new Running(config(), store())) {
            await().atMost(PATIENCE).until(() -> trainer.status().phase().isFinal());
            assertThat(trainer.status().phase()).isEqualTo(Phase.REFUSED);
            assertThat(trainer.status().message())
                    .contains("sequences-", "snapshot covers up to=", "log begins at=")
                    .matches(message -> begins > 0);
        }
    }

    @Test
    void shouldBeginANewModelOnALogThatOthersHaveWrittenLongAgo() throws Exception {
        feeder.feed(40);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(40);
        }
        expire("model-log");

        try (Running another = new Running(config("another", Duration.ofMillis(50)), store())) {
            another.awaitLearned(40);
        }
    }

    @Test
    void shouldReadPartitionsThatAreAddedWhileItRuns() throws Exception {
        feeder.feed(60);
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(60);
            try (Admin admin = admin()) {
                admin.createPartitions(Map.of("sequences", NewPartitions.increaseTo(PARTITIONS + 2)))
                        .all()
                        .get();
            }
            feeder.feedPartition(PARTITIONS, 20);
            feeder.feedPartition(PARTITIONS + 1, 20);
            feeder.feedPartition(0, 20);
            trainer.awaitLearned(120);
        }
        Manifest uninterrupted = newest();
        store().delete(MODEL, uninterrupted.version());
        try (Running trainer = new Running(config(), store())) {
            trainer.awaitLearned(120);
            assertThat(trainer.status().mismatches()).isZero();
        }
        assertThat(newest().version()).isEqualTo(uninterrupted.version());
        CommittedLog.read(kafka.bootstrapServers()).assertEachRecordIsLearnedFromOnce();
    }

    /**
     * Deletes all records and markers of a topic, as retention does, and returns the new start offset of each partition.
     */
    private List<Long> expire(String topic) throws Exception {
        try (Admin admin = admin()) {
            int partitions = Objects.requireNonNull(admin.describeTopics(List.of(topic))
                            .allTopicNames()
                            .get()
                            .get(topic))
                    .partitions()
                    .size();
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (int partition = 0; partition < partitions; partition++) {
                all.put(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(-1));
            }
            return admin.deleteRecords(all).lowWatermarks().values().stream()
                    .map(TrainerLifeIT::lowWatermark)
                    .toList();
        }
    }

    private static long lowWatermark(
            org.apache.kafka.common.KafkaFuture<org.apache.kafka.clients.admin.DeletedRecords> deleted) {
        try {
            return deleted.get().lowWatermark();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty());
    }

    private SnapshotStore store() {
        return new FileSnapshotStore(folder.resolve("models"));
    }

    private Manifest newest() throws IOException {
        return store().manifest(MODEL, store().versions(MODEL).getLast());
    }

    private OnlineConfig config() {
        return config(MODEL, Duration.ofMillis(50));
    }

    private OnlineConfig config(String model, Duration publishInterval) {
        return config(model, publishInterval, Duration.ZERO);
    }

    private OnlineConfig leased() {
        return config(MODEL, Duration.ofMillis(50), Duration.ofSeconds(2));
    }

    private OnlineConfig config(String model, Duration publishInterval, Duration leaseTimeout) {
        return config(model, publishInterval, LONG, leaseTimeout);
    }

    /** Returns a configuration with short client timeouts, whose clients notice new partitions soon. */
    private OnlineConfig config(
            String model, Duration publishInterval, Duration snapshotInterval, Duration leaseTimeout) {
        return new OnlineConfig(
                model,
                OnlineConfig.Topics.DEFAULT,
                new OnlineConfig.Clients(
                        Map.of(
                                "bootstrap.servers",
                                kafka.bootstrapServers(),
                                "metadata.max.age.ms",
                                500,
                                "default.api.timeout.ms",
                                3_000,
                                "request.timeout.ms",
                                2_000,
                                "reconnect.backoff.max.ms",
                                500),
                        "shop-trainer-" + model,
                        Map.of(
                                "bootstrap.servers",
                                kafka.bootstrapServers(),
                                "max.block.ms",
                                2_000,
                                "request.timeout.ms",
                                1_000,
                                "delivery.timeout.ms",
                                2_000,
                                "reconnect.backoff.max.ms",
                                500)),
                NETWORK,
                TrainingConfig.defaults(2),
                LEARNING,
                OnlineConfig.Steps.upTo(16, Duration.ZERO),
                new OnlineConfig.Publishing(publishInterval, 1024, 0, snapshotInterval, new RetentionPolicy(2, 0), 0),
                leaseTimeout);
    }

    /** Returns a configuration with which a snapshot is due after each step. */
    private OnlineConfig snapshotsOften() {
        return config(MODEL, Duration.ofMillis(50), Duration.ofMillis(20), Duration.ZERO);
    }

    /** A store whose saves can be held up, before a file is written, or fail. */
    private static final class SlowStore implements SnapshotStore {
        private final SnapshotStore store;
        private final AtomicInteger saving = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private volatile CountDownLatch released = new CountDownLatch(0);
        private volatile boolean holding;

        SlowStore(SnapshotStore store) {
            this.store = store;
        }

        void hold() {
            released = new CountDownLatch(1);
        }

        boolean isHolding() {
            return holding;
        }

        void release() {
            released.countDown();
        }

        @Override
        public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
            saving.incrementAndGet();
            try {
                holding = released.getCount() > 0;
                released.await();
                if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new SnapshotStoreException("S3 must be reached", new IOException("refused"));
                }
                return store.save(draft, files);
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                holding = false;
                saving.decrementAndGet();
            }
        }

        @Override
        public List<String> versions(String model) throws IOException {
            return store.versions(model);
        }

        @Override
        public Manifest manifest(String model, String version) throws IOException {
            return store.manifest(model, version);
        }

        @Override
        public Snapshot open(String model, String version, Predicate<String> wanted) throws IOException {
            return store.open(model, version, wanted);
        }

        @Override
        public void delete(String model, String version) throws IOException {
            store.delete(model, version);
        }
    }

    /** A failure that occurs before a store lists its snapshots. */
    private interface Fault {
        void happen() throws IOException;
    }

    private record FaultyStore(SnapshotStore store, Fault fault) implements SnapshotStore {
        @Override
        public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
            return store.save(draft, files);
        }

        @Override
        public List<String> versions(String model) throws IOException {
            fault.happen();
            return store.versions(model);
        }

        @Override
        public Manifest manifest(String model, String version) throws IOException {
            return store.manifest(model, version);
        }

        @Override
        public Snapshot open(String model, String version, Predicate<String> wanted) throws IOException {
            return store.open(model, version, wanted);
        }

        @Override
        public void delete(String model, String version) throws IOException {
            store.delete(model, version);
        }
    }

    /** A trainer on its own thread. */
    private final class Running implements AutoCloseable {
        private final OnlineTrainer trainer;
        private final Thread thread;
        private final CompletableFuture<@Nullable Throwable> uncaught = new CompletableFuture<>();

        Running(OnlineConfig config, SnapshotStore store) {
            this(config, store, new Heartbeats(LONG));
        }

        Running(OnlineConfig config, SnapshotStore store, Heartbeats heartbeats) {
            trainer = new OnlineTrainer(config, store, registry, Clock.systemUTC(), heartbeats);
            thread = new Thread(trainer, "trainer");
            thread.setUncaughtExceptionHandler((_, error) -> uncaught.complete(error));
            thread.start();
        }

        TrainerStatus status() {
            return trainer.status();
        }

        void awaitLearned(long records) {
            await().atMost(PATIENCE)
                    .until(() -> status().phase().isFinal()
                            || (status().phase() == Phase.LEARNING
                                    && status().training().records() >= records));
            assertThat(status().message()).isEmpty();
            assertThat(status().training().records()).isEqualTo(records);
        }

        @Override
        public void close() {
            trainer.close();
            await().atMost(PATIENCE).until(() -> !thread.isAlive());
        }
    }
}
