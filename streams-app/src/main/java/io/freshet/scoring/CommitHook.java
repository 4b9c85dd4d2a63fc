package io.freshet.scoring;

import java.util.Map;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * Tells a processor that its task is about to commit, in time for what it still has to forward to be a part of that commit.
 *
 * <p>So do the caches of Kafka Streams' own stores, which hold records back and forward them then. There is no public
 * interface to it; the internal ones are used here and nowhere else. As a state store it keeps nothing.
 */
final class CommitHook implements StateStore, CachedStateStore<byte[], byte[]> {
    private final String name;
    private Runnable beforeCommit = () -> {};
    private boolean open;

    private CommitHook(String name) {
        this.name = name;
    }

    /** Brings the hook of a task under this name. */
    static StoreBuilder<CommitHook> named(String name) {
        return new Builder(name);
    }

    /**
     * Has {@code action} run before each commit, as if the processor were called. To be called in its {@code init}.
     *
     * @param context the processor's
     */
    void beforeCommit(ProcessorContext<?, ?> context, Runnable action) {
        InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
        ProcessorNode<?, ?, ?, ?> processor = internal.currentNode();
        beforeCommit = () -> {
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

    /** What was held back is the processor's, which a task that begins anew has a new one of. */
    @Override
    public void clearCache() {}

    @Override
    public boolean setFlushListener(CacheFlushListener<byte[], byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        context.register(root, (key, value) -> {});
        open = true;
    }

    @Override
    public void close() {
        open = false;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Of a store without a changelog. */
    private record Builder(String name) implements StoreBuilder<CommitHook> {
        @Override
        public CommitHook build() {
            return new CommitHook(name);
        }

        @Override
        public StoreBuilder<CommitHook> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitHook> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitHook> withLoggingEnabled(Map<String, String> config) {
            throw new UnsupportedOperationException("there is nothing to log: store=" + name);
        }

        @Override
        public StoreBuilder<CommitHook> withLoggingDisabled() {
            return this;
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        @Override
        public boolean loggingEnabled() {
            return false;
        }
    }
}
