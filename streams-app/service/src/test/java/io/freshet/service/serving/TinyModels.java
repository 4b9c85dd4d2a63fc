package io.freshet.service.serving;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.store.snapshot.Manifest;
import java.util.Arrays;
import java.util.List;

/** Models, deltas and steps of minimal size. */
public final class TinyModels {
    public static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(16, 8, 1, 1), 0.5f, 7);

    private TinyModels() {}

    /** Returns a model at a step that knows some items. */
    public static RecommenderModel model(long step, String... items) {
        RecommenderModel model = RecommenderModel.initial(CONFIG);
        for (String item : items) {
            model.addIfAbsent(item);
        }
        model.completeStep(step);
        return model;
    }

    /** Returns a complete delta that adds items, with vectors of ones, after {@code firstNewRow} existing rows. */
    public static ModelDelta delta(long fromStep, long toStep, int firstNewRow, String... newItems) {
        return part(fromStep, toStep, 0, 1, firstNewRow, newItems);
    }

    /** Returns a part of a delta; only part 0 has the new items and the dense parameters. */
    static ModelDelta part(long fromStep, long toStep, int part, int parts, int firstNewRow, String... newItems) {
        return partOf(Manifest.NO_LINEAGE, fromStep, toStep, part, parts, firstNewRow, newItems);
    }

    /** Returns a complete delta of a lineage. */
    static ModelDelta deltaOf(long lineage, long fromStep, long toStep, int firstNewRow, String... newItems) {
        return partOf(lineage, fromStep, toStep, 0, 1, firstNewRow, newItems);
    }

    /** Returns a complete delta with a number that is not finite. */
    static ModelDelta nonFiniteDelta(long fromStep, long toStep, int firstNewRow, String... newItems) {
        ModelDelta delta = delta(fromStep, toStep, firstNewRow, newItems);
        delta.rowValues()[1] = Float.NaN;
        return delta;
    }

    private static ModelDelta partOf(
            long lineage, long fromStep, long toStep, int part, int parts, int firstNewRow, String... newItems) {
        try (RecommenderModel fresh = RecommenderModel.initial(CONFIG)) {
            int dim = CONFIG.encoder().dim();
            int[] rows = new int[newItems.length];
            float[] values = new float[rows.length * dim];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = firstNewRow + i;
            }
            Arrays.fill(values, 1f);
            float[] dense = part == 0 ? new float[fresh.denseSize()] : new float[0];
            List<String> items = part == 0 ? List.of(newItems) : List.of();
            return new ModelDelta(
                    lineage,
                    new ModelDelta.Steps(fromStep, toStep),
                    new ModelDelta.Part(part, parts),
                    new ModelDelta.VocabularyChange(
                            firstNewRow + rows.length, part == 0 ? rows : new int[0], items, List.of()),
                    new ModelDelta.RowValues(dim, rows, values),
                    dense,
                    MemoryDelta.NONE);
        }
    }

    static StepRecord step(long step, long... clickTimestampsMs) {
        return new StepRecord(step, List.of(), new TargetRanks(new int[0], new int[0], new int[0]), clickTimestampsMs);
    }
}
