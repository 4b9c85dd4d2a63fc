package io.freshet.store.sequence;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A 64-bit hash that represents an event id in a sequence: FNV-1a over the id's UTF-8, then MurmurHash3's finaliser.
 * State stores hold it, so the function never changes. Two different ids among the 50 of a sequence collide with a
 * probability of about 2⁻⁵³.
 */
public final class EventIdHash {
    private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private EventIdHash() {}

    /** Returns the hash, which is never {@link Interaction#NO_EVENT_ID}. */
    public static long of(String eventId) {
        long hash = FNV_OFFSET_BASIS;
        for (byte b : eventId.getBytes(UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        long mixed = finish(hash);
        return mixed == Interaction.NO_EVENT_ID ? 1 : mixed;
    }

    private static long finish(long hash) {
        long h = hash;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }
}
