package io.freshet.training.step;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.Bert4RecConfig;
import io.freshet.model.encoder.network.BsaRecConfig;
import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.encoder.network.Gru4RecConfig;
import io.freshet.model.encoder.network.LruRecConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.ivf.IvfIndexBuild;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.TopKResults;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.SafetensorsFile;
import io.freshet.store.snapshot.SafetensorsWriter;
import io.freshet.store.snapshot.Tensor;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.LearnerSnapshot;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One SHA-256 per encoder over everything whose bits must not depend on the CPU, the JVM's compiler or the number of
 * threads. After a short fixed training it covers the weights, the optimiser's moments, the co-occurrence memory, ranks,
 * the index of clusters, and a hundred answers by each search method. The training uses every loss, every kind of
 * sampling, widths with and without tails, and several heads. Also a program, which begins in a JVM that has compiled
 * nothing.
 */
final class ModelDigest {
    private static final int ITEMS = 90;
    private static final int STEPS = 3;
    private static final int K = 5;

    /** WIDE has two blocks of the default width. ODD has three heads and a width that no tile divides. */
    private static final SasRecConfig WIDE = new SasRecConfig(64, 12, 2, 1);

    private static final SasRecConfig ODD = new SasRecConfig(48, 20, 1, 3);

    private static final Gru4RecConfig RECURRENT = new Gru4RecConfig(48, 12);

    private static final LruRecConfig LINEAR = new LruRecConfig(48, 12, 1);

    private static final FmlpRecConfig FILTER = new FmlpRecConfig(48, 12, 2);

    private static final BsaRecConfig FILTER_AND_ATTENTION = new BsaRecConfig(32, 12, 2, 2);

    private static final Bert4RecConfig BIDIRECTIONAL = new Bert4RecConfig(32, 12, 2, 2);

    private final MessageDigest digest;
    private final Path folder;
    private final int workers;

    private ModelDigest(Path folder, int workers) {
        this.folder = folder;
        this.workers = workers;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code ModelDigest FOLDER WORKERS RESULT}: writes the number of vector lanes and the digests to the file RESULT. */
    public static void main(String[] arguments) throws IOException {
        List<String> lines = new ArrayList<>(List.of(Integer.toString(Lanes.COUNT)));
        lines.addAll(of(Path.of(arguments[0]), Integer.parseInt(arguments[1])));
        Files.write(Path.of(arguments[2]), lines);
    }

    /**
     * Returns the digests of SASRec, GRU4Rec, LRURec, FMLP-Rec, BSARec and BERT4Rec in hexadecimal. Writes snapshots to
     * the folder.
     */
    static List<String> of(Path folder, int workers) throws IOException {
        ModelDigest attention = new ModelDigest(folder, workers);
        attention.losses();
        attention.online(WIDE);
        ModelDigest recurrent = new ModelDigest(folder, workers);
        recurrent.learn("recurrent", new ModelConfig(RECURRENT, .1f, 9), LossConfig.scaledCrossEntropy(40));
        recurrent.online(RECURRENT);
        ModelDigest linear = new ModelDigest(folder, workers);
        linear.learn("linear", new ModelConfig(LINEAR, .1f, 9), LossConfig.scaledCrossEntropy(40));
        linear.online(LINEAR);
        ModelDigest filter = new ModelDigest(folder, workers);
        filter.learn("filter", new ModelConfig(FILTER, .1f, 9), LossConfig.scaledCrossEntropy(40));
        ModelDigest both = new ModelDigest(folder, workers);
        both.learn("both", new ModelConfig(FILTER_AND_ATTENTION, .1f, 9), LossConfig.scaledCrossEntropy(40));
        ModelDigest bidirectional = new ModelDigest(folder, workers);
        bidirectional.learn("bidirectional", new ModelConfig(BIDIRECTIONAL, .1f, 9), LossConfig.scaledCrossEntropy(40));
        return List.of(attention.hex(), recurrent.hex(), linear.hex(), filter.hex(), both.hex(), bidirectional.hex());
    }

    private String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void losses() throws IOException {
        List<LossConfig> losses = List.of(
                LossConfig.scaledCrossEntropy(40),
                LossConfig.crossEntropy(),
                LossConfig.tightCrossEntropy(.7f),
                LossConfig.scaledCrossEntropy(20).with(Sampling.GROUP),
                LossConfig.scaledCrossEntropy(7).with(Sampling.POSITION),
                LossConfig.noiseContrastive(30),
                LossConfig.binaryCrossEntropy(),
                LossConfig.pairwiseRanking());
        for (int i = 0; i < losses.size(); i++) {
            learn("loss-" + i, new ModelConfig(i % 2 == 0 ? WIDE : ODD, .1f, 40 + i), losses.get(i));
        }
    }

    private void learn(String name, ModelConfig shape, LossConfig loss) throws IOException {
        try (RecommenderModel model = RecommenderModel.initial(shape);
                Learner learner = new Learner(model, training(loss))) {
            for (int item = 0; item < ITEMS; item++) {
                learner.addIfAbsent("item-" + item);
            }
            for (int step = 0; step < STEPS; step++) {
                add(learner.learn(batch(shape.encoder(), step)));
            }
            model.completeStep(STEPS);
            SnapshotFiles files = new SnapshotFiles();
            LearnerSnapshot.addTo(files, learner);
            addFiles(files, shape, name);
        }
    }

    private TrainingConfig training(LossConfig loss) {
        Adam.Settings adam = new Adam.Settings(5e-3f, .9f, .999f, 1e-8f, 1e-6f);
        return new TrainingConfig(adam, .3f, loss, workers, TrainingConfig.DEFAULT_SHARDS).withMaxGradientNorm(1f);
    }

