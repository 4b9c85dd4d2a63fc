package io.freshet.offline;

import io.freshet.encoder.SasRecConfig;
import io.freshet.encoder.SequenceBatch;
import io.freshet.model.Learner;
import io.freshet.model.ModelConfig;
import io.freshet.model.RecommenderModel;
import io.freshet.model.TrainingConfig;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.SgemmRate;
import io.freshet.vocabulary.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures whole optimiser steps beside the machine's rate of matrix products, the two in turns, so that a busy or
 * throttled machine slows both.
 */
public final class TrainingBenchmark {
    private static final Duration TRAINING = Duration.ofMillis(500);
    private static final Duration PRODUCTS = Duration.ofMillis(150);
    private static final long SEED = 1;
    private static final float ITEM_DEVIATION = 0.0125f;

    private final SequenceDataset data;
    private final Vocabulary items;
    private final SasRecConfig encoder;
    private final int batchUsers;
    private final List<TrainingSpeed.Round> rounds = new ArrayList<>();
    private int nextUser;

    /**
     * A benchmark on all of the users' sequences.
     *
     * @param items every item of the data, by row
     */
    public TrainingBenchmark(SequenceDataset data, Vocabulary items, SasRecConfig encoder, int batchUsers) {
        this.data = data;
        this.items = items;
        this.encoder = encoder;
        this.batchUsers = batchUsers;
    }

    /**
     * Trains a fresh model for as long as is said.
     *
     * @param candidates what the configured loss holds each target against
     * @param warmUp rounds that end before count nothing but the way to full speed
     * @param measured how long after that
     */
    public TrainingSpeed measure(TrainingConfig training, long candidates, Duration warmUp, Duration measured) {
        rounds.clear();
        nextUser = 0;
        try (SgemmRate sgemm = new SgemmRate()) {
            long before = FloatBlock.openBytes();
            try (RecommenderModel model = RecommenderModel.initial(new ModelConfig(encoder, ITEM_DEVIATION, SEED));
                    Learner learner = new Learner(model, training)) {
                items.items().forEach(learner::addIfAbsent);
                int warmRounds = train(learner, sgemm, candidates, warmUp, measured);
                long scratch = FloatBlock.openBytes() - before - stateBytes(model);
                return TrainingSpeed.of(candidates, rounds, warmRounds, scratch);
            }
        }
    }

    /** The rounds that count. */
    private int train(Learner learner, SgemmRate sgemm, long candidates, Duration warmUp, Duration measured) {
        long start = System.nanoTime();
        int warmRounds = 0;
        double seconds = 0;
        while (warmRounds == 0 || seconds < (warmUp.toMillis() + measured.toMillis()) / 1e3) {
            round(learner, sgemm, candidates, start);
            seconds = rounds.getLast().endSeconds();
            warmRounds += seconds > warmUp.toMillis() / 1e3 ? 1 : 0;
        }
        return warmRounds;
    }

    /** The weights and the optimiser's two moments of each. */
    private static long stateBytes(RecommenderModel model) {
        long weights = (long) model.vocabulary().size() * model.dim() + model.denseSize();
        return 3 * weights * Float.BYTES;
    }

    private void round(Learner learner, SgemmRate sgemm, long candidates, long start) {
        SequenceBatch batch = new SequenceBatch(encoder.maxLength());
        long roundStart = System.nanoTime();
        long nanos = 0;
        long targets = 0;
        double flops = 0;
        while (nanos < TRAINING.toNanos()) {
            fill(batch);
            learner.learn(batch);
            targets += batch.targetCount();
            flops += StepFlops.of(batch, encoder, candidates);
            nanos = System.nanoTime() - roundStart;
        }
        double rate = sgemm.measure(learner.config().workers(), PRODUCTS);
        double end = (System.nanoTime() - start) / 1e9;
        rounds.add(new TrainingSpeed.Round(end, targets * 1e9 / nanos, flops * 1e9 / nanos, rate));
    }

    /** The next users' sequences; after the last the first again. */
    private void fill(SequenceBatch batch) {
        batch.clear();
        for (int i = 0; i < batchUsers; i++) {
            int[] sequence = data.sequence(nextUser);
            batch.addExample(sequence, 0, HeldOut.learnedLength(sequence));
            nextUser = nextUser + 1 == data.users() ? 0 : nextUser + 1;
        }
    }
}
