package io.freshet.service.scoring;

import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * Notifies a processor just before its task commits, so that records forwarded by the processor are part of that commit.
 *
 * <p>The caches of Kafka Streams' own stores use the same mechanism to forward the records that they hold back. Kafka
 * Streams has no public interface for it; its internal interfaces are used in this class only.
 */
final class CommitHook extends EmptyStore implements CachedStateStore<byte[], byte[]> {
    private Runnable beforeCommit = () -> {};

    private CommitHook(String name) {
        super(name);
    }

    /** Returns a builder of hooks with this name, one for each task. */
    static StoreBuilder<CommitHook> named(String name) {
        return new Builder<>(name, CommitHook::new);
    }

    /** Registers {@code action} to run before each commit. Must be called from the processor's {@code init}. */
    void beforeCommit(Runnable action) {
        beforeCommit = action;
    }

    /**
     * Returns an action that runs with the processor as the current node of its task, so that it can forward records at any
     * time between two records. Must be called from the processor's {@code init}.
     *
     * @param context the processor's context
     */
    static Runnable asProcessor(ProcessorContext<?, ?> context, Runnable action) {
        InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
        ProcessorNode<?, ?, ?, ?> processor = internal.currentNode();
        return () -> {
            ProcessorNode<?, ?, ?, ?> before = internal.currentNode();
            internal.setCurrentNode(processor);
            try {
                action.run();
            } finally {
                internal.setCurrentNode(before);
            }
        };
    }

    @Override
    public void flushCache() {
        beforeCommit.run();
    }

    /** Does nothing: the held-back records belong to the processor, and a restarted task gets a new processor. */
    @Override
    public void clearCache() {}

    @Override
    public boolean setFlushListener(CacheFlushListener<byte[], byte[]> listener, boolean sendOldValues) {
        return false;
    }
}
