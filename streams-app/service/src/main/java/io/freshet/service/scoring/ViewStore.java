package io.freshet.service.scoring;

import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A global state store that holds nothing. The processor beside it keeps an in-memory view in its own format, and Kafka
 * Streams runs the whole topic through that processor before anything else starts. A store of the records would hold
 * all data a second time.
 */
final class ViewStore extends DatalessStore {
    private ViewStore(String name) {
        super(name);
    }

    /** Returns a builder of stores with this name. */
    static StoreBuilder<ViewStore> named(String name) {
        return new Builder<>(name, ViewStore::new);
    }
}