    /**
     * Returns sequences of up to 14 items, with some 420 tokens or 80 states: more than a chunk, and with tiles that are
     * not full.
     */
    private static SequenceBatch batch(EncoderShape shape, int step) {
        SequenceBatch batch = new SequenceBatch(shape);
        int sequences = shape.predictsEveryPosition() ? 60 : 12;
        for (int s = 0; s < sequences; s++) {
            int[] rows = new int[2 + (int) CounterRandom.below(13, 1, step, Purpose.SHUFFLE, s)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = (int) CounterRandom.below(ITEMS, 2, step, Purpose.SHUFFLE, 100L * s + i);
            }
            batch.addExample(rows, 0, rows.length);
        }
        return batch;
    }

    private void online(EncoderShape encoder) throws IOException {
        ModelConfig shape = new ModelConfig(encoder, .1f, 7);
        LearningConfig learning =
                new LearningConfig(2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50));
        try (OnlineLearner learner = OnlineLearner.initial(shape, TrainingConfig.defaults(workers), learning)) {
            for (List<UserUpdate> step : ClickStream.randomSteps(12, 4)) {
                StepOutcome outcome = learner.step(step);
                add(outcome.lastBatch().loss());
                Stream.of(
                                outcome.ranks(),
                                outcome.targetRanks().network(),
                                outcome.targetRanks().memory())
                        .forEach(ranks -> {
                            for (int rank : ranks) {
                                add(rank);
                            }
                        });
            }
            SnapshotFiles files = new SnapshotFiles();
            learner.addTo(files);
            addFiles(files, shape, "online");
            answers(learner.model());
        }
    }

    private void answers(RecommenderModel model) {
        try (IvfIndexBuild build = new IvfIndexBuild(model.items(), 3)) {
            boolean left = true;
            while (left) {
                left = build.advance(model.items());
            }
            try (IvfIndex clusters = build.take()) {
                add(clusters.means(), clusters.count(), model.dim());
                add(clusters.variances(), clusters.count(), model.dim());
                for (int cluster = 0; cluster < clusters.count(); cluster++) {
                    for (int i = 0; i < clusters.size(cluster); i++) {
                        add(clusters.rowsOf(cluster)[i]);
                    }
                }
                ask(model, null, 1, 40);
                ask(model, null, 20, 40);
                ask(model, clusters, 1, 20);
            }
        }
    }

    /** Digests {@code count} answers, {@code atOnce} at a time. */
    private void ask(RecommenderModel model, @Nullable IvfIndex clusters, int atOnce, int count) {
        TopKResults answers = new TopKResults();
        try (Scorer scorer = new Scorer(model.config(), atOnce, workers)) {
            for (int first = 0; first < count; first += atOnce) {
                scorer.clear();
                for (int query = first; query < first + atOnce; query++) {
                    int[] history = new int[1 + query % 9];
                    for (int i = 0; i < history.length; i++) {
                        history[i] = (7 * query + 3 * i) % model.items().rows();
                    }
                    scorer.add(model, history, history.length, history, 1);
                }
                scorer.answer(model, clusters, K, answers);
                for (int query = 0; query < atOnce; query++) {
                    for (int place = 0; place < answers.size(query); place++) {
                        add(answers.row(query, place));
                        add(answers.probability(query, place));
                    }
                }
            }
        }
    }

    /**
     * Adds the files' digests. Rows of items count as if they were in the files of the other tensors, as they once were. Whose the
     * sessions are does not count: it changes no model before a user is erased.
     */
    private void addFiles(SnapshotFiles files, ModelConfig shape, String name) throws IOException {
        SnapshotStore store = new FileSnapshotStore(folder);
        Manifest rows = store.save(ModelSnapshot.draft(name + "-rows", shape, 1, Instant.EPOCH), files);
        SnapshotFiles joined = new SnapshotFiles();
        try (Snapshot snapshot = store.open(name + "-rows", rows.version())) {
            for (FileEntry file : rows.files()) {
                switch (file.name()) {
                    case "items-00000.safetensors", "moments-00000.safetensors", UserSessions.NAME -> {}
                    case "weights.safetensors" ->
                        joined.add(file.name(), to -> join(snapshot, file.name(), "items", to));
                    case "optimizer.safetensors" ->
                        joined.add(file.name(), to -> join(snapshot, file.name(), "moments", to));
                    default -> joined.add(file.name(), to -> Files.copy(snapshot.file(file.name()), to));
                }
            }
        }
        Manifest manifest = store.save(ModelSnapshot.draft(name, shape, 1, Instant.EPOCH), joined);
        List<String> lines = new ArrayList<>();
        manifest.files().forEach(file -> lines.add(name + " " + file.name() + " " + file.sha256()));
        lines.stream().sorted().forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
    }

    private static void join(Snapshot snapshot, String name, String rows, Path to) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile one = SafetensorsFile.open(snapshot.file(name), arena);
            SafetensorsFile other = SafetensorsFile.open(snapshot.file(rows + "-00000.safetensors"), arena);
            List<Tensor> tensors = new ArrayList<>();
            one.names().forEach(tensor -> tensors.add(one.tensor(tensor)));
            other.names().forEach(tensor -> tensors.add(other.tensor(tensor)));
            SafetensorsWriter.write(to, tensors, one.metadata());
        }
    }

    private void add(Matrix matrix, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                add(matrix.get(row, column));
            }
        }
    }

    private void add(double value) {
        digest.update(ByteBuffer.allocate(Double.BYTES).putDouble(value).array());
    }

    private void add(float value) {
        digest.update(ByteBuffer.allocate(Float.BYTES).putFloat(value).array());
    }

    private void add(int value) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }
}
