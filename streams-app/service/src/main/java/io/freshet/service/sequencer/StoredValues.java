package io.freshet.service.sequencer;

import io.freshet.store.format.FormatException;
import java.util.function.Function;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deserializers for values of state stores. Stores are restored from changelogs as is, so a value may be undecodable. */
final class StoredValues {
    private static final Logger LOG = LoggerFactory.getLogger(StoredValues.class);

    private StoredValues() {}

    /**
     * Returns a deserializer that treats a value that cannot be decoded as absent, and counts and logs it.
     *
     * @param store name of the store, for the log
     */
    static <T> Deserializer<T> orAbsent(String store, Function<byte[], T> decoder, SequencerMetrics metrics) {
        return (topic, bytes) -> decode(store, bytes, decoder, metrics);
    }

    @SuppressWarnings("NullAway") // Kafka's deserializers may return null, which a state store treats as absent.
    private static <T> T decode(
            String store, byte @Nullable [] bytes, Function<byte[], T> decoder, SequencerMetrics metrics) {
        if (bytes == null) {
            return null;
        }
        try {
            return decoder.apply(bytes);
        } catch (FormatException | IllegalArgumentException | SerializationException e) {
            metrics.countUnreadableValue();
            LOG.warn("A value of store {} cannot be read and counts as absent: bytes={}", store, bytes.length, e);
            return null;
        }
    }
}
