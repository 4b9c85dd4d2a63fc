package io.freshet.service.sequencer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/** Queries the {@link SequencerTopology#CLICK_OUTCOMES} stores of one client. */
public final class ClickOutcomes {
    private ClickOutcomes() {}

    /** Returns the sums over the client's partitions; empty while the stores are being moved or restored. */
    public static Optional<ClickOutcomeCounts> read(KafkaStreams streams) {
        try {
            Map<String, Long> sums = sums(streams);
            return Optional.of(new ClickOutcomeCounts(
                    sums.getOrDefault(ClickOutcome.DUPLICATE.code(), 0L),
                    sums.getOrDefault(ClickOutcome.TOO_LATE.code(), 0L),
                    sums.getOrDefault(ClickOutcome.LATE.code(), 0L)));
        } catch (InvalidStateStoreException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Long> sums(KafkaStreams streams) {
        Map<String, Long> sums = new HashMap<>();
        try (KeyValueIterator<String, Long> counts = streams.store(StoreQueryParameters.fromNameAndType(
                        SequencerTopology.CLICK_OUTCOMES, QueryableStoreTypes.<String, Long>keyValueStore()))
                .all()) {
            while (counts.hasNext()) {
                KeyValue<String, Long> count = counts.next();
                if (count.value != null) {
                    sums.merge(count.key, count.value, Long::sum);
                }
            }
        }
        return sums;
    }
}
