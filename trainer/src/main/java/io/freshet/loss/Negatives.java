package io.freshet.loss;

import io.freshet.encoder.SequenceBatch;
import io.freshet.loss.LossConfig.Sampling;
import io.freshet.sampling.CounterRandom;
import io.freshet.sampling.CounterRandom.Purpose;
import io.freshet.sampling.NegativeSampler;
import io.freshet.sampling.Popularity;
import io.freshet.tensor.RowTable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The negatives of one step after another. Each draw has a number, which is its place in {@link #draws}: in one set for
 * the batch, number {@code i}; in a set for each chunk, {@code chunk · K + i}; for each position, {@code state · K + i}.
 *
 * <p>{@link #prepare} and {@link #observe} are for one thread; in between, many may draw, each for its own chunks.
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
    private boolean listsAll; // all items are the batch's draws, as some rows have none
    private int rows;
    private BitSet gaps = new BitSet();
    private long step;

    Negatives(LossConfig config, long seed) {
        this.config = config;
        this.seed = seed;
        this.popularity = config.popularityPower() > 0 ? new Popularity(config.popularityPower()) : null;
    }

    /** The most candidates that targets can share, of {@code items} that there are. */
    int mostShared(int items) {
        return config.sampling() == Sampling.ALL ? items : Math.min(items, config.negatives());
    }

    /**
     * Makes room for a step's draws.
     *
     * @param chunks chunks that the batch is cut into
     * @param table the items there are
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

    /** Draws the negatives that a group of targets shares: the batch's as group 0, or a chunk's. */
    void drawShared(NegativeSampler sampler, int group) {
        int count = config.negatives();
        long firstIndex = (long) group << GROUP_SHIFT;
        if (listsAll) {
            listAll();
        } else if (popularity != null) {
            NegativeSampler.drawSorted(count, popularity, seed, step, firstIndex, draws, group * count);
        } else {
            sampler.drawDistinct(count, rows, gaps, seed, step, firstIndex, draws, group * count);
        }
    }

    private void listAll() {
        int row = -1;
        for (int draw = 0; draw < drawCount; draw++) {
            row = gaps.nextClearBit(row + 1);
            draws[draw] = row;
        }
    }

    /** Draws the negatives of each target of some sequences. */
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

    /** How negatives are drawn at this step: {@link Sampling#ALL} if there are no more items than negatives. */
    Sampling sampling() {
        return sampling;
    }

    /** The rows that were drawn, by the draws' numbers; -1 for a draw that found none. Valid until the next step. */
    int[] draws() {
        return draws;
    }

    /** How many of them there are. */
    int drawCount() {
        return drawCount;
    }

    /** How many negatives a target has where draws are made: K. */
    int perSet() {
        return config.negatives();
    }

    ScoreCorrection correction() {
        return correction;
    }

    /** Lets an item be drawn. */
    void addItem(int row) {
        if (popularity != null) {
            popularity.add(row);
        }
    }

    /** Lets it be drawn no more. */
    void evict(int row) {
        if (popularity != null) {
            popularity.remove(row);
        }
    }

    /** How often each item was a target, as far as that decides draws (vocabulary, or empty). */
    long[] counts() {
        return popularity == null ? new long[0] : popularity.counts();
    }

    /** Takes on counts of earlier, if they decide draws. */
    void restoreCounts(long[] counts) {
        if (popularity != null) {
            popularity.restore(counts);
        }
    }
}
