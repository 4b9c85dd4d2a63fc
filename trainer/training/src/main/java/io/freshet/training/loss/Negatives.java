package io.freshet.training.loss;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.RowTable;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.sampling.NegativeSampler;
import io.freshet.training.sampling.Popularity;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Draws the negatives of each step. The number of a draw is its index in {@link #draws}: {@code i} in a set for the
 * batch, {@code chunk · K + i} in a set for each chunk, {@code state · K + i} in a set for each position.
 *
 * <p>Only one thread may call {@link #prepare} and {@link #observe}. Between them, several threads may draw, each for
 * its own chunks.
 */
final class Negatives {
    private static final int GROUP_SHIFT = 32;

    private final LossConfig config;
    private final long seed;
    private final @Nullable Popularity popularity;
    private Sampling sampling = Sampling.ALL;
    private ScoreCorrection correction = ScoreCorrection.NONE;
    private int[] draws = {};
    private int drawCount;
    private boolean listsAll; // all items are the batch's draws, because some rows have no item
    private int rows;
    private BitSet gaps = new BitSet();
    private long step;

    Negatives(LossConfig config, long seed) {
        this.config = config;
        this.seed = seed;
        this.popularity = config.popularityPower() > 0 ? new Popularity(config.popularityPower()) : null;
    }

    /** Returns the largest number of candidates that targets can share if there are {@code items} items. */
    int mostShared(int items) {
        return config.sampling() == Sampling.ALL ? items : Math.min(items, config.negatives());
    }

    /**
     * Makes room for a step's draws.
     *
     * @param chunks number of chunks that the batch is cut into
     * @param table the item table
     */
    void prepare(SequenceBatch batch, int chunks, RowTable table, long stepNumber) {
        rows = table.rows();
        gaps = table.gaps();
        step = stepNumber;
        int items = rows - table.gapCount();
        boolean all = items <= config.negatives() && !config.kind().againstOneUnseen();
        listsAll = all && items < rows;
        sampling = listsAll ? Sampling.BATCH : all ? Sampling.ALL : config.sampling();
        drawCount = switch (sampling) {
            case ALL -> 0;
            case BATCH -> listsAll ? items : config.negatives();
            case GROUP -> Math.multiplyExact(chunks, config.negatives());
            case POSITION -> Math.multiplyExact(batch.states(), config.negatives());
        };
        if (draws.length < drawCount) {
            draws = new int[drawCount + drawCount / 4];
        }
        if (popularity != null) {
            popularity.growTo(rows);
        }
        correction = ScoreCorrection.of(config, all ? Sampling.ALL : sampling, items, popularity);
    }

    /** Draws the negatives that a group of targets shares. The group is 0 for the batch, or the number of a chunk. */
    void drawShared(NegativeSampler sampler, int group) {
        int count = config.negatives();
        var at = new NegativeSampler.Coordinates(seed, step, (long) group << GROUP_SHIFT);
        if (listsAll) {
            listAll();
        } else if (popularity != null) {
            NegativeSampler.drawSorted(count, popularity, at, draws, group * count);
        } else {
            sampler.drawDistinct(count, rows, gaps, at, draws, group * count);
        }
    }

    private void listAll() {
        int row = -1;
        for (int draw = 0; draw < drawCount; draw++) {
            row = gaps.nextClearBit(row + 1);
            draws[draw] = row;
        }
    }

    /** Draws the negatives of each target in some sequences. */
    void drawOwn(SequenceBatch batch, int firstSequence, int endSequence) {
        int count = config.negatives();
        for (int sequence = firstSequence; sequence < endSequence; sequence++) {
            int ofSequence = sequence;
            IntPredicate seen = row -> gaps.get(row) || batch.hasSeen(ofSequence, row);
            for (int state = batch.firstState(sequence); state < batch.firstState(sequence + 1); state++) {
                if (batch.target(state) < 0) {
                    Arrays.fill(draws, state * count, (state + 1) * count, SequenceBatch.NO_TARGET);
                } else {
                    drawFor(seen, state * count, (state + 1) * count);
                }
            }
        }
    }

    private void drawFor(IntPredicate seen, int from, int to) {
        if (config.kind().againstOneUnseen()) {
            draws[from] = NegativeSampler.drawUnseen(seen, rows, seed, step, from);
            return;
        }
        for (int draw = from; draw < to; draw++) {
            draws[draw] = popularity != null
                    ? popularity.draw(CounterRandom.bits(seed, step, Purpose.NEGATIVES, draw))
                    : NegativeSampler.drawAny(rows, gaps, seed, step, draw);
        }
    }

    /** Counts the batch's targets, if negatives are drawn by popularity. */
    void observe(SequenceBatch batch) {
        if (popularity == null) {
            return;
        }
        for (int state = 0; state < batch.states(); state++) {
            if (batch.target(state) >= 0) {
                popularity.observe(batch.target(state));
            }
        }
    }

    /**
     * Returns how negatives are drawn at this step. If there are no more items than negatives, all items are
     * candidates, except for BCE and BPR: the result is {@link Sampling#ALL}, or {@link Sampling#BATCH} if some rows
     * have no item.
     */
    Sampling sampling() {
        return sampling;
    }

    /** Returns the drawn row of each draw, or -1 if a draw found none. Valid until the next step. */
    int[] draws() {
        return draws;
    }

    /** Returns the number of draws. */
    int drawCount() {
        return drawCount;
    }

    /** Returns K, the number of negatives of a target if negatives are drawn. */
    int perSet() {
        return config.negatives();
    }

    ScoreCorrection correction() {
        return correction;
    }

    /** Adds an item to those that can be drawn. */
    void addItem(int row) {
        if (popularity != null) {
            popularity.add(row);
        }
    }

    /** Removes an item from those that can be drawn. */
    void evict(int row) {
        if (popularity != null) {
            popularity.remove(row);
        }
    }

    /** Returns how often each item was a target (vocabulary); empty if draws do not depend on it. */
    long[] counts() {
        return popularity == null ? new long[0] : popularity.counts();
    }

    /** Restores counts of an earlier {@link #counts}, if draws depend on them. */
    void restoreCounts(long[] counts) {
        if (popularity != null) {
            popularity.restore(counts);
        }
    }
}
