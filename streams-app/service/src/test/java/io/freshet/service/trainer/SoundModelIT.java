package io.freshet.service.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ModelFollower;
import io.freshet.service.serving.ServedAnswers;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.testkit.broker.Broker;
import io.freshet.testkit.topic.CommittedLog;
import io.freshet.testkit.topic.SequenceFeeder;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.OnlineTrainer;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.LearnerDescription;
import io.freshet.training.publish.Progress;
import io.freshet.training.publish.Snapshots;
import io.freshet.training.step.OnlineLearner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that trainer and scorer publish and serve a finite and consistent model, whatever happens to the weights of
 * either.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls the methods that set the fields before each test.
final class SoundModelIT {
    private static final String MODEL = "shop";
    private static final String LOG = OnlineConfig.Topics.DEFAULT.modelLog();
    private static final String DELTAS = OnlineConfig.Topics.DEFAULT.modelDeltas();
    private static final String MANIFESTS = OnlineConfig.Topics.DEFAULT.modelManifests();
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ModelConfig NETWORK = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 10, 1, 1), .1f, 3);
    private static final LearningConfig LEARNING =
            new LearningConfig(2, 10, new LearningConfig.Replay(8, 5, 30), new LearningConfig.Metrics(10, 100));
    private static final LearningConfig OTHERWISE =
            new LearningConfig(1, 10, new LearningConfig.Replay(8, 5, 30), new LearningConfig.Metrics(10, 100));
    private static final int ALL = 100; // more than the number of items

    private Broker kafka;
    private SequenceFeeder feeder;
    private KafkaProducer<byte[], byte[]> producer;
    private Path storeFolder;
    private SimpleMeterRegistry registry;
    private LiveModel live;
    private ModelFollower follower;
    private OnlineTrainer trainer;
    private Thread thread;

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
    void begin(@TempDir Path folder) throws Exception {
        storeFolder = folder;
        try (Admin admin = Admin.create(client())) {
            admin.createTopics(List.of(topic("sequences", 3), topic(LOG, 1), topic(DELTAS, 1), topic(MANIFESTS, 1)))
                    .all()
                    .get();
        }
        feeder = new SequenceFeeder(kafka.bootstrapServers());
        producer = new KafkaProducer<>(client(), new ByteArraySerializer(), new ByteArraySerializer());
        registry = new SimpleMeterRegistry();
        follow();
    }

    @AfterEach
    void end() throws Exception {
        stopTrainer();
        follower.close();
        live.close();
        feeder.close();
        producer.close();
        try (Admin admin = Admin.create(client())) {
            admin.deleteTopics(List.of("sequences", LOG, DELTAS, MANIFESTS))
                    .all()
                    .get();
        }
    }

    @Test
    void shouldGoBackToItsSnapshotWhenItsWeightsAreNotFinite() throws Exception {
        assertRecovers(
                learner -> learner.model().dense().fill((byte) 0xff), // NaN in every parameter
                () -> feeder.feed(150));
    }

    @Test
    void shouldGoBackToItsSnapshotWhenAnItemThatTheNextBatchTouchesIsNotFinite() throws Exception {
        assertRecovers(
                learner -> {
                    RecommenderModel model = learner.model();
                    int row = model.vocabulary().rowOf("item-7");
                    model.items()
                            .memory(row)
                            .set(ValueLayout.JAVA_FLOAT_UNALIGNED, model.items().at(row), Float.NaN);
                },
                () -> feeder.feedClicksOn("item-7", 150));
    }

    /** Plants a fault, feeds 150 more records, and checks that everything is as if there had been no fault. */
    private void assertRecovers(Consumer<OnlineLearner> fault, Runnable feed) throws Exception {
        feeder.feed(200);
        start(config(LEARNING));
        awaitLearned(200);
        awaitServed();
        AtomicBoolean planted = new AtomicBoolean();
        trainer.onceBetweenSteps(learner -> {
            fault.accept(learner);
            planted.set(true);
        });
        await().atMost(PATIENCE).untilTrue(planted);

        feed.run();
        awaitLearned(350);

        assertThat(trainer.status().phase()).isEqualTo(Phase.LEARNING);
        assertThat(recoveries()).isEqualTo(1);
        assertThat(trainer.status().mismatches()).isZero();
        awaitServed();
        assertAnswersAreFinite();
        stopTrainer();
        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        log.assertEachRecordIsLearnedFromOnce();
        assertThat(log.deltas()).allMatch(delta -> delta.firstNonFinite().isEmpty());
        assertThat(newest().lineage()).isEqualTo(1);
        assertThat(filesOfPlainReplay(log)).isEqualTo(newest().files());
        awaitServes(newest());
    }

    @Test
    void shouldServeTheLastGoodModelWhenADeltaOnTheTopicIsNotFinite() throws Exception {
        feeder.feed(100);
        start(config(LEARNING));
        awaitLearned(100);
        awaitServed();
        long step = live.step();
        Map<String, Float> before = ServedAnswers.of(live, ALL, "item-3");

        append(nonFiniteDelta(step));
        await().atMost(PATIENCE)
                .until(() -> registry.get("freshet.model.refused")
                                .tag("what", "record")
                                .counter()
                                .count()
                        == 1);
        feeder.feed(50);
        awaitLearned(150);

        assertThat(live.step()).isEqualTo(step);
        assertThat(ServedAnswers.of(live, ALL, "item-3")).isEqualTo(before);
        assertAnswersAreFinite();
        stopTrainer(); // writes a snapshot, as in production every minute
        awaitServes(newest());

        // A trainer that reruns the steps reads the journal only, and continues the lineage.
        store().delete(MODEL, newest().version());
        start(config(LEARNING));
        feeder.feed(50);
        awaitLearned(200);
        awaitServed();
        assertThat(ServedAnswers.lineage(live)).isEqualTo(1);
        stopTrainer();
        awaitServes(newest());
        assertAnswersAreFinite();
    }

    @Test
    void shouldUseTheSnapshotBeforeWhenTheNewestIsNotFinite() throws Exception {
        feeder.feed(100);
        start(config(LEARNING));
        awaitLearned(100);
        stopTrainer();
        Manifest good = newest();
        Manifest wrong = saveAgain(good, good.step() + 1, good.platform(), SoundModelIT::withNaN);
        announce(wrong);
        assertThat(newest()).isEqualTo(wrong);

        follower.close();
        live.close();
        follow();
        awaitServes(good);
        start(config(LEARNING));
        feeder.feed(50);
        awaitLearned(150);

        assertThat(trainer.status().phase()).isEqualTo(Phase.LEARNING);
        assertThat(trainer.status().mismatches()).isZero();
        awaitServed();
        assertAnswersAreFinite();
    }

    @Test
    void shouldLeadScorersToTheWeightsOfARerunThatDiffers() throws Exception {
        feeder.feed(200);
        start(config(LEARNING));
        awaitLearned(200);
        stopTrainer();
        Manifest first = newest();
        awaitServes(first);
        store().delete(MODEL, first.version());

        start(config(OTHERWISE));
        awaitLearned(200);
        await().atMost(PATIENCE).until(() -> ServedAnswers.lineage(live) == 2);

        assertThat(trainer.status().mismatches()).isPositive();
        Manifest second = newest();
        assertThat(second.lineage()).isEqualTo(2);
        assertThat(second.step()).isEqualTo(first.step());
        assertThat(second.version()).isNotEqualTo(first.version());
        awaitServes(second);
        feeder.feed(50);
        awaitLearned(250);
        awaitServed();
        assertThat(live.version()).isEqualTo(second.version());
        stopTrainer();
        awaitServes(newest());
        assertThat(CommittedLog.read(kafka.bootstrapServers()).deltas())
                .allMatch(delta -> delta.lineage() == (delta.toStep() <= first.step() ? 1 : 2));
    }

    @Test
    void shouldBeginALineageWhenTheSnapshotWasComputedWithAnotherArithmetic() throws Exception {
        feeder.feed(50);
        start(config(LEARNING));
        awaitLearned(50);
        stopTrainer();
        Map<String, Object> platform = new HashMap<>(newest().platform());
        assertThat(platform.put("arithmetic", "another")).isNotNull();
        Manifest there = newest();
        SnapshotFiles files = filesOf(there, UnaryOperator.identity());
        store().delete(MODEL, there.version());
        announce(store().save(draft(there, there.step(), platform), files));

        start(config(LEARNING));
        await().atMost(PATIENCE).until(() -> ServedAnswers.lineage(live) == 2);

        assertThat(newest().version()).isEqualTo(there.version());
        assertThat(newest().lineage()).isEqualTo(2);
        assertThat(newest().platform()).isEqualTo(there.platform());
        feeder.feed(20);
        awaitLearned(70);
        awaitServed();
        stopTrainer();
        start(config(LEARNING));
        feeder.feed(20);
        awaitLearned(90);
        awaitServed();
        assertThat(ServedAnswers.lineage(live)).isEqualTo(2);
    }

    private void follow() {
        FreshetConfig config = FreshetConfig.of(Map.of("kafka.bootstrap.servers", kafka.bootstrapServers()));
        live = new LiveModel(Clock.systemUTC(), registry);
        follower = new ModelFollower("streams", config, MODEL, store(), live, registry);
        follower.start();
    }

    private void start(OnlineConfig config) {
        trainer =
                new OnlineTrainer(config, store(), registry, Clock.systemUTC(), new Heartbeats(Duration.ofMinutes(5)));
        thread = new Thread(trainer, "trainer");
        thread.start();
    }

    private void stopTrainer() {
        if (trainer != null) {
            trainer.close();
            await().atMost(PATIENCE).until(() -> !thread.isAlive());
        }
    }

    private void awaitLearned(long records) {
        await().atMost(PATIENCE)
                .until(() -> trainer.status().training().records() == records
                        && trainer.status().phase() == Phase.LEARNING);
    }

    private double recoveries() {
        return registry.get("freshet.trainer.recoveries").counter().count();
    }

    /** Waits until the scorer has everything that the trainer has learned. */
    private void awaitServed() {
        await().atMost(PATIENCE).until(() -> live.step() == trainer.status().step());
    }

    /** Waits until the scorer names the snapshot and serves exactly its weights. */
    private void awaitServes(Manifest manifest) throws IOException {
        await().atMost(PATIENCE)
                .until(() -> live.version().equals(manifest.version()) && live.step() == manifest.step());
        try (Snapshot snapshot = store().open(MODEL, manifest.version())) {
            for (String[] history : List.of(new String[] {"item-3"}, new String[] {"item-40", "item-41", "item-5"})) {
                assertThat(ServedAnswers.of(live, ALL, history))
                        .isEqualTo(ServedAnswers.of(snapshot, ALL, history))
                        .hasSizeGreaterThan(30);
            }
        }
    }

    private void assertAnswersAreFinite() {
        assertThat(ServedAnswers.of(live, ALL, "item-3", "item-7").values())
                .hasSizeGreaterThan(30)
                .allMatch(Float::isFinite);
    }

    private ModelDelta nonFiniteDelta(long step) {
        try (OnlineLearner like = OnlineLearner.initial(NETWORK, TrainingConfig.defaults(1), LEARNING)) {
            float[] row = new float[like.model().dim()];
            row[2] = Float.NaN;
            return new ModelDelta(
                    1,
                    new ModelDelta.Steps(step, step + 1),
                    ModelDelta.Part.ONLY,
                    ModelDelta.VocabularyChange.none(ALL),
                    new ModelDelta.RowValues(row.length, new int[] {3}, row),
                    new float[like.model().denseSize()],
                    new MemoryDelta(
                            new int[] {0},
                            new int[0],
                            new int[0],
                            like.model().memory().mixture()));
        }
    }

    private Manifest saveAgain(Manifest like, long step, Map<String, Object> platform, UnaryOperator<byte[]> weights)
            throws IOException {
        return store().save(draft(like, step, platform), filesOf(like, weights));
    }

    private SnapshotFiles filesOf(Manifest manifest, UnaryOperator<byte[]> weights) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        try (Snapshot snapshot = store().open(MODEL, manifest.version())) {
            for (FileEntry file : manifest.files()) {
                byte[] bytes = Files.readAllBytes(snapshot.file(file.name()));
                byte[] written = file.name().equals("weights.safetensors") ? weights.apply(bytes) : bytes;
                files.add(file.name(), into -> Files.write(into, written));
            }
        }
        return files;
    }

    private static ManifestDraft draft(Manifest like, long step, Map<String, Object> platform) {
        return new ManifestDraft(like.model(), step, like.createdAt())
                .lineage(like.lineage())
                .encoder(like.encoder(), like.seed())
                .training(like.training())
                .platform(platform)
                .covering(like.modelLog(), like.modelDeltas(), like.inputs())
                .metrics(like.metrics())
                .held(like.held());
    }

    /** Returns the file with NaN as the last number of the last tensor. */
    private static byte[] withNaN(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putFloat(file.length - Float.BYTES, Float.NaN);
        return bytes.array();
    }

    private void append(ModelDelta delta) throws Exception {
        producer.send(new ProducerRecord<>(DELTAS, MODEL.getBytes(StandardCharsets.UTF_8), ModelLogCodec.encode(delta)))
                .get();
    }

    private void announce(Manifest manifest) throws Exception {
        byte[] key = (MODEL + "/" + manifest.version()).getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(MANIFESTS, key, ManifestCodec.toJson(manifest)))
                .get();
    }

    /** Returns the files of the model that results from the journal alone. */
    private List<FileEntry> filesOfPlainReplay(CommittedLog log) throws IOException {
        try (OnlineLearner learner = OnlineLearner.initial(NETWORK, TrainingConfig.defaults(1), LEARNING)) {
            for (StepRecord step : log.steps()) {
                assertThat(learner.step(log.updatesOf(step)).ranks()).isEqualTo(step.ranks());
            }
            SnapshotFiles files = new SnapshotFiles();
            learner.addTo(files);
            return new FileSnapshotStore(storeFolder.resolve("replayed"))
                    .save(LearnerDescription.draft(MODEL, learner, new Progress(), Instant.EPOCH), files)
                    .files();
        }
    }

    private OnlineConfig config(LearningConfig learning) {
        return new OnlineConfig(
                MODEL,
                OnlineConfig.Topics.DEFAULT,
                new OnlineConfig.Clients(client(), "trainer-of-" + MODEL, client()),
                NETWORK,
                TrainingConfig.defaults(2),
                learning,
                OnlineConfig.Steps.upTo(16, Duration.ZERO),
                new OnlineConfig.Publishing(Duration.ofMillis(50), 1024, 0, LONG, new RetentionPolicy(3, 0), 0),
                Duration.ZERO);
    }

    /** Returns the snapshot that a trainer would continue from. */
    private Manifest newest() throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        for (String version : store().versions(MODEL)) {
            manifests.add(store().manifest(MODEL, version));
        }
        manifests.sort(Snapshots.NEWEST_FIRST);
        return manifests.getFirst();
    }

    private SnapshotStore store() {
        return new FileSnapshotStore(storeFolder);
    }

    private Map<String, Object> client() {
        return Map.of("bootstrap.servers", kafka.bootstrapServers());
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty());
    }
}
