package io.freshet.service.scoring;

import java.util.Map;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A global state store that holds nothing. The processor beside it keeps an in-memory view in its own format, and Kafka
 * Streams runs the whole topic through that processor before anything else starts. A store of the records would hold
 * all data a second time.
 */
final class ViewStore implements StateStore {
    private final String name;
    private boolean open;

    private ViewStore(String name) {
        this.name = name;
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

    /** Builds a store with a name; other settings have no effect. */
    record Builder(String name) implements StoreBuilder<ViewStore> {
        @Override
        public ViewStore build() {
            return new ViewStore(name);
        }

        @Override
        public StoreBuilder<ViewStore> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<ViewStore> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<ViewStore> withLoggingEnabled(Map<String, String> config) {
            return this;
        }

        @Override
        public StoreBuilder<ViewStore> withLoggingDisabled() {
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
