package io.freshet.service.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.freshet.model.cooccurrence.CooccurrenceFile;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.snapshot.Manifest;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.topic.CommittedLog;
import io.freshet.testkit.topic.ParallelReplay;
import io.freshet.testkit.topic.SequenceFeeder;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.journal.ModelDigest;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.ProcessTrainers;
import io.freshet.training.online.TrainerStatus;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.LearnerDescription;
import io.freshet.training.publish.Progress;
import io.freshet.training.publish.StartingPoint;
import io.freshet.training.step.ParallelLearner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several learners of one model. Each object with trainers stands for a process. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test.
final class ParallelTrainersIT {
    private static final String MODEL = "shop";
    private static final int PARTITIONS = 4;
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ModelConfig NETWORK = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 10, 1, 1), .1f, 3);
    private static final LearningConfig LEARNING =
            new LearningConfig(2, 10, new LearningConfig.Replay(8, 5, 30), new LearningConfig.Metrics(10, 100));

    @TempDir
    Path folder;

    private EmbeddedKafka kafka;
    private SequenceFeeder feeder;

    @BeforeEach
    void start() throws Exception {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(
                            topic("sequences", PARTITIONS),
                            topic("model-log", 2),
                            topic("model-merges", 2),
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
    void shouldLearnEachClickOnceInTwoProcessesAndPublishOneModel() throws Exception {
        try (LearningProcess first = new LearningProcess(config(2));
                LearningProcess second = new LearningProcess(config(2))) {
            await().atMost(PATIENCE).until(() -> first.learning() == 1 && second.learning() == 1);
            feeder.feed(400);
            awaitLearned();
            feeder.erase(20);
            feeder.feed(180);
            awaitLearned();
            awaitMerged();
        }

        assertEachRecordIsLearnedFromOnce();
        assertThat(steps()).allSatisfy((learner, steps) -> assertThat(steps).isPositive());
        assertReplayHasTheSameBytes();
    }

    @Test
    void shouldGoOnWithTheSameBytesWhenOneOfTwoProcessesEnds() throws Exception {
        try (LearningProcess first = new LearningProcess(config(2))) {
            await().atMost(PATIENCE).until(() -> first.learning() == 2);
            feeder.feed(100);
            awaitLearned();
            try (LearningProcess second = new LearningProcess(config(2))) {
                await().atMost(PATIENCE).until(() -> first.learning() == 1 && second.learning() == 1);
                feeder.feed(200);
            }
            feeder.feed(200);
            awaitLearned();
            awaitMerged();
            assertThat(first.trainers.statuses())
                    .extracting(TrainerStatus::mismatches)
                    .containsOnly(0L);
        }

        assertEachRecordIsLearnedFromOnce();
        assertReplayHasTheSameBytes();
    }

    @Test
    void shouldRerunAllJournalsWhenSnapshotsAreMissing() throws Exception {
        try (LearningProcess both = new LearningProcess(config(2))) {
            feeder.feed(300);
            awaitLearned();
            awaitMerged();
            assertThat(both.learning()).isEqualTo(2);
        }
        Manifest newest = newest(MODEL);
        Manifest newestOfOther = newest(MODEL + "-learner-1");
        store().delete(MODEL, newest.version());
        store().delete(MODEL + "-learner-1", newestOfOther.version());

        try (LearningProcess both = new LearningProcess(config(2))) {
            await().atMost(PATIENCE)
                    .until(() -> both.learning() == 2
                            && both.trainers.statuses().stream().allMatch(status -> status.step() == newest.step()));
            assertThat(both.trainers.statuses())
                    .extracting(TrainerStatus::mismatches)
                    .containsOnly(0L);
        }

        assertThat(newest(MODEL).version()).isEqualTo(newest.version());
        assertThat(newest(MODEL + "-learner-1").version()).isEqualTo(newestOfOther.version());
    }

    @Test
    void shouldRerunAJournalOverTheEndOfASessionWhenTheNewestSnapshotIsMissing() throws Exception {
        for (int session = 0; session < 2; session++) {
            try (LearningProcess both = new LearningProcess(config(2))) {
                await().atMost(PATIENCE).until(() -> both.learning() == 2);
                feeder.feed(150);
                awaitLearned();
                awaitMerged();
            }
        }
        Manifest newest = newest(MODEL + "-learner-1");
        store().delete(MODEL + "-learner-1", newest.version());

        try (LearningProcess both = new LearningProcess(config(2))) {
            await().atMost(PATIENCE)
                    .until(() -> both.learning() == 2
                            && both.trainers.statuses().stream().allMatch(status -> status.step() == newest.step()));
            assertThat(both.trainers.restarts()).isZero();
        }
        assertThat(newest(MODEL + "-learner-1").version()).isEqualTo(newest.version());
    }

    @Test
    void shouldBeginTheNextLineageWhenTheDifferencesHaveExpired() throws Exception {
        try (LearningProcess both = new LearningProcess(config(2))) {
            feeder.feed(100);
            awaitLearned();
            awaitMerged();
            assertThat(both.learning()).isEqualTo(2);
        }
        long lineage = newest(MODEL).lineage();
        for (String model : List.of(MODEL, MODEL + "-learner-1")) {
            store().delete(model, newest(model).version());
        }
        deleteDifferences();

        try (LearningProcess both = new LearningProcess(config(2))) {
            await().atMost(PATIENCE).until(() -> both.learning() == 2);
            feeder.feed(50);
            // The model goes back to the first snapshot, so it learns from the first 100 again.
            await().atMost(PATIENCE).until(() -> learned() == 100 + feeder.fed());
        }

        assertThat(List.of(newest(MODEL), newest(MODEL + "-learner-1")))
                .extracting(Manifest::lineage)
                .containsOnly(lineage + 1);
    }

    @Test
    void shouldBeginTheNextLineageWhenDifferencesExpireThatALearnerLacks() throws Exception {
        CountDownLatch away = new CountDownLatch(1);
        try (LearningProcess both = new LearningProcess(config(2))) {
            await().atMost(PATIENCE).until(() -> both.learning() == 2);
            feeder.feed(50);
            awaitLearned();
            awaitMerged();
            long lineage = newest(MODEL).lineage();
            both.trainers.onceBetweenSteps(1, _ -> awaitQuietly(away));
            feeder.feed(50);
            await().atMost(PATIENCE).until(() -> learned() > 50); // and so learner 0 gives a difference, and waits
            deleteDifferences();

            await().atMost(PATIENCE).until(() -> newest(MODEL).lineage() == lineage + 1);
            away.countDown();
            // The model goes back to the first snapshot.
            await().atMost(PATIENCE).until(() -> newest(MODEL + "-learner-1").lineage() == lineage + 1);
            await().atMost(PATIENCE).until(() -> learned() >= 50 + feeder.fed());
        } finally {
            away.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes what is on the topic of differences, as its retention does. */
    private void deleteDifferences() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            RecordsToDelete all = RecordsToDelete.beforeOffset(-1); // the high watermark
            admin.deleteRecords(Map.of(
                            new TopicPartition("model-merges", 0), all, new TopicPartition("model-merges", 1), all))
                    .all()
                    .get();
        }
    }

    @Test
    void shouldMergeAlthoughOneLearnerHasNoClicks() throws Exception {
        try (LearningProcess both = new LearningProcess(config(2))) {
            feeder.feedPartition(0, 60);
            feeder.feedPartition(2, 40);
            awaitLearned();
            awaitMerged();
            assertThat(both.trainers.statuses())
                    .extracting(TrainerStatus::step)
                    .containsOnly(both.trainers.status().step());
        }

        assertThat(steps()).hasSize(1).containsKey(MODEL);
        assertEachRecordIsLearnedFromOnce();
        assertReplayHasTheSameBytes();
    }

    @Test
    void shouldKeepTheDifferencesOfTwoModelsApart() throws Exception {
        List<OnlineConfig> models = List.of(config(2), config("wide", 4, 2));
        try (LearningProcess shop = new LearningProcess(models.getFirst());
                LearningProcess wide = new LearningProcess(models.getLast())) {
            await().atMost(PATIENCE).until(() -> shop.learning() == 2 && wide.learning() == 2);
            feeder.feed(200);
            for (OnlineConfig model : models) {
                await().atMost(PATIENCE).until(() -> learned(model.learners().names()) >= feeder.fed());
                assertThat(learned(model.learners().names())).isEqualTo(feeder.fed());
            }
            assertThat(shop.trainers.restarts()).isZero();
            assertThat(wide.trainers.restarts()).isZero();
        }
    }

    @Test
    void shouldStopAndNameTheRecordWhenADifferenceCannotBeRead() throws Exception {
        try (LearningProcess both = new LearningProcess(config(2)).thatEndsEarly()) {
            await().atMost(PATIENCE).until(() -> both.learning() == 2);
            Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
            try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                byte[] key = (MODEL + "-learner-1").getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>("model-merges", 1, key, new byte[] {1, 2, 3}))
                        .get();
            }
            await().atMost(PATIENCE).until(() -> both.trainers.status().phase() == Phase.REFUSED);
            assertThat(both.trainers.status().message())
                    .contains("a difference of a learner must be readable: topic=model-merges partition=1");
        }
    }

    @Test
    void shouldSaveASnapshotOfTheLastMergeAlthoughNoClickFollows() throws Exception {
        try (LearningProcess both = new LearningProcess(withSnapshotsEvery(Duration.ofSeconds(2), config(2)))) {
            await().atMost(PATIENCE).until(() -> both.learning() == 2);
            feeder.feed(100);
            awaitLearned();
            awaitMerged();
            long steps = log().steps().size();
            await().atMost(PATIENCE)
                    .ignoreExceptions() // a snapshot may be deleted while it is read
                    .until(() -> newest(MODEL).step() == steps
                            && newest(MODEL + "-learner-1").step() == steps);
        }
    }

    @Test
    void shouldGiveUpTheLeasesOfTheProcessWhenALearnerIsFenced() throws Exception {
        try (LearningProcess both = new LearningProcess(config(2))) {
            await().atMost(PATIENCE).until(() -> both.learning() == 2);
            Set<String> before = members();
            both.trainers.onceBetweenSteps(1, _ -> {
                throw new ProducerFencedException("another process is learner 1");
            });
            await().atMost(PATIENCE).until(() -> Collections.disjoint(before, members()) && both.learning() == 2);
            feeder.feed(100);
            awaitLearned();
            awaitMerged();
        }
        assertEachRecordIsLearnedFromOnce();
        assertReplayHasTheSameBytes();
    }

    @Test
    void shouldMoveAllLearnersOfAProcessWhenOneOfThemEndsForGood() throws Exception {
        try (LearningProcess first = new LearningProcess(config(2)).thatEndsEarly();
                LearningProcess second = new LearningProcess(config(2))) {
            await().atMost(PATIENCE).until(() -> first.learning() == 1 && second.learning() == 1);
            feeder.feed(100);
            awaitLearned();
            int failing = first.trainers.statuses().getFirst().phase() == Phase.LEARNING ? 0 : 1;
            first.trainers.onceBetweenSteps(failing, _ -> {
                throw new ConfigException("a setting must be changed");
            });
            await().atMost(PATIENCE).until(() -> second.learning() == 2);
            assertThat(first.trainers.status().phase()).isEqualTo(Phase.FAILED);
            feeder.feed(100);
            awaitLearned();
            awaitMerged();
        }
        assertEachRecordIsLearnedFromOnce();
    }

    @Test
    void shouldRefuseAnotherNumberOfLearnersUntilTheOthersHaveStopped() throws Exception {
        try (LearningProcess single = new LearningProcess(config(1))) {
            feeder.feed(100);
            awaitLearned();
            try (LearningProcess both = new LearningProcess(config(2))) {
                await().atMost(PATIENCE)
                        .until(
                                () -> both.trainers.statuses().getFirst().message(),
                                message -> message.contains("these run with learners.count=1"));
                feeder.feed(50);
                awaitLearned();
                assertThat(steps()).containsOnlyKeys(MODEL);
                single.stop();
                feeder.feed(150);
                awaitLearned();
                awaitMerged();
                assertThat(both.learning()).isEqualTo(2);
            }
        }
        assertThat(steps()).containsOnlyKeys(MODEL, MODEL + "-learner-1");
        long lineage = newest(MODEL).lineage();
        assertThat(StartingPoint.learners(newest(MODEL))).isEqualTo(2);

        try (LearningProcess single = new LearningProcess(config(1))) {
            feeder.feed(50);
            awaitLearned();
            assertThat(single.learning()).isEqualTo(1);
        }
        assertThat(newest(MODEL).lineage()).isEqualTo(lineage + 1);
        assertThat(StartingPoint.learners(newest(MODEL))).isEqualTo(1);
        assertEachRecordIsLearnedFromOnce();
    }

    @Test
    void shouldNameTheTopicThatHasTooFewPartitions() {
        FreshetConfig config =
                FreshetConfig.of(Map.of("kafka.bootstrap.servers", kafka.bootstrapServers(), "learners.count", "3"));

        assertThatThrownBy(() -> TopicSetup.run(config, PATIENCE))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("model-log must have a partition for each of learners.count=3 learners")
                .hasMessageContaining("--alter --topic model-log --partitions 3");
    }

    /** The learners of a process, on threads. */
    private final class LearningProcess implements AutoCloseable {
        final ProcessTrainers trainers;
        private boolean endsEarly;

        LearningProcess(OnlineConfig config) {
            trainers = new ProcessTrainers(
                    config, store(), new SimpleMeterRegistry(), Clock.systemUTC(), new Heartbeats(LONG));
            trainers.start();
        }

        long learning() {
            return trainers.statuses().stream()
                    .filter(status -> status.phase() == Phase.LEARNING)
                    .count();
        }

        /** Expects that a learner ends before it is closed. */
        LearningProcess thatEndsEarly() {
            endsEarly = true;
            return this;
        }

        @Override
        public void close() {
            if (endsEarly) {
                trainers.close();
            } else {
                stop();
            }
        }

        void stop() {
            trainers.close();
            assertThat(trainers.statuses()).extracting(TrainerStatus::phase).containsOnly(Phase.CLOSED);
        }
    }

    private void awaitLearned() {
        await().atMost(PATIENCE).until(() -> learned() >= feeder.fed());
        assertThat(learned()).isEqualTo(feeder.fed());
    }

    private long learned(List<String> learners) {
        return learners.stream()
                .mapToLong(learner -> learned(CommittedLog.read(kafka.bootstrapServers(), learner)))
                .sum();
    }

    private long learned() {
        return learned(log());
    }

    private static long learned(CommittedLog log) {
        return log.steps().stream()
                .mapToLong(step -> step.clickTimestampsMs().length)
                .sum();
    }

    /** Waits until all steps are merged and published. */
    private void awaitMerged() {
        await().atMost(PATIENCE)
                .until(() -> log().deltas().stream()
                                .mapToLong(ModelDelta::toStep)
                                .max()
                                .orElse(0)
                        >= log().steps().size());
    }

    /** Returns the number of steps in each learner's journal, by its key. */
    private Map<String, Integer> steps() {
        Map<String, Integer> counts = new TreeMap<>();
        for (String key : List.of(MODEL, MODEL + "-learner-1")) {
            int steps = CommittedLog.read(kafka.bootstrapServers(), key).steps().size();
            if (steps > 0) {
                counts.put(key, steps);
            }
        }
        return counts;
    }

    private void assertEachRecordIsLearnedFromOnce() {
        CommittedLog log = log();
        assertThat(learned()).isEqualTo(log.sequences().size());
        log.rangesByPartition().forEach((partition, unsorted) -> {
            List<InputRange> ranges = new ArrayList<>(unsorted);
            ranges.sort(Comparator.comparingLong(InputRange::from));
            long position = 0;
            for (InputRange range : ranges) {
                assertThat(range.from()).as("range %s", range).isGreaterThanOrEqualTo(position);
                position = range.to();
            }
        });
    }

    /**
     * Asserts that a rerun of all journals has the bytes of the newest snapshots, and that a scorer that has applied all
     * deltas has the merged model.
     */
    private void assertReplayHasTheSameBytes() throws IOException {
        List<Manifest> newest = List.of(newest(MODEL), newest(MODEL + "-learner-1"));
        Map<Integer, String> versions = new TreeMap<>();
        List<ConsumerRecord<byte[], byte[]>> modelLog =
                CommittedLog.readTopic(kafka.bootstrapServers(), OnlineConfig.Topics.DEFAULT.modelLog());
        try (ParallelReplay replay = new ParallelReplay(config(2), log(), modelLog);
                RecommenderModel scorer = follow()) {
            replay.run((number, learner) -> {
                if (learner.base().step() == newest.get(number).step()) {
                    versions.put(number, save(learner));
                }
            });
            assertThat(replay.merges()).isPositive();
            for (int number = 0; number < 2; number++) {
                assertThat(versions).containsEntry(number, newest.get(number).version());
                RecommenderModel base = replay.learners().get(number).base();
                assertThat(scorer.step()).isEqualTo(base.step());
                assertThat(ModelDigest.of(scorer)).isEqualTo(ModelDigest.of(base));
                assertThat(rows(scorer)).isEqualTo(rows(base));
                assertThat(memory(scorer)).isEqualTo(memory(base));
            }
        }
    }

    /** Returns what a scorer has that has applied all deltas to a new model. */
    private RecommenderModel follow() throws IOException {
        RecommenderModel model = RecommenderModel.initial(NETWORK, LEARNING.memory());
        List<ModelDelta> parts = new ArrayList<>();
        for (ModelDelta part : log().deltas()) {
            model.joinLineage(part.lineage());
            parts.add(part);
            if (part.part() == part.parts() - 1) {
                assertThat(part.fromStep()).isEqualTo(model.step());
                model.apply(parts);
                parts.clear();
            }
        }
        return model;
    }

    private List<Float> rows(RecommenderModel model) {
        List<Float> values = new ArrayList<>();
        for (int row = 0; row < model.vocabulary().size(); row++) {
            for (int column = 0; column < model.dim(); column++) {
                values.add(model.items()
                        .memory(row)
                        .get(ValueLayout.JAVA_FLOAT_UNALIGNED, model.items().at(row) + (long) column * Float.BYTES));
            }
        }
        return values;
    }

    private byte[] memory(RecommenderModel model) throws IOException {
        Path file = folder.resolve("memory");
        CooccurrenceFile.write(file, model.memory());
        return Files.readAllBytes(file);
    }

    private String save(ParallelLearner learner) {
        SnapshotFiles files = new SnapshotFiles();
        learner.learner().addTo(files);
        try {
            return new FileSnapshotStore(folder.resolve("replayed"))
                    .save(LearnerDescription.draft("replayed", learner.learner(), new Progress(), Instant.EPOCH), files)
                    .version();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CommittedLog log() {
        return CommittedLog.read(kafka.bootstrapServers());
    }

    private SnapshotStore store() {
        return new FileSnapshotStore(folder.resolve("store"));
    }

    private Manifest newest(String model) throws IOException {
        Manifest manifest = store().manifest(model, store().versions(model).getLast());
        try (Snapshot snapshot = store().open(model, manifest.version());
                RecommenderModel readable = ModelSnapshot.read(snapshot)) {
            assertThat(readable.step()).isEqualTo(manifest.step());
        }
        return manifest;
    }

    private OnlineConfig config(int learners) {
        return config(MODEL, NETWORK.seed(), learners);
    }

    private OnlineConfig config(String model, long seed, int learners) {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        return new OnlineConfig(
                        model,
                        OnlineConfig.Topics.DEFAULT,
                        new OnlineConfig.Clients(client, "trainer-of-" + model, client),
                        new ModelConfig(NETWORK.encoder(), NETWORK.itemDeviation(), seed),
                        TrainingConfig.defaults(1),
                        LEARNING,
                        OnlineConfig.Steps.upTo(16, Duration.ZERO),
                        new OnlineConfig.Publishing(Duration.ofMillis(50), 1024, 0, LONG, new RetentionPolicy(2, 0), 0),
                        Duration.ofSeconds(2))
                .withLearners(learners, 3);
    }

    private static OnlineConfig withSnapshotsEvery(Duration interval, OnlineConfig config) {
        OnlineConfig.Publishing publishing = config.publishing();
        return new OnlineConfig(
                config.modelName(),
                config.topics(),
                config.clients(),
                config.model(),
                config.training(),
                config.learning(),
                config.steps(),
                new OnlineConfig.Publishing(
                        publishing.deltaInterval(),
                        publishing.deltaPartBytes(),
                        publishing.bytesPerSecond(),
                        interval,
                        publishing.retention(),
                        publishing.gateShare()),
                config.leaseTimeout(),
                config.learners());
    }

    /** Returns the ids of the members of the group of the trainers. */
    private Set<String> members() throws Exception {
        String group = OnlineConfig.leaseGroup(config(2).clients().transactionalId(), 2);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                    .flatMap(described -> described.members().stream())
                    .map(MemberDescription::consumerId)
                    .collect(Collectors.toSet());
        }
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty());
    }
}
