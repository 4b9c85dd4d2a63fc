package io.freshet.loss;

import io.freshet.encoder.SequenceBatch;
import io.freshet.loss.LossConfig.Sampling;
import io.freshet.sampling.NegativeSampler;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The configured loss of one batch after another, with its gradients. What differs between losses is the
 * {@link LossFunction}; what differs between ways of sampling is whether candidates are shared, so that matrix products
 * do the work, or each position's own.
 *
 * <p>For each batch: {@link #begin}, then {@link #backward} for every chunk, shards at the same time if need be, then
 * {@link #addCandidateGradient} for the rows that were touched, and {@link #end}. Owns its scratch, which for each shard
 * has (candidates × {@value ScoreTile#TOKENS}) floats.
 */
public final class BatchLoss implements AutoCloseable {
    /** Of all shards: eight shards have this for 21,800 candidates of 64 floats. */
    private static final long SCRATCH_BYTES = 128L << 20;

    private final int d;
    private final Negatives negatives;
    private final CandidateGradients gradients;
    private final NegativeSampler sampler = new NegativeSampler();
    private final Candidates.Sample sample; // what the batch shares
    private final List<Shard> shards = new ArrayList<>();

    /**
     * @param seed of the model whose negatives are drawn
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
     * Makes ready for a batch and draws what all its targets share.
     *
     * @param chunks chunks that it is cut into
     * @param shardCount shards that the batch is shared out to, the first ones
     * @param step the number that decides draws
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
     * How many of the shards a batch may be shared out to: all of them, unless their scratch for every candidate passes {@value
     * #SCRATCH_BYTES} bytes, and at least two. Depends on the number of candidates alone, never on the machine.
     *
     * @param rows items of the table
     */
    public int shardsFor(int rows) {
        long scratch = (long) negatives.mostShared(rows) * (d + ScoreTile.TOKENS) * Float.BYTES;
        int least = Math.min(2, shards.size());
        return Math.clamp(SCRATCH_BYTES / Math.max(1, scratch), least, shards.size());
    }

    /**
     * The loss of a chunk and its gradients.
     *
     * @param shard the shard whose scratch and sums it goes to; one thread at a time
     * @param first whether it is the shard's first chunk of this batch
     * @return the sum of the states' losses by their own weights, not multiplied by the chunk's
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
                yield scratch.shared.backward(chunk, drawn, correction, gradients.ofChunk(chunk.number()), true);
            }
            case POSITION -> {
                negatives.drawOwn(chunk.batch(), chunk.firstSequence(), chunk.endSequence());
                yield scratch.own.backward(chunk, negatives.draws(), correction, gradients.coefficients());
            }
        };
    }

    private Candidates drawForChunk(Shard scratch, LossChunk chunk, ScoreCorrection correction) {
        negatives.drawShared(scratch.chunkSampler, chunk.number());
        int count = negatives.perSet();
        scratch.chunkSample.gather(chunk.items(), negatives.draws(), chunk.number() * count, count, correction);
        return scratch.chunkSample;
    }

    /** Whether every item is a candidate, so that nothing is drawn. */
    public boolean isOverAllItems() {
        return negatives.sampling() == Sampling.ALL;
    }

    /** The row of each draw, or -1 for a draw that found none ({@link #drawCount}); valid until the next batch. */
    public int[] draws() {
        return negatives.draws();
    }

    /** How many draws the batch's negatives took. */
    public int drawCount() {
        return negatives.drawCount();
    }

    /**
     * Adds a candidate's gradient to a sum (d).
     *
     * @param candidate its row, where all items are candidates; else its draw
     * @param hidden H of the batch (states, d)
     */
    public void addCandidateGradient(MemorySegment sum, int candidate, Matrix hidden) {
        gradients.addTo(sum, candidate, hidden);
    }

    /** Takes note of what the batch's targets were, if that decides later draws. */
    public void end(SequenceBatch batch) {
        negatives.observe(batch);
    }

    /** Says that an item has got the row, so that it may be drawn. */
    public void addItem(int row) {
        negatives.addItem(row);
    }

    /** Says that the row has no item any more: it is not drawn. */
    public void evict(int row) {
        negatives.evict(row);
    }

    /** How often each item was a target, if that decides draws (vocabulary); -1 where there is none. Else empty. */
    public long[] targetCounts() {
        return negatives.counts();
    }

    /** Takes on the counts of earlier. */
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
