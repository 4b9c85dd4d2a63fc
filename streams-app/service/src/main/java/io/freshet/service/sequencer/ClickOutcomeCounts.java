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

/**
 * Number of clicks out of order in the partitions that this process holds, counted exactly once.
 *
 * @param duplicates clicks dropped because their event was known
 * @param tooLate clicks dropped because they were older than every click of a full window
 * @param late clicks accepted, but not as the newest
 */
public record ClickOutcomeCounts(long duplicates, long tooLate, long late) {
    /**
     * Returns the sums over the {@link SequencerTopology#CLICK_OUTCOMES} stores of a client; empty while the stores are being moved or restored.
     */
    public static Optional<ClickOutcomeCounts> of(KafkaStreams streams) {
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
