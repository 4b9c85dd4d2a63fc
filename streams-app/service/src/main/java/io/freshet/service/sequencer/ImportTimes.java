package io.freshet.service.sequencer;

import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Remembers when clicks of a user were last imported, in the store of the users' sequences. The key is the byte {@code FF},
 * which no UTF-8 text has, and the user id. The value is a sequence of one click at the time of the import, so that the
 * search for idle users deletes it like a user. No other store and no other format is needed, and an instance of the
 * previous version takes the entry for a user who does not click. Not thread-safe.
 */
final class ImportTimes {
    private static final byte MARK = (byte) 0xFF;
    private static final String ITEM = "imported";

    /** A time is written again only when this part of the retention has passed, and not for each click. */
    private static final int STEPS = 100;

    private final KeyValueStore<byte[], UserSequence> sequences;
    private final long stepMs;

    ImportTimes(KeyValueStore<byte[], UserSequence> sequences, long retentionMs) {
        this.sequences = sequences;
        stepMs = retentionMs / STEPS;
    }

    /** Returns whether the key is that of an import time, not of a user. */
    static boolean isKey(byte[] key) {
        return key.length > 0 && key[0] == MARK;
    }

    /** Returns the user of a key, whether the key is that of an import time or the user itself. */
    static byte[] userOf(byte[] key) {
        return isKey(key) ? Arrays.copyOfRange(key, 1, key.length) : key;
    }

    private static byte[] keyOf(byte[] user) {
        byte[] key = new byte[1 + user.length];
        key[0] = MARK;
        System.arraycopy(user, 0, key, 1, user.length);
        return key;
    }

    void put(byte[] user, long nowMs) {
        byte[] key = keyOf(user);
        UserSequence before = sequences.get(key);
        if (before == null || IdleUsers.newestMs(before) < nowMs - stepMs) {
            Interaction imported = new Interaction(ITEM, nowMs, null, Interaction.NO_EVENT_ID);
            sequences.put(key, new UserSequence(List.of(imported)));
        }
    }

    /** Returns the time, which may be a hundredth of the retention too early; a time before all others if there is none. */
    long of(byte[] user) {
        UserSequence imported = sequences.get(keyOf(user));
        return imported == null ? Long.MIN_VALUE : IdleUsers.newestMs(imported);
    }

    void delete(byte[] user) {
        sequences.delete(keyOf(user));
    }
}
