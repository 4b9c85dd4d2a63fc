package io.freshet.service.serving;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotCorruptException;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.testkit.broker.Broker;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.LearnerSnapshot;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.publish.ServedVersion;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A follower on a real broker, with snapshots on a real disk. */
@Tag(Broker.TAG)
@SuppressWarnings("NullAway.Init") // JUnit calls the methods that set the fields before each test.
final class ModelFollowerIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static int tests;

    @TempDir
    static Path folder;

    private static Broker kafka;

    private FreshetConfig config;
    private FileSnapshotStore store;
    private SimpleMeterRegistry registry;
    private LiveModel live;
    private ModelFollower follower;
    private KafkaProducer<byte[], byte[]> producer;

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

    @BeforeEach
    void prepare() {
        String name = "follower" + tests++;
        Map<String, String> settings = new HashMap<>();
        settings.put("application.id", name);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.put("topics.partitions", "1");
        settings.put("health.stall.ms", "1000");
        settings.put("state.dir", folder.resolve(name).toString());
        TopicKeys.NAMES.forEach(
                topic -> settings.put(topic.name(), name + topic.name().replace("topics.", "-")));
        config = FreshetConfig.of(settings);
        TopicSetup.run(config, TIMEOUT);
        store = new FileSnapshotStore(config.modelStorePath());
        registry = new SimpleMeterRegistry();
        live = new LiveModel(Clock.systemUTC(), registry);
        follower = new ModelFollower(
                "streams", config, config.get(ModelStoreKeys.MODEL_NAME), store, live, new SimpleMeterRegistry());
        producer =
                new KafkaProducer<>(config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void close() {
        producer.close();
        follower.close();
        live.close();
    }

    @Test
    void shouldServeTheNewestSnapshotAndWhatTheLogAddsToIt() throws Exception {
        publish(save(10, 0, "a"));
        long covered = append(TinyModels.delta(10, 20, 1, "b"));
        Manifest newest = save(20, covered + 1, "a", "b");
        publish(newest);
        append(TinyModels.delta(20, 30, 2, "c"));

        follower.start();

        awaitStep(30);
        assertThat(live.version()).isEqualTo(newest.version());
        append(TinyModels.delta(30, 40, 3, "d"));
        awaitStep(40);
    }

    @Test
    void shouldWaitForTheFirstSnapshotWhenThereIsNone() throws Exception {
        follower.start();
        append(TinyModels.delta(10, 20, 1, "b"));

        publish(save(10, 0, "a"));

        awaitStep(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "weights.safetensors", "items-00000.safetensors", "vocabulary.txt"})
    void shouldUseTheSnapshotBeforeWhenTheNewestIsDamaged(String file) throws Exception {
        Manifest good = save(10, 0, "a");
        publish(good);
        append(TinyModels.delta(10, 20, 1, "b"));
        Manifest damaged = save(20, 1, "a", "b");
        damage(damaged, file);
        publish(damaged);
        assertThatThrownBy(() -> store.open(config.get(ModelStoreKeys.MODEL_NAME), damaged.version()))
                .isInstanceOf(SnapshotCorruptException.class);

        follower.start();

        // The weights come from the older snapshot, advanced by the log.
        awaitStep(20);
    }

    @Test
    void shouldNotReadFilesThatOnlyATrainerNeeds() throws Exception {
        Manifest saved = save(20, 1, "a", "b");
        List<String> read = List.of("items-00000.safetensors", "memory.bin", "vocabulary.txt", "weights.safetensors");
        assertThat(saved.files())
                .extracting(FileEntry::name)
                .contains("optimizer.safetensors", "moments-00000.safetensors");
        for (FileEntry file : saved.files()) {
            if (!read.contains(file.name())) {
                damage(saved, file.name());
            }
        }
        publish(saved);

        follower.start();

        awaitStep(20);
    }

    @Test
    void shouldAskAgainWhenTheStoreCannotBeUsed() throws Exception {
        Manifest only = save(10, 0, "a");
        publish(only);
        AtomicInteger failures = new AtomicInteger(3);
        follower.close();
        follower = new ModelFollower(
                "streams",
                config,
                config.get(ModelStoreKeys.MODEL_NAME),
                new AwayAtFirst(store, failures),
                live,
                new SimpleMeterRegistry());

        follower.start();

        awaitStep(10);
        assertThat(failures).hasValue(0);
    }

    @Test
    void shouldSayThatItIsStuckWhenTheStoreDoesNotAnswer() throws Exception {
        publish(save(10, 0, "a"));
        CountDownLatch answers = new CountDownLatch(1);
        follower.close();
        follower = new ModelFollower(
                "streams",
                config,
                config.get(ModelStoreKeys.MODEL_NAME),
                new SilentAtFirst(store, answers),
                live,
                new SimpleMeterRegistry());
        assertThat(follower.overdue()).isEmpty();

        follower.start();

        await().atMost(TIMEOUT).until(() -> !follower.overdue().isEmpty());
        assertThat(follower.overdue()).singleElement().asString().contains("loop model-follower");
        answers.countDown();
        awaitStep(10);
        await().atMost(TIMEOUT).until(() -> follower.overdue().isEmpty());
    }

    /** A store that does not answer at first. */
    private record SilentAtFirst(SnapshotStore store, CountDownLatch answers) implements SnapshotStore {
        @Override
        public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
            return store.save(draft, files);
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
            try {
                answers.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return store.open(model, version, wanted);
        }

        @Override
        public void delete(String model, String version) throws IOException {
            store.delete(model, version);
        }
    }

    /** A store that fails for a given number of calls. */
    private record AwayAtFirst(SnapshotStore store, AtomicInteger failures) implements SnapshotStore {
        @Override
        public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
            return store.save(draft, files);
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
            if (failures.get() > 0) {
                failures.decrementAndGet();
                throw new SnapshotStoreException("S3 must be reached", new IOException("Connection refused"));
            }
            return store.open(model, version, wanted);
        }

        @Override
        public void delete(String model, String version) throws IOException {
            store.delete(model, version);
        }
    }

    @Test
    void shouldStandStillAtAGapUntilASnapshotLeadsPastIt() throws Exception {
        publish(save(10, 0, "a"));
        follower.start();
        awaitStep(10);

        append(TinyModels.delta(15, 20, 1, "b"));
        long end = append(TinyModels.delta(20, 25, 2, "c"));
        publish(save(25, end + 1, "a", "b", "c"));

        awaitStep(25);
        append(TinyModels.delta(25, 30, 3, "d"));
        awaitStep(30);
    }

    @Test
    void shouldKeepTheLastGoodModelWhenADeltaIsNotFiniteUntilASnapshotLeadsOn() throws Exception {
        publish(save(10, 0, "a"));
        append(TinyModels.delta(10, 15, 1, "b"));
        follower.start();
        awaitStep(15);
        Map<String, Float> before = ServedAnswers.of(live, 10, "a");

        append(TinyModels.nonFiniteDelta(15, 20, 2, "c"));
        long end = append(TinyModels.delta(20, 25, 3, "d"));

        await().atMost(TIMEOUT).until(() -> refused("record") == 1);
        await().atMost(TIMEOUT).until(() -> gauge("freshet.model.waiting") == 1);
        assertThat(live.step()).isEqualTo(15);
        assertThat(ServedAnswers.of(live, 10, "a")).isEqualTo(before);
        assertThat(before.values()).allMatch(Float::isFinite);
        publish(save(25, end + 1, "a", "b", "c", "d"));
        awaitStep(25);
        append(TinyModels.delta(25, 30, 4, "e"));
        awaitStep(30);
        assertThat(gauge("freshet.model.waiting")).isZero();
    }

    @Test
    void shouldUseTheSnapshotBeforeWhenTheNewestIsNotFinite() throws Exception {
        Manifest good = save(10, 0, "a");
        publish(good);
        publish(saveNonFinite(20));

        follower.start();

        awaitStep(10);
        assertThat(live.version()).isEqualTo(good.version());
        assertThat(refused("snapshot")).isEqualTo(1);
        assertThat(ServedAnswers.of(live, 10, "a").values()).isNotEmpty().allMatch(Float::isFinite);
        long end = append(TinyModels.delta(20, 30, 1, "b"));
        publish(save(30, end + 1, "a", "b"));
        awaitStep(30);
    }

    @Test
    void shouldOpenTheSnapshotOfANewLineageThoughItsStepIsNoLater() throws Exception {
        publish(save(20, 0, "a"));
        follower.start();
        awaitStep(20);

        Manifest next = save(1, 20, 0, false, "a", "other");
        publish(next);

        await().atMost(TIMEOUT).until(() -> live.version().equals(next.version()));
        assertThat(live.lineage()).isEqualTo(1);
        append(TinyModels.delta(20, 25, 2, "late"));
        append(TinyModels.deltaOf(1, 20, 30, 2, "b"));
        awaitStep(30);
    }

    @Test
    void shouldKeepTheLastGoodModelWhenANewLineageBeginsOnTheLogUntilItsSnapshotIsThere() throws Exception {
        Manifest first = save(10, 0, "a");
        publish(first);
        follower.start();
        awaitStep(10);

        append(TinyModels.deltaOf(1, 10, 15, 1, "b"));
        long end = append(TinyModels.deltaOf(1, 15, 20, 2, "c"));

        await().atMost(TIMEOUT).until(() -> gauge("freshet.model.waiting") == 1);
        assertThat(live.lineage()).isZero();
        assertThat(live.version()).isEqualTo(first.version());
        Manifest next = save(1, 20, end + 1, false, "a", "b", "c");
        publish(next);
        await().atMost(TIMEOUT).until(() -> live.version().equals(next.version()));
        assertThat(live.step()).isEqualTo(20);
        append(TinyModels.deltaOf(1, 20, 25, 3, "d"));
        awaitStep(25);
    }

    @Test
    void shouldRefuseASnapshotOfAnUnknownEncoderAndUseTheOneBefore() throws Exception {
        publish(save(10, 0, "a"));
        Map<String, Object> encoder = new HashMap<>(ModelSnapshot.describe(TinyModels.CONFIG));
        encoder.put("type", "gru4rec");
        publish(save(draft(0, 20, 0, false, encoder), "a", "b"));

        follower.start();

        awaitStep(10);
        assertThat(refused("snapshot")).isEqualTo(1);
    }

    private double refused(String what) {
        return registry.get("freshet.model.refused").tag("what", what).counter().count();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    @Test
    void shouldPassOverSnapshotsThatAreHeldBack() throws Exception {
        publish(save(10, 0, false, "a"));
        publish(save(20, 5, true, "a", "b"));

        follower.start();

        awaitStep(10);
        publish(save(30, 5, false, "a", "b"));
        append(TinyModels.delta(20, 30, 1, "b"));
        awaitStep(30);
    }

    @Test
    void shouldNameTheNewestSnapshotBehindTheWeights() throws Exception {
        publish(save(10, 0, "a"));
        follower.start();
        long offset = append(TinyModels.delta(10, 20, 1, "b"));
        awaitStep(20);

        Manifest newest = save(20, offset + 1, "a", "b");
        publish(newest);

        await().atMost(TIMEOUT).until(() -> live.version().equals(newest.version()));
        assertThat(live.step()).isEqualTo(20);
    }

    @Test
    void shouldServeTheOlderSnapshotAloneWhileARollbackIsInForce() throws Exception {
        Manifest older = save(10, 0, "a");
        publish(older);
        long covered = append(TinyModels.delta(10, 20, 1, "b"));
        Manifest newest = save(20, covered + 1, "a", "b");
        publish(newest);
        follower.start();
        awaitStep(20);

        try (ServedVersion served = new ServedVersion(config.trainer())) {
            served.rollBack(older.version(), Instant.EPOCH);
            awaitStep(10);
            assertThat(live.version()).isEqualTo(older.version());
            append(TinyModels.delta(20, 30, 2, "c"));
            publish(save(30, covered + 2, "a", "b", "c"));
            restart();
            awaitStep(10);
            served.resume();
        }
        awaitStep(30);
        append(TinyModels.delta(30, 40, 3, "d"));
        awaitStep(40);
    }

    /** Restarts the scorer, which a rollback must survive. */
    private void restart() {
        follower.close();
        live.close();
        live = new LiveModel(Clock.systemUTC(), new SimpleMeterRegistry());
        follower = new ModelFollower(
                "streams", config, config.get(ModelStoreKeys.MODEL_NAME), store, live, new SimpleMeterRegistry());
        follower.start();
    }

    private void awaitStep(long step) {
        await().atMost(TIMEOUT).until(() -> live.step() == step);
    }

    private Manifest save(long step, long deltasOffset, String... items) throws IOException {
        return save(step, deltasOffset, false, items);
    }

    private Manifest save(long step, long deltasOffset, boolean held, String... items) throws IOException {
        return save(0, step, deltasOffset, held, items);
    }

    private Manifest save(long lineage, long step, long deltasOffset, boolean held, String... items)
            throws IOException {
        return save(draft(lineage, step, deltasOffset, held, ModelSnapshot.describe(TinyModels.CONFIG)), items);
    }

    private ManifestDraft draft(long lineage, long step, long deltasOffset, boolean held, Map<String, Object> encoder) {
        return new ManifestDraft(config.get(ModelStoreKeys.MODEL_NAME), step, Instant.EPOCH)
                .lineage(lineage)
                .encoder(encoder, TinyModels.CONFIG.seed())
                .covering(
                        new TopicPosition(config.get(TopicKeys.MODEL_LOG), 0, 0),
                        new TopicPosition(config.get(TopicKeys.MODEL_DELTAS), 0, deltasOffset),
                        List.of())
                .held(held);
    }

    /** Saves a snapshot with NaN as its newest item's vector, but with correct digests. */
    private Manifest saveNonFinite(long step) throws IOException {
        SnapshotStore whole = new FileSnapshotStore(folder.resolve("whole"));
        ManifestDraft draft = draft(0, step, 0, false, ModelSnapshot.describe(TinyModels.CONFIG));
        SnapshotFiles files = new SnapshotFiles();
        try (RecommenderModel model = TinyModels.model(step, "a", "b");
                Learner learner = new Learner(model, TrainingConfig.defaults(1))) {
            SnapshotFiles written = new SnapshotFiles();
            LearnerSnapshot.addTo(written, learner);
            Manifest saved = whole.save(draft, written);
            try (Snapshot snapshot = whole.open(saved.model(), saved.version())) {
                for (FileEntry file : saved.files()) {
                    byte[] bytes = Files.readAllBytes(snapshot.file(file.name()));
                    if (ModelSnapshot.ITEM_FILES.contains(file.name())) {
                        ByteBuffer.wrap(bytes)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putFloat(bytes.length - Float.BYTES, Float.NaN);
                    }
                    files.add(file.name(), into -> Files.write(into, bytes));
                }
            }
        }
        return store.save(draft, files);
    }

    private Manifest save(ManifestDraft draft, String... items) throws IOException {
        try (RecommenderModel model = TinyModels.model(draft.step(), items);
                Learner learner = new Learner(model, TrainingConfig.defaults(1))) {
            SnapshotFiles files = new SnapshotFiles();
            LearnerSnapshot.addTo(files, learner);
            return store.save(draft, files);
        }
    }

    private void damage(Manifest manifest, String name) throws IOException {
        Path file = config.modelStorePath()
                .resolve(config.get(ModelStoreKeys.MODEL_NAME))
                .resolve(manifest.version())
                .resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private void publish(Manifest manifest) throws InterruptedException, ExecutionException {
        byte[] key = (config.get(ModelStoreKeys.MODEL_NAME) + "/" + manifest.version()).getBytes(UTF_8);
        producer.send(new ProducerRecord<>(config.get(TopicKeys.MODEL_MANIFESTS), key, ManifestCodec.toJson(manifest)))
                .get();
    }

    private long append(ModelLogRecord record) throws InterruptedException, ExecutionException {
        byte[] key = config.get(ModelStoreKeys.MODEL_NAME).getBytes(UTF_8);
        return producer.send(
                        new ProducerRecord<>(config.get(TopicKeys.MODEL_DELTAS), key, ModelLogCodec.encode(record)))
                .get()
                .offset();
    }
}
