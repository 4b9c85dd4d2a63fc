package io.freshet.service.sequencer;

import io.freshet.store.sequence.UserSequence;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Searches for idle users. Scans the store cyclically in slices. Each slice begins where the last one ended, so that no
 * call takes long, however many users there are. Not thread-safe.
 */
final class IdleUsers {
    private final int sliceSize;
    private byte @Nullable [] nextUser;

    /** @param sliceSize maximum number of users per call */
    IdleUsers(int sliceSize) {
        this.sliceSize = sliceSize;
    }

    /**
     * Deletes the idle users of the next slice. A value that cannot be decoded is kept: a newer version may have written
     * it.
     *
     * @param isIdle tells whether the entry of a user, or of {@link ImportTimes}, is too old
     * @param forget deletes an entry
     * @return number of deleted users, without entries of {@link ImportTimes}
     */
    int forget(
            BiPredicate<byte[], UserSequence> isIdle,
            Consumer<byte[]> forget,
            KeyValueStore<byte[], UserSequence> sequences) {
        int forgotten = 0;
        try (KeyValueIterator<byte[], UserSequence> slice =
                nextUser == null ? sequences.all() : sequences.range(nextUser, null)) {
            for (int looked = 0; looked < sliceSize && slice.hasNext(); looked++) {
                KeyValue<byte[], UserSequence> user = slice.next();
                if (user.value != null && isIdle.test(user.key, user.value)) {
                    forget.accept(user.key);
                    forgotten += ImportTimes.isKey(user.key) ? 0 : 1;
                }
            }
            nextUser = slice.hasNext() ? slice.peekNextKey() : null;
        }
        return forgotten;
    }

    /** Returns the time of a sequence's newest click; for an empty sequence, a time before all others. */
    static long newestMs(UserSequence sequence) {
        int size = sequence.size();
        return size == 0
                ? Long.MIN_VALUE
                : sequence.interactions().get(size - 1).timestampMs();
    }
}
