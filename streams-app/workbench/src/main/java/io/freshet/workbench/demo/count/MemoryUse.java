package io.freshet.workbench.demo.count;

import org.jspecify.annotations.Nullable;

/**
 * Memory use of a demo at one moment.
 *
 * @param seconds time since the start
 * @param heapBytes estimate of the heap in use right after a collection: the least observed since the previous sample
 * @param rocksdbBytes block cache of all stores, to which memtables, index and filter blocks are charged
 * @param offHeapBytes off-heap tensors: the trainer's model and moments, the served model, and their scratch
 * @param residentBytes resident set of the process, including pages of mapped files; null if the system does not tell
 * @param lagClicks clicks that have been fed but not yet learned from and answered
 */
public record MemoryUse(
        long seconds,
        long heapBytes,
        long rocksdbBytes,
        long offHeapBytes,
        @Nullable Long residentBytes,
        long lagClicks) {}
