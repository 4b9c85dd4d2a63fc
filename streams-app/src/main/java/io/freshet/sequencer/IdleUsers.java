package io.freshet.sequencer;

import io.freshet.sequence.UserSequence;
import java.util.function.LongPredicate;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The search for idle users: goes round the store in slices, from where the last slice stopped, so that no call takes
 * long however many users there are. Not thread-safe.
 */
final class IdleUsers {
    private final int sliceSize;
    private byte @Nullable [] nextUser;

    /** @param sliceSize the most users that one call looks at */
    IdleUsers(int sliceSize) {
        this.sliceSize = sliceSize;
    }

    /**
     * Deletes the idle users of the next slice. A value that cannot be read stays: a newer version may have written it.
     *
     * @param isIdle tells by the time of a user's newest click
     * @return how many
     */
    int forget(LongPredicate isIdle, KeyValueStore<byte[], UserSequence> sequences) {
        int forgotten = 0;
        try (KeyValueIterator<byte[], UserSequence> slice =
                nextUser == null ? sequences.all() : sequences.range(nextUser, null)) {
            for (int looked = 0; looked < sliceSize && slice.hasNext(); looked++) {
                KeyValue<byte[], UserSequence> user = slice.next();
                if (user.value != null && isIdle.test(newestMs(user.value))) {
                    sequences.delete(user.key);
                    forgotten++;
                }
            }
            nextUser = slice.hasNext() ? slice.peekNextKey() : null;
        }
        return forgotten;
    }

    /** Time of a sequence's newest click; that of an empty one is before all others. */
    static long newestMs(UserSequence sequence) {
        int size = sequence.size();
        return size == 0
                ? Long.MIN_VALUE
                : sequence.interactions().get(size - 1).timestampMs();
    }
}
