package io.freshet.service.scoring;

import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A state store that holds no records and has no changelog.
 */
abstract class EmptyStore implements StateStore {
    private final String name;
    private boolean open;

    EmptyStore(String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void init(StateStoreContext context, StateStore root) {
        context.register(root, (key, value) -> {});
        open = true;
    }

    @Override
    public final void close() {
        open = false;
    }

    @Override
    public final boolean persistent() {
        return false;
    }

    @Override
    public final boolean isOpen() {
        return open;
    }

    /**
     * A global store, which makes Kafka Streams run a whole topic through the processor beside it before anything else
     * starts. That processor keeps an in-memory view in its own format; a store of the records would hold all data a
     * second time.
     */
    static final class View extends EmptyStore {
        View(String name) {
            super(name);
        }
    }

    /**
     * Builds a store with a name, one for each task.
     *
     * @param make makes the store with this name
     */
    record Builder<S extends EmptyStore>(String name, Function<String, S> make) implements StoreBuilder<S> {
        @Override
        public S build() {
            return make.apply(name);
        }

        @Override
        public StoreBuilder<S> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<S> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<S> withLoggingEnabled(Map<String, String> config) {
            throw new UnsupportedOperationException("the store has no changelog: store=" + name);
        }

        @Override
        public StoreBuilder<S> withLoggingDisabled() {
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
