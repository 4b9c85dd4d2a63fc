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
                fromStep,
                fromStep + memory.clicksOfStep().length,
                0,
                1,
                1,
                ROWS,
                new int[0],
                List.of(),
                evictions,
                new int[0],
                new float[0],
                new float[0],
                memory);
    }
}
