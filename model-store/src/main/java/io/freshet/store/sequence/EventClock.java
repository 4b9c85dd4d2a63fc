package io.freshet.store.sequence;

import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import java.util.Arrays;

/**
 * The current time of a stream of clicks, derived from the clicks' timestamps. It decides which clicks are too old.
 * No single user can move it.
 *
 * <p>The time of a click is the one that it states, capped at the timestamp of its Kafka record ({@link #timeOf}).
 * The clock keeps the time of the latest click of each of the last {@value #WITNESSES} distinct users, its witnesses.
 * Its own time is the latest that at least {@value #QUORUM} witnesses have reached, and never goes back. So fewer
 * than {@value #QUORUM} users with wrong times cannot move it past the times of the others, however many clicks they
 * send. When a file of old clicks is replayed, the clock advances with the users of that file.
 *
 * <p>Until {@value #QUORUM} users have clicked, the time {@linkplain #isKnown is not known}, and no click is too old.
 *
 * <p>The clock depends only on the observed clicks and their order, not on the wall clock. Not thread-safe.
 */
public final class EventClock {
    /** Maximum number of witnesses. */
    static final int WITNESSES = 32;

    /** Number of witnesses that must have reached a time. */
    static final int QUORUM = 5;

    private static final long UNKNOWN = -1;
    private static final int WITNESS_BYTES = Long.BYTES + 1;

    private final long[] users = new long[WITNESSES]; // hashes, (count), the user of the latest click last
    private final long[] times = new long[WITNESSES]; // (count), time of each user's latest click
    private int count;
    private long nowMs = UNKNOWN;

    /** Creates a clock whose time is not known yet. */
    public EventClock() {}

    /** Returns a clock that starts at a known time without witnesses, because they were lost. */
    public static EventClock startingAt(long nowMs) {
        EventClock clock = new EventClock();
        clock.nowMs = nowMs;
        return clock;
    }

    /** Returns a clock that continues as this one would. */
    public EventClock copy() {
        EventClock copy = startingAt(nowMs);
        System.arraycopy(users, 0, copy.users, 0, count);
        System.arraycopy(times, 0, copy.times, 0, count);
        copy.count = count;
        return copy;
    }

    /**
     * Returns the time of a click.
     *
     * @param clickMs time that the click states
     * @param recordMs timestamp of the click's Kafka record; a click cannot have happened after its record was written
     */
    public static long timeOf(long clickMs, long recordMs) {
        return Math.max(0, Math.min(clickMs, recordMs));
    }

    /**
     * Observes a click of a user, who becomes the latest witness.
     *
     * @param timeMs {@link #timeOf} the click
     */
    public void observe(String user, long timeMs) {
        place(EventIdHash.of(user), timeMs);
        if (count >= QUORUM && timeMs > nowMs) {
            nowMs = Math.max(nowMs, timeOfQuorum());
        }
    }

    /** Returns whether a quorum of users has clicked, or the clock started at a known time. */
    public boolean isKnown() {
        return nowMs != UNKNOWN;
    }

    /**
     * Returns the current time. While it is not known, returns the earliest time among the witnesses, which can
     * decrease, or 0 before the first click.
     */
    public long nowMs() {
        return isKnown() ? nowMs : Arrays.stream(times, 0, count).min().orElse(0);
    }

    /**
     * Returns whether {@code timeMs} is more than {@code retentionMs} in the past. False while the time is not known.
     */
    public boolean isPast(long timeMs, long retentionMs) {
        return isKnown() && timeMs < nowMs - retentionMs;
    }

    /**
     * Writes the clock's state.
     *
     * <pre>
     * zigzag    the time, epoch ms; -1 if it is not known
     * varint    number of witnesses, then for each, least recent first
     *   8 bytes the user's hash, little endian
     *   varint  time of the user's latest click, epoch ms
     * </pre>
     */
    public void writeTo(ByteWriter writer) {
        writer.writeZigzag(nowMs);
        writer.writeVarint(count);
        for (int i = 0; i < count; i++) {
            writer.writeLong(users[i]);
            writer.writeVarint(times[i]);
        }
    }

    /** Reads a clock that {@link #writeTo} wrote. It continues as the written clock would. */
    public static EventClock readFrom(ByteReader reader) {
        long nowMs = reader.readZigzag();
        if (nowMs < UNKNOWN) {
            throw reader.corrupt("time must be at least " + UNKNOWN, "time", nowMs);
        }
        EventClock clock = startingAt(nowMs);
        int count = reader.readCount(WITNESS_BYTES);
        if (count > WITNESSES) {
            throw reader.corrupt("witnesses must be at most " + WITNESSES, "witnesses", count);
        }
        for (int i = 0; i < count; i++) {
            clock.users[i] = reader.readLong();
            clock.times[i] = reader.readVarint63();
        }
        clock.count = count;
        return clock;
    }

    /** Moves the user to the end. If that makes too many witnesses, drops the user who has not clicked for longest. */
    private void place(long user, long timeMs) {
        int from = 0;
        while (from < count && users[from] != user) {
            from++;
        }
        if (from == count && count < WITNESSES) {
            count++;
        } else {
            int gap = from == count ? 0 : from;
            System.arraycopy(users, gap + 1, users, gap, count - gap - 1);
            System.arraycopy(times, gap + 1, times, gap, count - gap - 1);
        }
        users[count - 1] = user;
        times[count - 1] = timeMs;
    }

    /** Returns the latest time that at least {@value #QUORUM} witnesses have reached. */
    private long timeOfQuorum() {
        long[] latest = new long[QUORUM]; // descending
        Arrays.fill(latest, UNKNOWN);
        for (int i = 0; i < count; i++) {
            long time = times[i];
            int rank = QUORUM;
            while (rank > 0 && latest[rank - 1] < time) {
                rank--;
            }
            if (rank < QUORUM) {
                System.arraycopy(latest, rank, latest, rank + 1, QUORUM - 1 - rank);
                latest[rank] = time;
            }
        }
        return latest[QUORUM - 1];
    }
}
