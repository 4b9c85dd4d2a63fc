package io.freshet.lab.benchmark;

import io.freshet.lab.yardstick.Yardstick;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.HeldOut;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.TrainingConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures whole optimiser steps and, in alternation, the machine's matrix products and fused multiply-adds, so that
 * a busy or throttled machine slows all three in the same way. Each stretch of training lies between two measurements
 * of the machine.
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

    /** Speed of the machine at one moment, in floating-point operations per second. */
    private record Machine(double sgemm, double fma) {
        Machine mean(Machine other) {
            return new Machine((sgemm + other.sgemm) / 2, (fma + other.fma) / 2);
        }
    }

    /** Speed of a stretch of training. */
    private record Steps(double targetsPerSecond, double flopsPerSecond) {}

    /**
     * Creates a benchmark on the sequences of all users.
     *
     * @param items every item of the data, by row
     * @param yardstick opened for the number of training threads, and closed by the caller
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
     * Trains a new model and measures its training.
     *
     * @param candidates number of candidates that the configured loss ranks for each target
     * @param warmUp duration of the warm-up; rounds that end before it has passed count only for the time to full
     *     speed
     * @param measured how long to measure after the warm-up; at least three rounds are measured
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

    /** Trains and returns how many of the last rounds count. */
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

    /** Returns the bytes of the weights and of the optimiser's two moments of each weight. */
    private static long stateBytes(RecommenderModel model) {
        long weights = (long) model.vocabulary().size() * model.dim() + model.denseSize();
        return 3 * weights * Float.BYTES;
    }

    /** Learns batch after batch, at least one. */
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
     * Returns the floating-point operations that the matrix products of a training step need: forward, those of the
     * encoder and 2 d K for each target that is ranked among K candidates; backward, twice as many. There is no
     * padding to count, and recomputation is not counted.
     */
    static double flops(SequenceBatch batch, EncoderShape encoder, long candidates) {
        return 3 * (encoder.flops(batch) + 2.0 * encoder.dim() * candidates * batch.targetCount());
    }

    /** Fills the batch with the next users' sequences. The first user follows the last one. */
    private void fill(SequenceBatch batch) {
        batch.clear();
        for (int i = 0; i < batchUsers; i++) {
            int[] sequence = data.sequence(nextUser);
            batch.addExample(sequence, 0, HeldOut.learnedLength(sequence));
            nextUser = nextUser + 1 == data.users() ? 0 : nextUser + 1;
        }
    }
}
