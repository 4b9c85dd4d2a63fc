package io.freshet.training.merge;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds the difference of a learner that has made a step since the base. All values of a row are the same. */
final class DifferenceDraft {
    private final RecommenderModel base;
    private final long clicks;
    private final float[] dense;
    private final List<Integer> rows = new ArrayList<>();
    private final List<Integer> weights = new ArrayList<>();
    private final List<Float> values = new ArrayList<>();
    private final List<Integer> itemRows = new ArrayList<>();
    private final List<String> items = new ArrayList<>();
    private int vocabularyRows;
    private long[] counts = {};
    private MemoryDelta memory;

    DifferenceDraft(RecommenderModel base, long clicks, float[] dense) {
        this.base = base;
        this.clicks = clicks;
        this.dense = dense;
        this.vocabularyRows = base.vocabulary().size();
        this.memory = new MemoryDelta(
                new int[1], new int[0], new int[0], base.memory().mixture());
    }

    DifferenceDraft row(int row, int weight, float value) {
        rows.add(row);
        weights.add(weight);
        values.add(value);
        return this;
    }

    DifferenceDraft item(int row, String item, float value) {
        itemRows.add(row);
        items.add(item);
        return rows(Math.max(vocabularyRows, row + 1)).row(row, 1, value);
    }

    DifferenceDraft rows(int size) {
        vocabularyRows = size;
        return this;
    }

    DifferenceDraft counts(long... ofRows) {
        counts = ofRows;
        return this;
    }

    DifferenceDraft memory(MemoryDelta observed) {
        memory = observed;
        return this;
    }

    Difference build() {
        int dim = base.dim();
        float[] all = new float[rows.size() * dim];
        for (int i = 0; i < rows.size(); i++) {
            Arrays.fill(all, i * dim, (i + 1) * dim, values.get(i));
        }
        ModelDelta delta = new ModelDelta(
                base.lineage(),
                new ModelDelta.Steps(base.step(), base.step() + memory.clicksOfStep().length),
                ModelDelta.Part.ONLY,
                new ModelDelta.VocabularyChange(vocabularyRows, ints(itemRows), items, List.of()),
                new ModelDelta.RowValues(dim, ints(rows), all),
                dense,
                memory);
        return new Difference(delta, clicks, ints(weights), counts);
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(i -> i).toArray();
    }
}
