package io.freshet.training.step;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.store.modellog.RankShare;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig.Sampling;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Determines which share of a step's clicks is ranked, so that ranking costs at most 1 / {@value #PART} of what learning
 * the step costs, and half of that in a catch-up step, because clicks wait. Up to {@value #FEW_ITEMS} items, every click is ranked.
 *
 * <p>Costs come from a table, never from a clock: the unit is a floating-point operation of learning's matrix products.
 * Learning a sequence costs three forward passes (one forward, two backward) of the encoder and of the scores of the
 * candidates. Ranking reads the item table once for all clicks of a step, and scores each item for each click:
 *
 * <pre>
 * items · (dim · READ + clicks · (dim · SCORE_DIM + SCORE))
 * </pre>
 *
 * <p>The table was measured with 50,000 to 1,000,000 items of 64 numbers. The share is a function of the configuration,
 * the number of rows and of replayed users before the step, and the step's updates. Reused from step to step; not
 * thread-safe.
 */
final class RankBudget {
    /** Number of items up to which every click is ranked. */
    static final int FEW_ITEMS = 10_000;

    /** Learning costs this many times as much as ranking, except in catch-up steps. */
    static final int PART = 16;

    private static final double LEAST = 1e-6;
    private static final double READ = 40;
    private static final double SCORE_DIM = 1;
    private static final double SCORE = 44;
    private static final double PASSES = 3;

    private final EncoderShape encoder;
    private final TrainingConfig training;
    private final LearningConfig learning;
    private final SequenceBatch probe;
    private final Map<Integer, Work> workOf = new HashMap<>(); // by length of the sequence
    private final Map<String, Integer> lengthOf = new HashMap<>(); // user → length of the newest sequence
    private final Set<Long> runs = new HashSet<>();

    /**
     * What it takes to learn a sequence once.
     *
     * @param flops floating-point operations of the encoder's forward pass
     */
    private record Work(double flops, int targets) {}

    RankBudget(EncoderShape encoder, TrainingConfig training, LearningConfig learning) {
        this.encoder = encoder;
        this.training = training;
        this.learning = learning;
        this.probe = new SequenceBatch(encoder, training.sequenceTargets(), 0);
    }

    /**
     * Returns the share of a step's clicks to rank.
     *
     * @param items number of rows of the item table
     * @param replayUsers number of users in the reservoir
     */
    RankShare share(List<UserUpdate> updates, int items, int replayUsers) {
        if (items <= FEW_ITEMS || updates.isEmpty()) {
            return RankShare.ALL;
        }
        lengthOf.clear();
        runs.clear();
        int clicks = 0;
        for (UserUpdate update : updates) {
            lengthOf.put(update.user(), update.update().sequence().size());
            runs.add(RankShare.runOf(update.update().cause()));
            clicks += update.update().newPositions().size();
        }
        int part = learning.isCatchUp(updates.size()) ? 2 * PART : PART;
        double perItem = learningCost(updates.size(), items, replayUsers) / part / items;
        return clicks == 0 ? RankShare.ALL : RankShare.of(Math.clamp(share(perItem, clicks), LEAST, 1));
    }

    /** @param budget cost that ranking may have, for each item */
    private double share(double budget, int clicks) {
        double read = encoder.dim() * READ;
        double scores = clicks * (encoder.dim() * SCORE_DIM + SCORE);
        // A step reads the table if any of its runs is picked: at most with probability runs * share.
        double seldom = budget / (runs.size() * read + scores);
        return runs.size() * seldom <= 1 ? seldom : (budget - read) / scores;
    }

    private double learningCost(int records, int items, int replayUsers) {
        int candidates = training.loss().sampling() == Sampling.ALL
                ? items
                : Math.min(items, training.loss().negatives());
        double updated = 0;
        double replayed = 0;
        for (int length : lengthOf.values()) {
            updated += cost(Math.min(length, learning.newLength(records)), candidates);
            replayed += cost(Math.min(length, learning.replay().length()), candidates);
        }
        // A replayed sequence is taken to be as long as those of this step, as far as it is learned.
        double replays = Math.min(learning.replay().sequences(), replayUsers);
        return learning.optimizerSteps(records) * (updated + replays * replayed / lengthOf.size());
    }

    private double cost(int length, int candidates) {
        Work work = workOf.computeIfAbsent(length, this::work);
        return PASSES * (work.flops() + 2.0 * encoder.dim() * work.targets() * candidates);
    }

    private Work work(int length) {
        if (length < 2) {
            return new Work(0, 0);
        }
        probe.clear();
        probe.addExample(new int[length], 0, length);
        return new Work(encoder.flops(probe), probe.targetCount());
    }
}
