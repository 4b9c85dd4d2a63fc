package io.freshet.training.learner;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * The end of a step of 512 users against 500 negatives on one thread: each touched row gathers its gradients from its
 * tokens and draws, and is updated by Adam.
 */
public class LearnerBenchmark extends KernelBenchmark {
    private static final int USERS = 512;
    private static final int LENGTH = 7;
    private static final int NEGATIVES = 500;
    private static final Adam.Settings SETTINGS = new Adam.Settings(1e-3f, 0.9f, 0.999f, 1e-8f, 0f);

    private final RecommenderModel model =
            data.own(RecommenderModel.initial(new ModelConfig(new SasRecConfig(D, MAX_LENGTH, 2, 1), 0.1f, 1)));
    private final Learner learner = data.own(
            new Learner(model, new TrainingConfig(SETTINGS, 0.5f, LossConfig.scaledCrossEntropy(NEGATIVES), 1, 2)));
    private final Adam adam = new Adam(SETTINGS, 1_000);
    private final SequenceBatch batch = batch(USERS, LENGTH);
    private long touched; // rows

    @Setup
    public void setUp() {
        for (int item = 0; item < ITEMS; item++) {
            learner.addIfAbsent("item-" + item);
        }
        learner.learn(batch);
        touched = Stream.of(
                        IntStream.range(0, batch.tokens()).map(batch::input),
                        IntStream.range(0, batch.tokens()).map(batch::target),
                        Arrays.stream(learner.loss().draws(), 0, NEGATIVES))
                .flatMapToInt(rows -> rows)
                .distinct()
                .count();
    }

    /** Reads a row for each use of an item. Reads and writes the weights and both moments of each touched item. */
    @Benchmark
    public void updateRows(CopyLimit limit) {
        long uses = 2L * batch.tokens() + NEGATIVES;
        limit.perCall((uses + 6 * touched) * ROW_BYTES, (uses + 3 * ITEMS) * ROW_BYTES);
        learner.updateRows(adam, 1f);
    }
}
