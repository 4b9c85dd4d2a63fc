package io.freshet.training.merge;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merged changes of several learners that learned from different clicks since they had one common model, the base. A pure
 * function of the base and of the learners' differences, in the order of the learners:
 *
 * <ul>
 *   <li>New items get rows in the order of the learners, and of each learner's rows: the lowest free row of the base, or the
 *       next one at the end. An item that is new at several learners gets one row.
 *   <li>A row that one learner changed has that learner's values. A row that several changed has the mean of their values,
 *       weighted by how much each of them changed it.
 *   <li>The dense parameters are the mean of those of the learners that had clicks, weighted by the number of clicks
 *       (local SGD: Stich, "Local SGD Converges Fast and Communicates Little", ICLR 2019).
 *   <li>The memory observes the clicks of all learners, one learner after the other. Its mixture is the mean, weighted by
 *       clicks.
 *   <li>Target counts are added up. So are the steps: the merged model's step is the base's plus the steps of all learners.
 * </ul>
 *
 * <p>The difference of a single learner is its own merge, to the bit.
 *
 * @param delta the changes as a delta of one part, which a model that equals the base can apply
 * @param targetCounts how often each row of the delta was a target since the base; (rows of the delta), or empty if no
 *     difference has counts
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Merge(ModelDelta delta, long[] targetCounts) {
    /**
     * Merges the learners' differences.
     *
     * @param base model that all learners had; it does not change
     * @param differences difference of each learner, in the order of the learners; at least one
     * @throws IllegalArgumentException if a difference does not begin at the base or has another shape
     */
    public static Merge of(RecommenderModel base, List<Difference> differences) {
        requireFit(base, differences);
        return new Merging(base, differences).merge();
    }

    private static void requireFit(RecommenderModel base, List<Difference> differences) {
        if (differences.isEmpty()) {
            throw new IllegalArgumentException("there must be a difference to merge");
        }
        for (Difference difference : differences) {
            ModelDelta delta = difference.delta();
            boolean fits = delta.lineage() == base.lineage()
                    && delta.fromStep() == base.step()
                    && delta.dim() == base.dim()
                    && delta.dense().length == base.denseSize()
                    && delta.memory().equals(MemoryDelta.NONE)
                            == !base.memory().config().isOn();
            if (!fits) {
                throw new IllegalArgumentException(
                        "a difference must begin at the base and have its shape: base's step="
                                + base.step() + ", lineage=" + base.lineage() + ", dim=" + base.dim() + ", denseSize="
                                + base.denseSize() + ", difference=" + difference);
            }
        }
    }

    /** One merge. */
    private static final class Merging {
        private final RecommenderModel base;
        private final List<Difference> differences;
        private final Map<String, Integer> newRows = new HashMap<>(); // item → merged row
        private final List<Map<Integer, Integer>> numbering = new ArrayList<>(); // by learner: own row → merged row
        private final List<Integer> newItemRows = new ArrayList<>(); // ascending
        private final List<String> newItems = new ArrayList<>(); // (newItemRows)
        private int vocabularyRows;

        Merging(RecommenderModel base, List<Difference> differences) {
            this.base = base;
            this.differences = differences;
            this.vocabularyRows = base.vocabulary().size();
        }

        Merge merge() {
            differences.forEach(this::assignRows);
            long[] places = placesByRow();
            MergedRows rows = new MergedRows(places);
            ModelDelta delta = new ModelDelta(
                    base.lineage(),
                    new ModelDelta.Steps(base.step(), base.step() + steps()),
                    ModelDelta.Part.ONLY,
                    new ModelDelta.VocabularyChange(
                            vocabularyRows,
                            newItemRows.stream().mapToInt(row -> row).toArray(),
                            newItems,
                            List.of()),
                    new ModelDelta.RowValues(base.dim(), rows.rows, rows.values),
                    dense(),
                    memory());
            return new Merge(delta, rows.targetCounts);
        }

        private long steps() {
            return differences.stream()
                    .mapToLong(difference ->
                            difference.delta().toStep() - difference.delta().fromStep())
                    .sum();
        }

        private void assignRows(Difference difference) {
            Map<Integer, Integer> rows = new HashMap<>();
            int[] own = difference.delta().newItemRows();
            for (int i = 0; i < own.length; i++) {
                String item = difference.delta().newItems().get(i);
                requireNew(item, difference);
                rows.put(own[i], newRows.computeIfAbsent(item, this::assignRow));
            }
            numbering.add(rows);
        }

        private void requireNew(String item, Difference difference) {
            if (base.vocabulary().rowOf(item) != Vocabulary.NOT_FOUND) {
                throw new IllegalArgumentException(
                        "a new item must not be in the base: item=" + item + ", difference=" + difference);
            }
        }

        /** Returns the lowest row that is free in the base and not assigned yet, or the next one at the end. */
        private int assignRow(String item) {
            int after = newItemRows.isEmpty() ? 0 : newItemRows.getLast() + 1;
            int free = base.items().gaps().nextSetBit(after);
            int row = free >= 0 ? free : vocabularyRows;
            vocabularyRows = Math.max(vocabularyRows, row + 1);
            newItemRows.add(row);
            newItems.add(item);
            return row;
        }

        private int mergedRow(int learner, int row) {
            Integer assigned = numbering.get(learner).get(row);
            if (assigned == null && !base.vocabulary().isTaken(row)) {
                throw new IllegalArgumentException("a changed row must be of the base or of a new item: row=" + row
                        + ", learner=" + learner + ", difference=" + differences.get(learner));
            }
            return assigned == null ? row : assigned;
        }

        /** Returns the rows of all learners, sorted by merged row, then by learner: row · 2³² + place. */
        private long[] placesByRow() {
            int count = differences.stream()
                    .mapToInt(difference -> difference.rowWeights().length)
                    .sum();
            long[] places = new long[count];
            int place = 0;
            for (int learner = 0; learner < differences.size(); learner++) {
                for (int row : differences.get(learner).delta().rows()) {
                    places[place] = (long) mergedRow(learner, row) << Integer.SIZE | place;
                    place++;
                }
            }
            Arrays.sort(places);
            return places;
        }

        private float[] dense() {
            List<Difference> learned = differences.stream()
                    .filter(difference -> difference.clicks() > 0)
                    .toList();
            if (learned.size() <= 1) {
                return (learned.isEmpty() ? differences : learned)
                        .getFirst()
                        .delta()
                        .dense()
                        .clone();
            }
            double[] sums = new double[base.denseSize()];
            double clicks = 0;
            for (Difference difference : learned) {
                addScaled(difference.delta().dense(), 0, (double) difference.clicks(), sums);
                clicks += (double) difference.clicks();
            }
            float[] mean = new float[sums.length];
            divide(sums, clicks, mean, 0);
            return mean;
        }

        private MemoryDelta memory() {
            if (!base.memory().config().isOn()) {
                return MemoryDelta.NONE;
            }
            int[] clicksOfStep = {};
            int[] historyLengths = {};
            int[] rows = {};
            for (int learner = 0; learner < differences.size(); learner++) {
                MemoryDelta own = differences.get(learner).delta().memory();
                int[] renumbered = new int[own.rows().length];
                for (int i = 0; i < renumbered.length; i++) {
                    renumbered[i] = mergedRow(learner, own.rows()[i]);
                }
                clicksOfStep = concat(clicksOfStep, own.clicksOfStep());
                historyLengths = concat(historyLengths, own.historyLengths());
                rows = concat(rows, renumbered);
            }
            List<double[]> mixtures = differences.stream()
                    .map(difference -> difference.delta().memory().mixture())
                    .toList();
            double[] mixture = CooccurrenceModel.mergeMixtures(base.memory().mixture(), mixtures);
            return new MemoryDelta(clicksOfStep, historyLengths, rows, mixture);
        }

        private static int[] concat(int[] first, int[] second) {
            int[] both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return both;
        }

        /** The merged rows, ascending. */
        private final class MergedRows {
            final int[] rows;
            final float[] values; // (rows, dim)
            final long[] targetCounts; // (rows) or empty
            private final int[] learnerOf; // by place
            private final int[] firstPlace; // by learner

            MergedRows(long[] places) {
                int distinct = 0;
                for (int i = 0; i < places.length; i++) {
                    distinct += i == 0 || rowAt(places, i) != rowAt(places, i - 1) ? 1 : 0;
                }
                boolean counts = differences.stream().anyMatch(difference -> difference.targetCounts().length > 0);
                rows = new int[distinct];
                values = new float[Math.multiplyExact(distinct, base.dim())];
                targetCounts = new long[counts ? distinct : 0];
                learnerOf = new int[places.length];
                firstPlace = new int[differences.size()];
                indexPlaces();
                int merged = 0;
                for (int from = 0; from < places.length; merged++) {
                    int to = from + 1;
                    while (to < places.length && rowAt(places, to) == rowAt(places, from)) {
                        to++;
                    }
                    rows[merged] = rowAt(places, from);
                    merge(places, from, to, merged);
                    from = to;
                }
            }

            private void indexPlaces() {
                int place = 0;
                for (int learner = 0; learner < differences.size(); learner++) {
                    firstPlace[learner] = place;
                    int end = place + differences.get(learner).rowWeights().length;
                    Arrays.fill(learnerOf, place, end, learner);
                    place = end;
                }
            }

            private static int rowAt(long[] places, int index) {
                return (int) (places[index] >>> Integer.SIZE);
            }

            private void merge(long[] places, int from, int to, int merged) {
                int dim = base.dim();
                double[] sums = new double[dim];
                double weights = 0;
                for (int i = from; i < to; i++) {
                    int learner = learnerOf[(int) places[i]];
                    int slot = (int) places[i] - firstPlace[learner];
                    Difference difference = differences.get(learner);
                    if (to == from + 1) {
                        System.arraycopy(difference.delta().rowValues(), slot * dim, values, merged * dim, dim);
                    } else {
                        int weight = difference.rowWeights()[slot];
                        addScaled(difference.delta().rowValues(), slot * dim, weight, sums);
                        weights += weight;
                    }
                    if (difference.targetCounts().length > 0) {
                        targetCounts[merged] += difference.targetCounts()[slot];
                    }
                }
                if (to > from + 1) {
                    divide(sums, weights, values, merged * dim);
                }
            }
        }

        private static void addScaled(float[] values, int from, double factor, double[] sums) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += factor * values[from + i];
            }
        }

        private static void divide(double[] sums, double by, float[] into, int from) {
            for (int i = 0; i < sums.length; i++) {
                into[from + i] = (float) (sums[i] / by);
            }
        }
    }
}
