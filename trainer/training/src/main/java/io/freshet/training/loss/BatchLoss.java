package io.freshet.training.loss;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.sampling.NegativeSampler;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes the configured loss of each batch, with its gradients. Losses differ in their {@link LossFunction}. Ways
 * of sampling differ in whether targets share candidates, so that matrix products do the work, or each position has
 * its own candidates.
 *
 * <p>The caller calls, for each batch, {@link #begin}, {@link #backward} for every chunk, where shards may run
 * concurrently, {@link #addCandidateGradient} for the rows that were touched, and {@link #end}. Owns its scratch,
 * which has (candidates × {@value ScoreTile#TOKENS}) floats for each shard.
 */
public final class BatchLoss implements AutoCloseable {
    /** Bound on the scratch of all shards together. Eight shards reach it with 21,800 candidates of 64 floats. */
    private static final long SCRATCH_BYTES = 128L << 20;

    private final int d;
    private final Negatives negatives;
    private final CandidateGradients gradients;
    private final NegativeSampler sampler = new NegativeSampler();
    private final Candidates.Sample sample; // the candidates that the batch shares
    private final List<Shard> shards = new ArrayList<>();

    /**
     * @param seed seed of the model, which determines the negatives
     */
    public BatchLoss(int d, Products products, LossConfig config, long seed, int shards) {
        this.d = d;
        this.negatives = new Negatives(config, seed);
        this.gradients = new CandidateGradients(d, config);
        this.sample = new Candidates.Sample(d);
        for (int i = 0; i < shards; i++) {
            this.shards.add(new Shard(products, config));
        }
    }

    /** The scratch of one shard. */
    private final class Shard {
        final ScoreTile tile = new ScoreTile();
        final NegativeSampler chunkSampler = new NegativeSampler();
        final Candidates.Sample chunkSample = new Candidates.Sample(d);
        final SharedCandidateLoss shared;
        final PositionCandidateLoss own;

        Shard(Products products, LossConfig config) {
            LossFunction function = LossFunction.of(config);
            shared = new SharedCandidateLoss(d, products, function, tile);
            own = new PositionCandidateLoss(d, config.negatives(), function, tile);
        }

        void close() {
            tile.close();
            chunkSample.close();
            shared.close();
        }
    }

    /**
     * Prepares for a batch and draws the negatives that all its targets share.
     *
     * @param chunks number of chunks that the batch is cut into
     * @param shardCount number of shards, the first ones, among which the batch is split
     * @param step the step's number, which determines the draws
     */
    public void begin(SequenceBatch batch, int chunks, int shardCount, RowTable items, long step) {
        negatives.prepare(batch, chunks, items, step);
        gradients.prepare(batch, negatives, items.rows(), Math.min(chunks, shardCount));
        if (negatives.sampling() == Sampling.BATCH) {
            negatives.drawShared(sampler, 0);
            sample.gather(items, negatives.draws(), 0, negatives.drawCount(), negatives.correction());
        }
    }

    /**
     * Returns among how many of the shards a batch may be split: as many as have at most {@value #SCRATCH_BYTES}
     * bytes of scratch together, but at least two, or one if there is only one shard. The number depends only on the
     * number of candidates, never on the machine.
     *
     * @param rows number of items in the table
     */
    public int shardsFor(int rows) {
        long scratch = (long) negatives.mostShared(rows) * (d + ScoreTile.TOKENS) * Float.BYTES;
        int least = Math.min(2, shards.size());
        return Math.clamp(SCRATCH_BYTES / Math.max(1, scratch), least, shards.size());
    }

    /**
     * Computes the loss of a chunk and its gradients.
     *
     * @param shard the shard whose scratch and sums are used, by one thread at a time
     * @param first whether this is the shard's first chunk of the batch
     * @return the sum of the states' losses, each multiplied by its own weight but not by the chunk's
     */
    public double backward(int shard, LossChunk chunk, boolean first) {
        Shard scratch = shards.get(shard);
        ScoreCorrection correction = negatives.correction();
        return switch (negatives.sampling()) {
            case ALL -> {
                var all = new Candidates.All(chunk.items(), correction.candidate());
                yield scratch.shared.backward(chunk, all, correction, gradients.ofShard(shard), first);
            }
            case BATCH -> scratch.shared.backward(chunk, sample, correction, gradients.ofShard(shard), first);
            case GROUP -> {
                Candidates drawn = drawForChunk(scratch, chunk, correction);
                yield scratch.shared.backward(
                        chunk, drawn, correction, gradients.ofChunk(chunk.part().number()), true);
            }
            case POSITION -> {
                negatives.drawOwn(
                        chunk.batch(),
                        chunk.part().firstSequence(),
                        chunk.part().endSequence());
                yield scratch.own.backward(chunk, negatives.draws(), correction, gradients.coefficients());
            }
        };
    }

    private Candidates drawForChunk(Shard scratch, LossChunk chunk, ScoreCorrection correction) {
        negatives.drawShared(scratch.chunkSampler, chunk.part().number());
        int count = negatives.perSet();
        scratch.chunkSample.gather(
                chunk.items(), negatives.draws(), chunk.part().number() * count, count, correction);
        return scratch.chunkSample;
    }

    /** Returns whether every item is a candidate, so that nothing is drawn. */
    public boolean isOverAllItems() {
        return negatives.sampling() == Sampling.ALL;
    }

    /** Returns the row of each draw ({@link #drawCount}), or -1 if a draw found none. Valid until the next batch. */
    public int[] draws() {
        return negatives.draws();
    }

    /** Returns the number of draws for the batch. */
    public int drawCount() {
        return negatives.drawCount();
    }

    /**
     * Adds a candidate's gradient to a sum (d).
     *
     * @param candidate the candidate's row if all items are candidates, otherwise its draw
     * @param hidden H of the batch (states, d)
     */
    public void addCandidateGradient(MemorySegment sum, int candidate, Matrix hidden) {
        gradients.addTo(sum, candidate, hidden);
    }

    /** Counts the batch's targets, if later draws depend on them. */
    public void end(SequenceBatch batch) {
        negatives.observe(batch);
    }

    /** Adds the row of a new item to those that can be drawn. */
    public void addItem(int row) {
        negatives.addItem(row);
    }

    /** Removes a row that has no item any more from those that can be drawn. */
    public void evict(int row) {
        negatives.evict(row);
    }

    /**
     * Returns how often each item was a target (vocabulary), with -1 for a row without an item. Empty if draws do not
     * depend on it.
     */
    public long[] targetCounts() {
        return negatives.counts();
    }

    /** Restores counts of an earlier {@link #targetCounts}. */
    public void restoreTargetCounts(long[] counts) {
        negatives.restoreCounts(counts);
    }

    @Override
    public void close() {
        shards.forEach(Shard::close);
        gradients.close();
        sample.close();
    }
}
