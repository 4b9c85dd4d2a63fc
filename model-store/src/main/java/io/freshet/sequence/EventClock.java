package io.freshet.sequence;

import io.freshet.format.ByteReader;
import io.freshet.format.ByteWriter;
import java.util.Arrays;

/**
 * The present of a stream of clicks, in the clicks' own time. It decides what is old. No single user can move it.
 *
 * <p>A click counts at the time that it states, but never later than its Kafka record ({@link #timeOf}). The clock keeps
 * the latest click's time of each of the last {@value #WITNESSES} distinct users, its witnesses. It is the latest time
 * that {@value #QUORUM} of them have reached, and it never goes back. So fewer than {@value #QUORUM} users whose times are
 * wrong cannot move it past the times of the others, however many clicks they send. A file of the past moves it as the
 * users of that file go on.
 *
 * <p>Until {@value #QUORUM} users have clicked, the time {@linkplain #isKnown is not known}, and nothing is old.
 *
 * <p>The clock depends on the observed clicks and on their order alone, not on the wall clock. Not thread-safe.
 */
public final class EventClock {
    /** Users whose times are kept. */
    static final int WITNESSES = 32;

    /** Users who must have reached a time. */
    static final int QUORUM = 5;

    private static final long UNKNOWN = -1;
    private static final int WITNESS_BYTES = Long.BYTES + 1;

    private final long[] users = new long[WITNESSES]; // hashes, (count), the user of the latest click last
    private final long[] times = new long[WITNESSES]; // (count), of each user's latest click
    private int count;
    private long nowMs = UNKNOWN;

    /** A clock that knows no time yet. */
    public EventClock() {}

    /** A clock that stood at a time when its witnesses were lost. */
    public static EventClock startingAt(long nowMs) {
        EventClock clock = new EventClock();
        clock.nowMs = nowMs;
        return clock;
    }

    /**
     * The time at which a click counts.
     *
     * @param clickMs what the click states
     * @param recordMs the click's Kafka record; a click cannot have happened after it was written
     */
    public static long timeOf(long clickMs, long recordMs) {
        return Math.max(0, Math.min(clickMs, recordMs));
    }

    /**
     * Takes a click as its user's word for the time.
     *
     * @param timeMs {@link #timeOf} the click
     */
    public void observe(String user, long timeMs) {
        place(EventIdHash.of(user), timeMs);
        if (count >= QUORUM && timeMs > nowMs) {
            nowMs = Math.max(nowMs, timeOfQuorum());
        }
    }

    /** Whether a quorum has spoken. */
    public boolean isKnown() {
        return nowMs != UNKNOWN;
    }

    /** The present. While it is not known, the earliest time of the witnesses, which can fall; 0 without a click. */
    public long nowMs() {
        return isKnown() ? nowMs : Arrays.stream(times, 0, count).min().orElse(0);
    }

    /** Whether something of that time is older than {@code retentionMs}. Never, while the time is not known. */
    public boolean isPast(long timeMs, long retentionMs) {
        return isKnown() && timeMs < nowMs - retentionMs;
    }

    /**
     * Appends the state.
     *
     * <pre>
     * zigzag    the time, epoch ms; -1 where it is not known
     * varint    witnesses, then for each, that of the latest click last
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

    /** The clock that {@link #writeTo} wrote. It goes on as that one would. */
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

    /** Makes the user the last one; where there are too many, the one who has been silent for longest goes. */
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

    /** The latest time that {@value #QUORUM} witnesses have reached. */
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
