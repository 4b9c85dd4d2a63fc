package io.freshet.model.cooccurrence;

import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.snapshot.Manifest;
import java.util.List;

/** Deltas of models that consist only of a memory. */
final class MemoryDeltas {
    private static final int ROWS = 1_000;

    private MemoryDeltas() {}

    static ModelDelta of(long fromStep, MemoryDelta memory, List<Eviction> evictions) {
        return new ModelDelta(
                Manifest.NO_LINEAGE,
                new ModelDelta.Steps(fromStep, fromStep + memory.clicksOfStep().length),
                ModelDelta.Part.ONLY,
                new ModelDelta.VocabularyChange(ROWS, new int[0], List.of(), evictions),
                new ModelDelta.RowValues(1, new int[0], new float[0]),
                new float[0],
                memory);
    }
}
