package io.freshet.demo;

import org.jspecify.annotations.Nullable;

/**
 * What a demo takes at one moment.
 *
 * @param seconds since the start
 * @param heapBytes heap in use right after a collection, as far as was seen: the least since the sample before
 * @param rocksdbBytes the block cache of all stores, to which memtables, index and filter blocks are charged
 * @param offHeapBytes tensors outside the heap: the trainer's model and moments, the model served, their scratch
 * @param residentBytes the whole process, its pages of mapped files among them; null where the system does not say
 * @param lagClicks clicks that are fed and not yet learned from and answered
 */
record MemoryUse(
        long seconds,
        long heapBytes,
        long rocksdbBytes,
        long offHeapBytes,
        @Nullable Long residentBytes,
        long lagClicks) {}
