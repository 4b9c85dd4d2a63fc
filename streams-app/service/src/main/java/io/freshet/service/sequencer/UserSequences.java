package io.freshet.service.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.store.sequence.UserSequence;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.jspecify.annotations.Nullable;

/** Queries the {@link SequencerTopology#USER_SEQUENCES} stores of one application. Thread-safe. */
public final class UserSequences {
    private final KafkaStreams streams;

    /** @param streams owned by the caller */
    public UserSequences(KafkaStreams streams) {
        this.streams = streams;
    }

    /**
     * Location of a user's sequence.
     *
     * @param active the instance that writes it
     * @param standbys instances with a copy
     * @param partition partition of the user
     */
    public record Place(HostInfo active, Set<HostInfo> standbys, int partition) {
        public Place {
            standbys = Set.copyOf(standbys);
        }
    }

    /** Result of reading the stores of this instance. */
    public sealed interface Reading {
        /**
         * This instance has the partition.
         *
         * @param sequence null if the user has none
         */
        record Here(@Nullable UserSequence sequence) implements Reading {}

        /**
         * The partition belongs to another instance, or is being moved or restored.
         *
         * @param why explanation for a person
         */
        record NotHere(String why) implements Reading {}
    }

    /**
     * Returns the location of a user's sequence, whether the user exists or not; empty while partitions are being assigned.
     */
    public Optional<Place> placeOf(String userId) {
        try {
            KeyQueryMetadata found = streams.queryMetadataForKey(
                    SequencerTopology.USER_SEQUENCES, userId.getBytes(UTF_8), new ByteArraySerializer());
            return found == null || found.equals(KeyQueryMetadata.NOT_AVAILABLE)
                    ? Optional.empty()
                    : Optional.of(new Place(found.activeHost(), found.standbyHosts(), found.partition()));
        } catch (IllegalStateException | InvalidStateStoreException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads the user's sequence.
     *
     * @param stale whether to accept a copy that lags behind or is being restored
     */
    public Reading read(String userId, int partition, boolean stale) {
        var asked = StoreQueryParameters.fromNameAndType(
                        SequencerTopology.USER_SEQUENCES, QueryableStoreTypes.<byte[], UserSequence>keyValueStore())
                .withPartition(partition);
        try {
            return new Reading.Here(
                    streams.store(stale ? asked.enableStaleStores() : asked).get(userId.getBytes(UTF_8)));
        } catch (IllegalStateException | InvalidStateStoreException | TaskMigratedException e) {
            return new Reading.NotHere(String.valueOf(e.getMessage()));
        }
    }
}
