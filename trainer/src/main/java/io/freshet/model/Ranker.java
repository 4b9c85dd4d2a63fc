package io.freshet.model;

import io.freshet.encoder.SasRec;
import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rank that the model gives each target among all items, for evaluation. Ties count against the target: its
 * rank is one more than the number of other items whose score is at least its own.
 *
 * <p>Queries are taken {@value #TILE} at a time, one to a lane, and the item table is multiplied in chunk by chunk. Owns
 * its scratch; not thread-safe; works on its own threads inside a call.
 */
public final class Ranker implements AutoCloseable {
    /** Queries of a tile. */
    private static final int TILE = 128;

    private static final int CHUNK_TOKENS = 1024;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final ModelConfig config;
    private final int d;
    private final Workers workers;
    private final Products products;
    private final List<Scratch> scratches = new ArrayList<>();
    private final List<Integer> groupEnds = new ArrayList<>();

    /**
     * @param workers threads; ranks do not depend on how many
     */
    public Ranker(ModelConfig config, int workers) {
        this.config = config;
        this.d = config.encoder().dim();
        this.workers = new Workers(workers);
        this.products = Products.forThisCpu();
        for (int i = 0; i < workers; i++) {
            scratches.add(new Scratch());
        }
    }

    /** What one thread needs. */
    private final class Scratch {
        final SasRec encoder = new SasRec(
                config.encoder(),
                products,
                Math.max(CHUNK_TOKENS, config.encoder().maxLength()));
        final FloatBlock block = FloatBlock.zeros((long) TILE * d + TILE + (long) RowTable.CHUNK_ROWS * TILE);
        final Matrix transposed = Matrix.over(block.memory(), 0, TILE); // (d, TILE)
        final Matrix targetScores = Matrix.over(block.memory(), (long) TILE * d, TILE); // (1, TILE)
        final Matrix scores = Matrix.over(block.memory(), (long) TILE * d + TILE, TILE); // (CHUNK_ROWS, TILE)
        final FloatBlock countBlock = FloatBlock.zeros(TILE);
        final MemorySegment counts = countBlock.memory(); // (TILE) int32

        void close() {
            encoder.close();
            block.close();
            countBlock.close();
        }
    }

    /**
     * Ranks a target for each history.
     *
     * @param histories one sequence a query, without targets
     * @param targets the row whose rank is wanted, for each query
     * @param candidates how many rows, from 0, it is ranked among, for each query; more than the target
     * @param masked rows that are left out of the ranking, for each query, each at most once; null for none
     * @param ranks receives the ranks, from 1
     */
    public void rank(
            RecommenderModel model,
            SequenceBatch histories,
            int[] targets,
            int[] candidates,
            int @Nullable [][] masked,
            int[] ranks) {
        cutIntoGroups(histories);
        workers.run(scratches.size(), worker -> {
            for (int group = worker; group < groupEnds.size(); group += scratches.size()) {
                int first = group == 0 ? 0 : groupEnds.get(group - 1);
                rankGroup(
                        scratches.get(worker),
                        model,
                        histories,
                        first,
                        groupEnds.get(group),
                        new Query(targets, candidates, masked, ranks));
            }
        });
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared: it only carries the caller's arrays to the threads
    private record Query(int[] targets, int[] candidates, int @Nullable [][] masked, int[] ranks) {}

    private void cutIntoGroups(SequenceBatch histories) {
        groupEnds.clear();
        int first = 0;
        for (int s = 1; s <= histories.sequences(); s++) {
            boolean last = s == histories.sequences();
            if (last || s - first == TILE || histories.start(s + 1) - histories.start(first) > CHUNK_TOKENS) {
                groupEnds.add(s);
                first = s;
            }
        }
    }

    private void rankGroup(
            Scratch scratch, RecommenderModel model, SequenceBatch histories, int first, int last, Query query) {
        int count = last - first;
        int lanes = Lanes.roundUp(count);
        Matrix hidden = scratch.encoder.forward(histories, first, last, model.items(), model.dense());
        for (int i = 0; i < lanes; i++) {
            int token = i < count ? histories.start(first + i + 1) - 1 - histories.start(first) : -1;
            for (int c = 0; c < d; c++) {
                scratch.transposed.set(c, i, token < 0 ? 0f : hidden.get(token, c));
            }
        }
        scoreTargets(scratch, model.items(), first, count, query);
        for (int i = first; i < last; i++) {
            query.ranks[i] = 1;
        }
        for (int chunk = 0; chunk < model.items().chunkCount(); chunk++) {
            int rows = model.items().rowsOfChunk(chunk);
            products.multiply(
                    model.items().chunk(chunk), 0, scratch.transposed, 0, scratch.scores, 0, rows, lanes, d, false);
            countChunk(scratch, chunk * RowTable.CHUNK_ROWS, rows, first, count, query);
        }
    }

    /** A target's score by the same product as everyone's, so that an equal score is equal to the bit. */
    private void scoreTargets(Scratch scratch, RowTable items, int first, int count, Query query) {
        int lanes = Lanes.roundUp(count);
        for (int i = 0; i < count; i++) {
            int row = query.targets[first + i];
            Matrix chunk = items.chunk(row / RowTable.CHUNK_ROWS);
            products.multiply(
                    chunk, row % RowTable.CHUNK_ROWS, scratch.transposed, 0, scratch.scores, 0, 1, lanes, d, false);
            scratch.targetScores.set(0, i, scratch.scores.get(0, i));
        }
    }

    private static void countChunk(Scratch scratch, int firstRow, int rows, int first, int count, Query query) {
        int open = rows; // rows of the chunk that every query is ranked among
        for (int i = first; i < first + count; i++) {
            open = Math.min(open, Math.max(0, query.candidates[i] - firstRow));
        }
        scratch.counts.fill((byte) 0);
        for (int lane = 0; lane < Lanes.roundUp(count); lane += Lanes.COUNT) {
            countLanes(scratch, open, (long) lane * Float.BYTES);
        }
        for (int i = 0; i < count; i++) {
            int query0 = first + i;
            float score = scratch.targetScores.get(0, i);
            int above = scratch.counts.getAtIndex(INT, i);
            int end = Math.min(rows, query.candidates[query0] - firstRow);
            for (int row = open; row < end; row++) {
                above += atLeast(scratch, row, i, score);
            }
            above -= left(scratch, firstRow, rows, i, score, query.targets[query0]);
            if (query.masked != null) {
                for (int row : query.masked[query0]) {
                    above -= row == query.targets[query0] ? 0 : left(scratch, firstRow, rows, i, score, row);
                }
            }
            query.ranks[query0] += above;
        }
    }

    private static int atLeast(Scratch scratch, int row, int lane, float score) {
        return scratch.scores.get(row, lane) >= score ? 1 : 0;
    }

    /** 1 if the row is in this chunk and was counted though it should not be. */
    private static int left(Scratch scratch, int firstRow, int rows, int lane, float score, int row) {
        return row >= firstRow && row < firstRow + rows ? atLeast(scratch, row - firstRow, lane, score) : 0;
    }

    /** How many of the first {@code rows} scores of each lane are at least its target's. */
    private static void countLanes(Scratch scratch, int rows, long lane) {
        var target = Lanes.load(scratch.targetScores.memory(), scratch.targetScores.at(0) + lane);
        IntVector counts = IntVector.zero(Lanes.INTS);
        long at = scratch.scores.at(0) + lane;
        for (int row = 0; row < rows; row++) {
            var scores = Lanes.load(scratch.scores.memory(), at + (long) row * TILE * Float.BYTES);
            counts = counts.add(1, scores.compare(VectorOperators.GE, target).cast(Lanes.INTS));
        }
        counts.intoMemorySegment(scratch.counts, lane, java.nio.ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        workers.close();
        scratches.forEach(Scratch::close);
    }
}
