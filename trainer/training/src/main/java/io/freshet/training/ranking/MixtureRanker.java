package io.freshet.training.ranking;

import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes the rank of each target among all items by a model, by its network alone and by its memory alone, without
 * computing the probability of every item. Ties count against the target.
 *
 * <p>The mixture gives item v the probability {@code p(v) = a · exp(scale · s(v)) / Z + mass(v)}, where few items have a
 * mass ({@link CooccurrenceScores}). Those items are compared with the target one by one. Any other item has at least the
 * target's probability if
 *
 * <pre>
 * s(v) ≥ (log(p(target) / a) + log Z) / scale
 * </pre>
 *
 * <p>These items are counted over the scores as in {@link Ranker}, with another threshold. The threshold is known only once
 * Z has been summed over all rows. The sum over the rows seen so far is smaller, so it yields a lower bound of the
 * threshold, the floor. Rows that score at least the floor are kept until the threshold is known ({@link PendingRows}). They
 * are few: their probabilities by the network sum up to at most one, and each of these is at least the target's mass times
 * the share of Z that has been seen. One pass over the item table is therefore enough. Owns its scratch memory. Not
 * thread-safe; a call runs on the ranker's own threads.
 */
public final class MixtureRanker implements AutoCloseable {
    /** Safety margin of a scaled floor, both absolute and relative: hundreds of times the rounding error of float32. */
    private static final double MARGIN = 1e-4;

    /** Number of panels whose exponentials are summed in float before a flush to double. */
    private static final int FLUSHED_PANELS = RowTable.CHUNK_ROWS / QueryTile.PANEL_ROWS;

    private final Workers workers;
    private final List<Scratch> scratches = new ArrayList<>();

    /** @param workers number of threads; does not affect the ranks */
    public MixtureRanker(ModelConfig config, int workers) {
        this.workers = new Workers(workers);
        for (int i = 0; i < workers; i++) {
            scratches.add(new Scratch(config));
        }
    }

    /** Scratch memory of one thread. */
    private static final class Scratch {
        final QueryTile tile;
        final SoftmaxSums sums = new SoftmaxSums();
        final ExpectedScores expected = new ExpectedScores();
        final PanelRows leftOut = new PanelRows();
        final PendingRows pending = new PendingRows();
        final float[] thresholds = new float[QueryTile.QUERIES]; // (queries) of the mixture
        final float[] thresholdsWeighed = new float[QueryTile.QUERIES]; // (queries) of the mixture with weighed repeats
        final int[] corrections = new int[QueryTile.QUERIES]; // (queries) of the counts
        final int[] correctionsAmongAll = new int[QueryTile.QUERIES]; // (queries) of the counts with masked rows
        final int[] correctionsWeighed = new int[QueryTile.QUERIES]; // (queries) of the counts with weighed repeats

        Scratch(ModelConfig config) {
            tile = new QueryTile(config);
        }

        void close() {
            tile.close();
            sums.close();
            expected.close();
            pending.close();
        }
    }

    /**
     * The queries of a batch. The arrays remain the caller's.
     *
     * @param histories one sequence per query, without targets
     * @param targets (queries) rows to rank
     * @param candidates (queries) number of rows, from row 0, among which the target is ranked; greater than the target's
     *     row and the rows that the memory expects
     * @param masked (queries) rows that are left out of the ranking, each at most once; null for none
     * @param expectations what the model's memory expects after each history
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared: it only carries the caller's arrays to the threads
    public record Queries(
            SequenceBatch histories,
            int[] targets,
            int[] candidates,
            int @Nullable [][] masked,
            CooccurrenceScores expectations) {
        private static final int[] NONE = {};

        int[] masked(int query) {
            return masked == null ? NONE : masked[query];
        }
    }

    /** Ranks a target for each history: among the rows that are not masked, and by the same scores among all. */
    public void rank(RecommenderModel model, Queries queries, MixtureRanks ranks) {
        int count = queries.histories().sequences();
        CooccurrenceScores expectations = queries.expectations();
        ranks.reserve(count, count == 0 ? 0 : expectations.end(count - 1));
        List<Integer> ends = QueryTile.cut(queries.histories());
        float scale = model.memory().networkScale();
        workers.run(scratches.size(), worker -> {
            for (int part = worker; part < ends.size(); part += scratches.size()) {
                int first = part == 0 ? 0 : ends.get(part - 1);
                Scratch scratch = scratches.get(worker);
                scratch.tile.encode(model, queries.histories(), first, ends.get(part));
                rankPart(scratch, model, scale, queries, first, ranks);
            }
        });
    }

