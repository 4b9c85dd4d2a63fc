package io.freshet.offline;

import io.freshet.encoder.EncoderShape;
import io.freshet.encoder.SequenceBatch;
import io.freshet.model.Learner;
import io.freshet.model.ModelConfig;
import io.freshet.model.RecommenderModel;
import io.freshet.model.TrainingConfig;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Yardstick;
import io.freshet.vocabulary.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures whole optimiser steps and, in turns with them, the machine's matrix products and fused multiply-adds, so that a
 * busy or throttled machine slows all three. Each stretch of training lies between two measurements of the machine.
 */
public final class TrainingBenchmark {
    private static final Duration TRAINING = Duration.ofMillis(500);
    private static final Duration PRODUCTS = Duration.ofMillis(150);
    private static final Duration MULTIPLY_ADDS = Duration.ofMillis(30);
    private static final int LEAST_ROUNDS = 3;
    private static final long SEED = 1;
    private static final float ITEM_DEVIATION = 0.0125f;

    private final SequenceDataset data;
    private final Vocabulary items;
    private final EncoderShape encoder;
    private final int batchUsers;
    private final Yardstick yardstick;
    private final List<TrainingSpeed.Round> rounds = new ArrayList<>();
    private int nextUser;

    /** The machine at one moment, in floating-point operations a second. */
    private record Machine(double sgemm, double fma) {
        Machine mean(Machine other) {
            return new Machine((sgemm + other.sgemm) / 2, (fma + other.fma) / 2);
        }
    }

    /** How fast a stretch of training was. */
    private record Steps(double targetsPerSecond, double flopsPerSecond) {}

    /**
     * A benchmark on all of the users' sequences.
     *
     * @param items every item of the data, by row
     * @param yardstick opened for as many threads as train; the caller closes it
     */
    public TrainingBenchmark(
            SequenceDataset data, Vocabulary items, EncoderShape encoder, int batchUsers, Yardstick yardstick) {
        this.data = data;
        this.items = items;
        this.encoder = encoder;
        this.batchUsers = batchUsers;
        this.yardstick = yardstick;
    }

    /**
     * Trains a fresh model.
     *
     * @param candidates how many candidates the configured loss ranks for each target
     * @param warmUp rounds that end before this has passed only count for the time to full speed
     * @param measured how long to measure after that; at least three rounds are measured
     */
    public TrainingSpeed measure(TrainingConfig training, long candidates, Duration warmUp, Duration measured) {
        rounds.clear();
        nextUser = 0;
        long before = FloatBlock.openBytes();
        try (RecommenderModel model = RecommenderModel.initial(new ModelConfig(encoder, ITEM_DEVIATION, SEED));
                Learner learner = new Learner(model, training)) {
            items.items().forEach(learner::addIfAbsent);
            int warmRounds = train(learner, candidates, warmUp, measured);
            long scratch = FloatBlock.openBytes() - before - stateBytes(model);
            return TrainingSpeed.of(candidates, rounds, warmRounds, scratch);
        }
    }

    /** Returns how many rounds count. */
    private int train(Learner learner, long candidates, Duration warmUp, Duration measured) {
        Duration longest = shorter(TRAINING, measured.dividedBy(LEAST_ROUNDS));
        Duration products = shorter(PRODUCTS, measured.dividedBy(LEAST_ROUNDS));
        int threads = learner.config().workers();
        long start = System.nanoTime();
        int warmRounds = 0;
        double seconds = 0;
        Machine machine = machine(threads, products);
        while (warmRounds < LEAST_ROUNDS || seconds < (warmUp.toMillis() + measured.toMillis()) / 1e3) {
            Machine before = machine;
            Steps steps = steps(learner, candidates, longest);
            machine = machine(threads, products);
            seconds = (System.nanoTime() - start) / 1e9;
            Machine meanwhile = before.mean(machine);
            rounds.add(new TrainingSpeed.Round(
                    seconds, steps.targetsPerSecond(), steps.flopsPerSecond(), meanwhile.sgemm(), meanwhile.fma()));
            warmRounds += seconds > warmUp.toMillis() / 1e3 ? 1 : 0;
        }
        return warmRounds;
    }

    private Machine machine(int threads, Duration products) {
        return new Machine(
                yardstick.sgemm(threads, products), yardstick.fma(threads, shorter(MULTIPLY_ADDS, products)));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The weights and the optimiser's two moments of each. */
    private static long stateBytes(RecommenderModel model) {
        long weights = (long) model.vocabulary().size() * model.dim() + model.denseSize();
        return 3 * weights * Float.BYTES;
    }

    /** Learns one batch after the other, at least one. */
    private Steps steps(Learner learner, long candidates, Duration longest) {
        SequenceBatch batch = new SequenceBatch(encoder);
        long start = System.nanoTime();
        long nanos = 0;
        long targets = 0;
        double flops = 0;
        while (targets == 0 || nanos < longest.toNanos()) {
            fill(batch);
            learner.learn(batch);
            targets += batch.targetCount();
            flops += flops(batch, encoder, candidates);
            nanos = System.nanoTime() - start;
        }
        return new Steps(targets * 1e9 / nanos, flops * 1e9 / nanos);
    }

    /**
     * The floating-point operations that a training step cannot do without, those of its products: of the encoder, and 2 d K for
     * each target that is ranked among K candidates; and twice as many backward. Padding is not counted, since there is none, nor
     * is what is computed again.
     */
    static double flops(SequenceBatch batch, EncoderShape encoder, long candidates) {
        return 3 * (encoder.flops(batch) + 2.0 * encoder.dim() * candidates * batch.targetCount());
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
