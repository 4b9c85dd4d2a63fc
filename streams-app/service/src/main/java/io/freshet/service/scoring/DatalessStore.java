package io.freshet.service.scoring;

import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;

/** A state store that holds nothing, neither in memory nor on disk nor in a changelog. */
abstract sealed class DatalessStore implements StateStore permits CommitHook, ViewStore {
    private final String name;
    private boolean open;

    DatalessStore(String name) {
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
     * Builds stores, one for each task. Other settings than the name have no effect.
     *
     * @param constructor creates a store with a name
     */
    record Builder<S extends DatalessStore>(String name, Function<String, S> constructor) implements StoreBuilder<S> {
        @Override
        public S build() {
            return constructor.apply(name);
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
            return this;
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