    private static void rankPart(
            Scratch scratch, RecommenderModel model, float scale, Queries queries, int first, MixtureRanks ranks) {
        QueryTile tile = scratch.tile;
        int panels = QueryTile.panels(model.items());
        tile.scoreTargets(model.items(), queries.targets(), first);
        Ranker.leaveOut(scratch.leftOut, queries.masked(), queries.targets(), first, first + tile.queries(), panels);
        scratch.sums.begin(tile, scale);
        scratch.pending.clear();
        scratch.expected.begin(tile, queries.expectations(), first, panels);
        tile.beginCounts(queries.candidates(), first);
        raiseFloors(scratch, scale, queries.expectations(), first);
        // Raising floors takes logarithms, and floors rise fast at first: they are raised whenever the panels seen have
        // grown by half.
        int nextFloors = 1;
        for (int panel = 0; panel < panels; panel++) {
            tile.score(model.items(), panel);
            tile.count();
            tile.subtract(scratch.leftOut);
            scratch.sums.add(tile);
            scratch.expected.pick(tile);
            if (panel + 1 >= nextFloors) {
                scratch.sums.flush(tile.queries());
                raiseFloors(scratch, scale, queries.expectations(), first);
                nextFloors += (panel + 3) / 2;
            } else if ((panel + 1) % FLUSHED_PANELS == 0) {
                scratch.sums.flush(tile.queries());
            }
            scratch.pending.collect(tile);
        }
        scratch.sums.flush(tile.queries());
        weigh(scratch, scale, queries, first, ranks);
        for (int i = 0; i < tile.queries(); i++) {
            int query = first + i;
            int candidates = queries.candidates()[query];
            float threshold = scratch.thresholds[i];
            int counted = counted(scratch, queries, query, i, threshold, queries.masked(query), tile.counted(i));
            ranks.served()[query] = QueryTile.rankOf(counted + scratch.corrections[i], candidates);
            ranks.network()[query] = QueryTile.rankOf(tile.counted(i), candidates);
            int items = candidates - model.items().gapCount(); // if there are gaps, all rows are candidates
            ranks.memory()[query] = queries.expectations().rank(query, items, queries.masked(query));
            int ofNetwork = tile.counted(i) + tile.subtracted(i);
            int weighed = counted(scratch, queries, query, i, scratch.thresholdsWeighed[i], Queries.NONE, ofNetwork);
            ranks.servedWeighed()[query] = QueryTile.rankOf(weighed + scratch.correctionsWeighed[i], candidates);
            if (queries.masked(query).length == 0) {
                ranks.servedAmongAll()[query] = ranks.served()[query];
                ranks.networkAmongAll()[query] = ranks.network()[query];
                ranks.memoryAmongAll()[query] = ranks.memory()[query];
            } else {
                int ofAll = counted(scratch, queries, query, i, threshold, Queries.NONE, ofNetwork);
                ranks.servedAmongAll()[query] = QueryTile.rankOf(ofAll + scratch.correctionsAmongAll[i], candidates);
                ranks.networkAmongAll()[query] = QueryTile.rankOf(ofNetwork, candidates);
                ranks.memoryAmongAll()[query] = queries.expectations().rank(query, items, Queries.NONE);
            }
        }
    }

    /**
     * Returns how many rows that are not left out score at least a threshold of the mixture.
     *
     * @param ofNetwork how many of them score at least as high as the target
     */
    private static int counted(
            Scratch scratch, Queries queries, int query, int lane, float threshold, int[] leftOut, int ofNetwork) {
        return queries.expectations().targetMass(query) > 0
                ? scratch.pending.count(lane, threshold, queries.targets()[query], leftOut)
                : ofNetwork;
    }

