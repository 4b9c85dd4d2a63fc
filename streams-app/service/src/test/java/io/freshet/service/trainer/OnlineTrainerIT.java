package io.freshet.service.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.topic.CommittedLog;
import io.freshet.testkit.topic.SequenceFeeder;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.config.RankSampling;
import io.freshet.training.journal.JournalReplay;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.OnlineTrainer;
import io.freshet.training.online.TrainerStatus;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.Adoption;
import io.freshet.training.publish.LearnerDescription;
import io.freshet.training.publish.Progress;
import io.freshet.training.publish.ServedVersion;
import io.freshet.training.step.OnlineLearner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OnlineTrainerIT {
    private static final String MODEL = "shop";
    private static final int PARTITIONS = 3;
    private static final int BATCH = 12;
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ModelConfig NETWORK = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 10, 1, 1), .1f, 3);
    private static final LearningConfig LEARNING =
            new LearningConfig(2, 10, new LearningConfig.Replay(8, 5, 30), new LearningConfig.Metrics(10, 100));

    private Broker kafka;
    private SequenceFeeder feeder;
    private Path storeFolder;

    @BeforeAll
    void startBroker(@TempDir Path folder) throws IOException {
        kafka = Broker.start(folder);
    }

    @AfterAll
    void stopBroker() {
        if (kafka != null) {
            kafka.close();
        }
    }

    @BeforeEach
    void createTopics(@TempDir Path folder) throws Exception {
        storeFolder = folder;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
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
    void deleteTopics() throws Exception {
        feeder.close();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.deleteTopics(List.of("sequences", "model-log", "model-deltas", "model-manifests"))
                    .all()
                    .get();
        }
    }

    @Test
    @Tag(Broker.TAG)
    void shouldLearnFromEachRecordOnceWhenClosedAndStartedAgain() throws Exception {
        feeder.feed(150);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(150);
            feeder.feed(200);
            trainer.awaitLearned(350);
        }
        feeder.feed(100);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(450);
            assertThat(trainer.status().mismatches()).isZero();
        }

        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        assertLearnedOnce(log);
        assertDeltasFollowSteps(log);
        assertThat(newest().step()).isEqualTo(log.steps().getLast().step());
    }

    @Test
    void shouldComeToSameBytesWhenJournalIsRerunFromEarlierSnapshot() throws Exception {
        feeder.feed(300);
        feeder.erase(20);
        feeder.feed(80);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(400);
        }
        Manifest uninterrupted = newest();
        store().delete(MODEL, uninterrupted.version());
        assertThat(newest().step()).isZero();

        try (Running trainer = start(config())) {
            trainer.awaitLearned(400);
            assertThat(trainer.status().mismatches()).isZero();
            assertThat(trainer.status().step()).isEqualTo(uninterrupted.step());
        }

        assertThat(newest().version()).isEqualTo(uninterrupted.version());
        assertInputsAreWhatIsLearned(uninterrupted);
        assertInputsAreWhatIsLearned(newest());
    }

    @Test
    void shouldRankInARerunWhatTheJournalSaysWhateverIsConfiguredNow() throws Exception {
        feeder.feed(300);
        try (Running trainer = start(ranking(.3))) {
            trainer.awaitLearned(300);
        }
        feeder.feed(100);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(400);
        }
        Manifest uninterrupted = newest();
        for (String version : store().versions(MODEL)) {
            if (store().manifest(MODEL, version).step() > 0) {
                store().delete(MODEL, version);
            }
        }

        try (Running trainer = start(ranking(.7))) {
            trainer.awaitLearned(400);
            assertThat(trainer.status().mismatches()).isZero();
        }

        assertThat(newest().version()).isEqualTo(uninterrupted.version());
        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        assertThat(log.steps()).extracting(StepRecord::rankShare).contains(RankShare.of(.3), RankShare.ALL);
        assertThat(log.steps())
                .flatExtracting(step -> Arrays.stream(step.ranks())
                        .boxed()
                        .filter(rank -> rank != StepRecord.NO_EVENT)
                        .toList())
                .contains(StepRecord.UNRANKED)
                .anyMatch(rank -> rank != StepRecord.UNRANKED);
        assertThat(replay(log).version()).isEqualTo(uninterrupted.version());
    }

    private OnlineConfig ranking(double share) {
        LearningConfig.Metrics sampled = new LearningConfig.Metrics(10, 100, new RankSampling(RankShare.of(share)));
        return config(
                new LearningConfig(2, 10, new LearningConfig.Replay(8, 5, 30), sampled), Duration.ofMillis(50), LONG);
    }

    @Test
    void shouldSayHowOftenRerunDiffersWhenConfigurationHasChanged() throws Exception {
        feeder.feed(200);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(200);
        }
        store().delete(MODEL, newest().version());

        LearningConfig other =
                new LearningConfig(1, 10, new LearningConfig.Replay(8, 5, 30), new LearningConfig.Metrics(10, 100));
        try (Running trainer = start(config(other, Duration.ofMillis(50), LONG))) {
            trainer.awaitLearned(200);
            await().atMost(PATIENCE).until(() -> trainer.status().phase() == Phase.LEARNING);
            assertThat(trainer.status().mismatches()).isPositive();
        }
    }

    @Test
    void shouldPassOverRecordThatCannotBeDecoded() throws Exception {
        feeder.feed(20);
        feeder.feedUndecodable();
        feeder.feed(20);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(40);
        }

        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        assertThat(log.sequences()).hasSize(41);
        log.assertRangesCoverSequences();
    }

    @Test
    @Tag(Broker.TAG)
    void shouldPassOverJunkOnTheModelLogWhenStartedAgain() throws Exception {
        feeder.feed(100);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(100);
        }
        store().delete(MODEL, newest().version());
        CommittedLog before = CommittedLog.read(kafka.bootstrapServers());
        byte[] step = ModelLogCodec.encode(before.steps().getFirst());
        byte[] newer = step.clone();
        newer[2] = 99;
        writeToModelLog(
                Stream.of(null, new byte[0], new byte[] {1, 2, 3}, newer, Arrays.copyOf(step, step.length - 1), step));

        try (Running trainer = start(config())) {
            trainer.awaitLearned(100);
            feeder.feed(50);
            trainer.awaitLearned(150);
            assertThat(trainer.status().mismatches()).isZero();
        }
    }

    private void writeToModelLog(Stream<byte @Nullable []> values) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (byte @Nullable [] value : values.toList()) {
                producer.send(new ProducerRecord<>("model-log", MODEL.getBytes(StandardCharsets.UTF_8), value))
                        .get();
            }
        }
    }

    @Test
    void shouldEndAsPlainReplayOfItsJournalDoes() throws Exception {
        feeder.feed(120);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(120);
        }
        feeder.erase(10);
        feeder.feed(120);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(250);
        }

        assertThat(replay(CommittedLog.read(kafka.bootstrapServers())).version())
                .isEqualTo(newest().version());
    }

    @Test
    @Tag(Broker.TAG)
    void shouldFenceOlderTrainerAndLearnItsUncommittedStepsAgain() throws Exception {
        OnlineConfig hesitant = config(LONG, LONG);
        feeder.feed(80);
        try (Running older = start(hesitant)) {
            older.awaitLearned(80);
            assertThat(CommittedLog.read(kafka.bootstrapServers()).steps()).isEmpty();
            try (Running newer = start(config())) {
                newer.awaitLearned(80);
                feeder.feed(60);
                newer.awaitLearned(140);
                older.stop();
                assertThat(older.status().phase()).isEqualTo(Phase.FENCED);
                assertThat(older.status().message()).contains("another trainer");
                feeder.feed(30);
                newer.awaitLearned(170);
            }
        }

        assertLearnedOnce(CommittedLog.read(kafka.bootstrapServers()));
    }

    @Test
    void shouldUseSnapshotBeforeWhenNewestIsDamaged() throws Exception {
        feeder.feed(100);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(100);
        }
        Manifest damaged = newest();
        Path weights = storeFolder.resolve(MODEL).resolve(damaged.version()).resolve("weights.safetensors");
        Files.write(weights, new byte[] {1}, StandardOpenOption.APPEND);

        try (Running trainer = start(config())) {
            trainer.awaitLearned(100);
            assertThat(trainer.status().phase()).isEqualTo(Phase.LEARNING);
            assertThat(trainer.status().mismatches()).isZero();
        }

        assertThat(newest().version()).isEqualTo(damaged.version());
        store().open(MODEL, damaged.version()).close();
    }

    @Test
    void shouldKeepNewestSnapshotsOnlyAndSayWhichInManifests() throws Exception {
        OnlineConfig frequent = config(Duration.ofMillis(10), Duration.ofMillis(20));
        try (Running trainer = start(frequent)) {
            for (int i = 1; i <= 6; i++) {
                feeder.feed(10);
                trainer.awaitLearned(10L * i);
                long wanted = i;
                await().atMost(PATIENCE).until(() -> trainer.status().training().snapshots() > wanted);
            }
        }

        List<String> versions = store().versions(MODEL);
        assertThat(versions).hasSize(2);
        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        Map<String, Optional<Manifest>> announced = log.manifests().stream()
                .collect(Collectors.toMap(
                        record -> new String(record.key(), StandardCharsets.UTF_8),
                        record -> Optional.ofNullable(record.value()).map(ManifestCodec::parse),
                        (before, after) -> after));
        assertThat(announced.values().stream().flatMap(Optional::stream).map(Manifest::version))
                .containsExactlyInAnyOrderElementsOf(versions);
        assertThat(announced).containsKey(MODEL + "/" + versions.getFirst());
    }

    @Test
    @Tag(Broker.TAG)
    void shouldStopWithBothSidesNamedWhenLogIsShorterThanSnapshotSays() throws Exception {
        feeder.feed(50);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(50);
        }
        deleteTopics();
        await().atMost(PATIENCE).until(this::topicsAreGone);
        createTopics(storeFolder);

        try (Running trainer = start(config())) {
            await().atMost(PATIENCE).until(() -> trainer.status().phase().isFinal());
            assertThat(trainer.status().phase()).isEqualTo(Phase.REFUSED);
            assertThat(trainer.status().message())
                    .contains("snapshot covers up to=", "log ends at=0", "begin a new model with another model.name");
        }
    }

    @Test
    @Tag(Broker.TAG)
    void shouldContinueFromAnAdoptedSnapshotWhenTheJournalIsGone() throws Exception {
        feeder.feed(60);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(60);
        }
        store().delete(MODEL, newest().version());
        Manifest first = newest();
        cutModelLog();
        try (Running trainer = start(config())) {
            await().atMost(PATIENCE).until(() -> trainer.status().phase().isFinal());
            assertThat(trainer.status().message()).contains("freshet models adopt");
        }

        Adoption adoption = Adoption.plan(config(), store(), first.version(), Adoption.LearnFrom.SNAPSHOT);
        Manifest adopted = adoption.carryOut(store());

        assertThat(adopted.version()).isEqualTo(first.version());
        assertThat(adopted.lineage()).isEqualTo(first.lineage() + 1);
        assertThat(adoption.inputs()).allMatch(input -> input.expired() == 0);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(60);
            feeder.feed(20);
            trainer.awaitLearned(80);
            assertThat(trainer.status().mismatches()).isZero();
        }
        assertThat(newest().lineage()).isEqualTo(adopted.lineage());
        try (ServedVersion served = new ServedVersion(config())) {
            assertThat(served.snapshots().getFirst()).isEqualTo(newest());
        }
        assertThat(CommittedLog.read(kafka.bootstrapServers()).deltas())
                .allMatch(delta -> delta.lineage() == adopted.lineage());
    }

    @Test
    @Tag(Broker.TAG)
    void shouldContinueFromAnAdoptedSnapshotOnAnotherCluster() throws Exception {
        feeder.feed(60);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(60);
        }
        Manifest last = newest();
        deleteTopics();
        await().atMost(PATIENCE).until(this::topicsAreGone);
        createTopics(storeFolder);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Adoption.plan(config(), store(), last.version(), Adoption.LearnFrom.SNAPSHOT))
                .withMessageContaining("another cluster");
        feeder.feed(10);

        Manifest adopted = Adoption.plan(config(), store(), last.version(), Adoption.LearnFrom.END)
                .carryOut(store());

        try (Running trainer = start(config())) {
            await().atMost(PATIENCE).until(() -> trainer.status().phase() == Phase.LEARNING);
            feeder.feed(30);
            trainer.awaitLearned(90);
            assertThat(trainer.status().step()).isGreaterThan(last.step());
        }
        assertThat(newest().lineage()).isEqualTo(adopted.lineage()).isEqualTo(last.lineage() + 1);
    }

    private void cutModelLog() throws Exception {
        RecordsToDelete all = RecordsToDelete.beforeOffset(-1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.deleteRecords(
                            Map.of(new TopicPartition("model-log", 0), all, new TopicPartition("model-deltas", 0), all))
                    .all()
                    .get();
        }
    }

    @Test
    void shouldTakeAsManyRecordsAsAreAskedForInEachStepWhateverTheTiming() throws Exception {
        feeder.feed(100);
        try (Running trainer = start(fixed(MODEL))) {
            await().atMost(PATIENCE).until(() -> trainer.status().training().records() > 0);
        }
        feeder.feed(150);
        try (Running trainer = start(fixed(MODEL))) {
            await().atMost(PATIENCE).until(() -> trainer.status().training().records() > 100);
            feeder.feed(83);
            trainer.trainer.endInput();
            trainer.awaitLearned(333);
        }
        try (Running trainer = start(fixed("another"))) {
            trainer.trainer.endInput();
            trainer.awaitLearned(333);
        }

        CommittedLog log = CommittedLog.read(kafka.bootstrapServers(), MODEL);
        assertLearnedOnce(log);
        assertThat(log.steps())
                .extracting(step -> step.clickTimestampsMs().length)
                .startsWith(BATCH, BATCH, BATCH)
                .endsWith(333 % BATCH);
        assertThat(CommittedLog.read(kafka.bootstrapServers(), "another").stepsWithoutMarkers())
                .isEqualTo(log.stepsWithoutMarkers());
        assertThat(newest().version()).isEqualTo(store().versions("another").getLast());
    }

    @Test
    @Tag(Broker.TAG)
    void shouldStandByAndGoOnWithTheSameBytesWhenTheFirstEnds() throws Exception {
        feeder.feed(150);
        try (Running first = start(leased())) {
            first.awaitLearned(150);
            try (Running second = start(leased())) {
                await().atMost(PATIENCE).until(() -> second.status().phase() == Phase.STANDING_BY);
                feeder.feed(100);
                first.awaitLearned(250);
                second.awaitLearned(250);
                assertThat(first.status().phase()).isEqualTo(Phase.LEARNING);
                assertThat(second.status().phase()).isEqualTo(Phase.STANDING_BY);
                first.stop();
                feeder.feed(100);
                second.awaitLearned(350);
                assertThat(second.status().phase()).isEqualTo(Phase.LEARNING);
                assertThat(second.status().mismatches()).isZero();
            }
        }

        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        assertLearnedOnce(log);
        assertDeltasFollowSteps(log);
        assertThat(replay(log).version()).isEqualTo(newest().version());
    }

    @Test
    void shouldStandByAgainWhenAnotherHasFencedIt() throws Exception {
        feeder.feed(50);
        try (Running leased = start(leased())) {
            leased.awaitLearned(50);
            try (Running intruder = start(config())) {
                intruder.awaitLearned(50);
                await().atMost(PATIENCE).until(() -> {
                    feeder.feed(1); // a trainer notices that it is fenced only when it commits
                    return intruder.status().phase() == Phase.FENCED;
                });
                leased.awaitLearned(feeder.fed());
            }
        }

        assertLearnedOnce(CommittedLog.read(kafka.bootstrapServers()));
    }

    @Test
    void shouldRebuildTheModelOfAnyStepOrTimeFromStartOrSnapshot() throws Exception {
        feeder.feed(150);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(150);
        }
        feeder.feed(150);
        try (Running trainer = start(config())) {
            trainer.awaitLearned(300);
        }
        List<String> versions = store().versions(MODEL); // from step 0 or the first run, and from the end
        Manifest first = store().manifest(MODEL, versions.getFirst());
        SnapshotStore rebuilt = new FileSnapshotStore(storeFolder.resolve("rebuilt"));

        try (JournalReplay replay = JournalReplay.fromStart(config())) {
            assertThat(replay.runToStep(first.step())).isTrue();
            assertThat(replay.save(rebuilt, Instant.EPOCH).version()).isEqualTo(first.version());
            assertThat(replay.runToStep(newest().step() - 1)).isTrue();
            Manifest last = replay.save(rebuilt, Instant.EPOCH);
            assertThat(last.step()).isEqualTo(newest().step() - 1);
            assertThat(replay.runToStep(newest().step() + 1)).isFalse();
            assertThat(replay.save(rebuilt, Instant.EPOCH).version()).isEqualTo(newest().version());
            assertThat(replay.records()).isEqualTo(300);
            assertThat(replay.positions()).allSatisfy(this::assertIsWhatIsLearned);
            assertThat(replay.mismatches()).isZero();
        }
        String halfWay = rebuilt.versions(MODEL).get(1);
        try (JournalReplay replay = JournalReplay.fromVersion(config(), rebuilt, halfWay)) {
            replay.runToEnd();
            assertThat(replay.steps()).isEqualTo(1);
            assertThat(replay.save(rebuilt, Instant.EPOCH).version()).isEqualTo(newest().version());
        }
        try (JournalReplay replay =
                JournalReplay.fromNewest(config(), store(), manifest -> manifest.step() < newestStep())) {
            replay.runToTime(newest().createdAt());
            assertThat(replay.startVersion()).isEqualTo(first.version());
            assertThat(replay.step()).isEqualTo(newest().step());
        }
        try (JournalReplay replay = JournalReplay.fromStart(config())) {
            replay.runToTime(Instant.EPOCH);
            assertThat(replay.step()).isZero();
        }
    }

    @Test
    void shouldKeepTheSnapshotThatARollbackServes() throws Exception {
        OnlineConfig frequent = config(Duration.ofMillis(10), Duration.ofMillis(20));
        String served;
        try (Running trainer = start(frequent);
                ServedVersion serving = new ServedVersion(frequent)) {
            feeder.feed(10);
            await().atMost(PATIENCE).until(() -> trainer.status().training().snapshots() > 1);
            served = serving.snapshots().getFirst().version();
            serving.rollBack(served, Instant.now());
            for (int i = 0; i < 5; i++) {
                long before = trainer.status().training().snapshots();
                feeder.feed(10);
                await().atMost(PATIENCE).until(() -> trainer.status().training().snapshots() > before);
            }
            assertThat(store().versions(MODEL)).contains(served).hasSizeBetween(3, 4); // one may be about to be deleted
            assertThat(serving.isKnown(served)).isTrue();
            assertThat(serving.resume()).isTrue();
            feeder.feed(10);
            await().atMost(PATIENCE).until(() -> !store().versions(MODEL).contains(served));
            assertThat(serving.rollback()).isEmpty();
            assertThatThrownBy(() -> serving.rollBack(served, Instant.now()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(served);
        }
    }

    @Test
    void shouldHoldBackWhatIsTooBadUntilItIsBetterAgain() throws Exception {
        feeder.feed(400);
        try (Running trainer = start(gated())) {
            trainer.awaitLearned(400);
            feeder.feedNeverSeen(100);
            trainer.awaitLearned(500);
        }
        CommittedLog held = CommittedLog.read(kafka.bootstrapServers());
        assertThat(held.deltas().getLast().toStep())
                .isLessThan(held.steps().getLast().step());
        assertThat(newest().held()).isTrue();

        try (Running trainer = start(gated())) {
            feeder.feed(300);
            trainer.awaitLearned(800);
        }

        CommittedLog recovered = CommittedLog.read(kafka.bootstrapServers());
        assertLearnedOnce(recovered);
        assertThat(recovered.deltas().getLast().toStep())
                .isEqualTo(recovered.steps().getLast().step());
        assertThat(newest().held()).isFalse();
    }

    /** A trainer on its own thread. */
    private static final class Running implements AutoCloseable {
        private final OnlineTrainer trainer;
        private final Thread thread;

        Running(OnlineTrainer trainer) {
            this.trainer = trainer;
            this.thread = new Thread(trainer, "trainer");
            thread.start();
        }

        TrainerStatus status() {
            return trainer.status();
        }

        void awaitLearned(long records) {
            await().atMost(PATIENCE).until(() -> trainer.status().training().records() >= records);
            assertThat(trainer.status().training().records()).isEqualTo(records);
        }

        void stop() {
            trainer.close();
            await().atMost(PATIENCE).until(() -> !thread.isAlive());
        }

        @Override
        public void close() {
            stop();
        }
    }

    private Running start(OnlineConfig config) {
        return new Running(
                new OnlineTrainer(config, store(), new SimpleMeterRegistry(), Clock.systemUTC(), new Heartbeats(LONG)));
    }

    private OnlineConfig config() {
        return config(Duration.ofMillis(50), LONG);
    }

    private OnlineConfig config(Duration publishInterval, Duration snapshotInterval) {
        return config(LEARNING, publishInterval, snapshotInterval);
    }

    private OnlineConfig config(LearningConfig learning, Duration publishInterval, Duration snapshotInterval) {
        return config(MODEL, learning, 0, publishInterval, snapshotInterval, 0, Duration.ZERO);
    }

    private OnlineConfig fixed(String model) {
        return config(model, LEARNING, BATCH, Duration.ofMillis(50), LONG, 0, Duration.ZERO);
    }

    private OnlineConfig leased() {
        return config(MODEL, LEARNING, 0, Duration.ofMillis(50), LONG, 0, Duration.ofSeconds(2));
    }

    private OnlineConfig gated() {
        return config(MODEL, LEARNING, 0, Duration.ofMillis(50), LONG, 0.5, Duration.ZERO);
    }

    private OnlineConfig config(
            String model,
            LearningConfig learning,
            int batchClicks,
            Duration publishInterval,
            Duration snapshotInterval,
            double gateShare,
            Duration leaseTimeout) {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        return new OnlineConfig(
                model,
                OnlineConfig.Topics.DEFAULT,
                new OnlineConfig.Clients(client, "trainer-of-" + model, client),
                NETWORK,
                TrainingConfig.defaults(2),
                learning,
                OnlineConfig.Steps.upTo(16, Duration.ZERO).withBatchesOf(batchClicks),
                new OnlineConfig.Publishing(
                        publishInterval, 1024, 0, snapshotInterval, new RetentionPolicy(2, 0), gateShare),
                leaseTimeout);
    }

    private void assertLearnedOnce(CommittedLog log) {
        assertThat(log.sequences()).hasSize((int) feeder.fed());
        log.assertEachRecordIsLearnedFromOnce();
    }

    private static void assertDeltasFollowSteps(CommittedLog log) {
        long step = 0;
        for (ModelDelta delta : log.deltas()) {
            assertThat(delta.part() == 0 ? delta.fromStep() : delta.toStep()).isEqualTo(step);
            step = delta.toStep();
        }
        assertThat(step).isEqualTo(log.steps().getLast().step());
        assertThat(log.modelLog().getLast()).isInstanceOf(ModelDelta.class);
    }

    private long newestStep() {
        try {
            return newest().step();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Manifest newest() throws IOException {
        return store().manifest(MODEL, store().versions(MODEL).getLast());
    }

    private void assertInputsAreWhatIsLearned(Manifest snapshot) {
        assertThat(snapshot.inputs()).hasSize(PARTITIONS).allSatisfy(this::assertIsWhatIsLearned);
    }

    /**
     * Asserts that the position is at the end of what was learned. Markers and aborted records may lie before it, but no
     * records that were not learned from.
     */
    private void assertIsWhatIsLearned(TopicPosition position) {
        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        List<InputRange> ranges = log.rangesByPartition().getOrDefault(position.partition(), List.of());
        long learnedUpTo = ranges.isEmpty() ? 0 : ranges.getLast().to();
        assertThat(position.offset()).isGreaterThanOrEqualTo(learnedUpTo);
        assertThat(log.sequences())
                .filteredOn(record -> record.partition() == position.partition())
                .filteredOn(record -> record.offset() >= learnedUpTo)
                .noneMatch(record -> record.offset() < position.offset());
    }

    /** Returns the model that results from the journal alone. */
    private Manifest replay(CommittedLog log) throws IOException {
        try (OnlineLearner learner = OnlineLearner.initial(NETWORK, TrainingConfig.defaults(1), LEARNING)) {
            for (StepRecord step : log.steps()) {
                assertThat(learner.step(log.updatesOf(step), step.rankShare()).ranks())
                        .isEqualTo(step.ranks());
            }
            return save(learner);
        }
    }

    private Manifest save(OnlineLearner learner) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        return store().save(LearnerDescription.draft("replayed", learner, new Progress(), Instant.EPOCH), files);
    }

    private SnapshotStore store() {
        return new FileSnapshotStore(storeFolder);
    }

    private boolean topicsAreGone() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return !admin.listTopics().names().get().contains("model-log");
        }
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty());
    }
}