    /**
     * Raises the floors to what the sum over the rows seen so far implies:
     * {@code exp(scale · floor) = exp(scale · s(target)) + mass(target) / a · Z}, less a margin for the rounding errors of
     * the threshold. If the target has a factor below 1, it lowers the threshold with weighed repeats, and the floor.
     */
    private static void raiseFloors(Scratch scratch, float scale, CooccurrenceScores expectations, int first) {
        for (int i = 0; i < scratch.tile.queries(); i++) {
            double mass = expectations.targetMass(first + i);
            if (mass > 0) {
                double ofNetwork = (double) scale * scratch.tile.targetScore(i);
                double ofMass =
                        StrictMath.log(mass / expectations.networkShare(first + i)) + scratch.sums.logNormalizer(i);
                double larger = Math.max(ofNetwork, ofMass);
                double factor = Math.min(1, expectations.targetFactor(first + i));
                double floor = larger
                        + StrictMath.log1p(StrictMath.exp(Math.min(ofNetwork, ofMass) - larger))
                        + StrictMath.log(factor);
                scratch.pending.raise(i, (float) ((floor - MARGIN * (1 + Math.abs(floor))) / scale));
            }
        }
    }

    /** Computes the mixture's thresholds and corrections, and stores the network's probabilities and the score gaps. */
    private static void weigh(Scratch scratch, float scale, Queries queries, int first, MixtureRanks ranks) {
        CooccurrenceScores expectations = queries.expectations();
        for (int i = 0; i < scratch.tile.queries(); i++) {
            int query = first + i;
            double logZ = scratch.sums.logNormalizer(i);
            scratch.expected.normalize(i, scale, logZ);
            int rows = expectations.end(query) - expectations.start(query);
            double ofNetwork = scratch.expected.probability(i, rows);
            double share = expectations.networkShare(query);
            double probability = share * ofNetwork + expectations.targetMass(query);
            for (int place = expectations.start(query); place < expectations.end(query); place++) {
                double network = scratch.expected.probability(i, place - expectations.start(query));
                ranks.expected()[place] = share * network + expectations.mass(place);
            }
            boolean isExpected = expectations.targetMass(query) > 0;
            double logShare = StrictMath.log(probability / share) + logZ;
            double logFactor = StrictMath.log(expectations.targetFactor(query));
            scratch.thresholds[i] = isExpected ? (float) (logShare / scale) : scratch.tile.targetScore(i);
            scratch.thresholdsWeighed[i] =
                    isExpected ? (float) ((logShare + logFactor) / scale) : scratch.tile.targetScore(i);
            int[] masked = queries.masked(query);
            scratch.corrections[i] = correction(scratch, queries, query, i, masked, probability, ranks.expected());
            if (masked.length > 0) {
                scratch.correctionsAmongAll[i] =
                        correction(scratch, queries, query, i, Queries.NONE, probability, ranks.expected());
            }
            scratch.correctionsWeighed[i] =
                    weighedCorrection(scratch, queries, query, i, probability, ranks.expected());
            ranks.networkProbabilities()[query] = ofNetwork;
            ranks.scoreGaps()[query] = scratch.sums.meanScore(i) - (double) scale * scratch.tile.targetScore(i);
        }
    }

    /** Returns the correction of the count over all rows, which ignores the masses of the rows that the memory expects. */
    private static int correction(
            Scratch scratch,
            Queries queries,
            int query,
            int lane,
            int[] leftOut,
            double probability,
            double[] probabilities) {
        ExpectedScores expected = scratch.expected;
        float threshold = scratch.thresholds[lane];
        CooccurrenceScores expectations = queries.expectations();
        int start = expectations.start(query);
        int correction = 0;
        for (int place = start; place < expectations.end(query); place++) {
            int row = expectations.row(place);
            if (row == queries.targets()[query] || !PendingRows.contains(leftOut, row)) {
                correction += probabilities[place] >= probability ? 1 : 0;
                correction -= expected.score(lane, place - start) >= threshold ? 1 : 0;
            }
        }
        return correction;
    }

    /** Returns the same correction, of the count over all rows with weighed repeats. */
    private static int weighedCorrection(
            Scratch scratch, Queries queries, int query, int lane, double probability, double[] probabilities) {
        float threshold = scratch.thresholdsWeighed[lane];
        CooccurrenceScores expectations = queries.expectations();
        double ofTarget = expectations.targetFactor(query) * probability;
        int start = expectations.start(query);
        int correction = 0;
        for (int place = start; place < expectations.end(query); place++) {
            correction += expectations.repeatFactor(place) * probabilities[place] >= ofTarget ? 1 : 0;
            correction -= scratch.expected.score(lane, place - start) >= threshold ? 1 : 0;
        }
        return correction;
    }

    @Override
    public void close() {
        workers.close();
        scratches.forEach(Scratch::close);
    }
}
