package io.freshet.lab.baseline;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of the users who began last, and an index of the sessions that contain an item. A session is the history of
 * a user and grows with each click.
 *
 * <p>Keeps at most {@code capacity} sessions, and for each item the {@code perItem} sessions that it was added to last. Not
 * thread-safe.
 */
final class RecentSessions {
    private static final int[] NONE = {};

    private final int capacity;
    private final int perItem;
    private final int[][] rows; // (capacity): history of each session, oldest first
    private final int[] users; // (capacity)
    private final long[] timesMs; // (capacity): time of the newest click
    private final long[] clicks; // (capacity): number of the newest click in the stream
    private final Map<Integer, Integer> numberOf = new HashMap<>(); // by user
    private @Nullable Ring[] sessionsOf = new Ring[0]; // by row
    private int begun; // number of sessions begun; a session has its number from 0 and the slot number % capacity
    private long observed;

    private int[] stamps; // (capacity): query that has found the session
    private int stamp;
    private int[] found = new int[256]; // slots

    RecentSessions(int capacity, int perItem) {
        if (capacity < 1 || perItem < 1) {
            throw new IllegalArgumentException(
                    "capacity and perItem must be positive: capacity=" + capacity + " perItem=" + perItem);
        }
        this.capacity = capacity;
        this.perItem = perItem;
        this.rows = new int[capacity][];
        this.users = new int[capacity];
        this.timesMs = new long[capacity];
        this.clicks = new long[capacity];
        this.stamps = new int[capacity];
    }

    /** The newest numbers of sessions, at most {@code most}. */
    private static final class Ring {
        private int[] numbers = new int[4];
        private int size;
        private int next;

        void add(int number, int most) {
            if (size == numbers.length && size < most) {
                numbers = Arrays.copyOf(numbers, Math.min(most, 2 * size));
            }
            if (next == numbers.length || next == most) {
                next = 0;
            }
            numbers[next++] = number;
            size = Math.max(size, next);
        }
    }

    /** Records that {@code item} followed the user's history. */
    void add(UserState user, int item) {
        Integer known = numberOf.get(user.user());
        int number = known == null ? begin(user.user()) : known;
        int slot = number % capacity;
        int[] before = rows[slot];
        int[] history = user.history();
        int[] after = Arrays.copyOf(history, history.length + 1);
        after[history.length] = item;
        rows[slot] = after;
        timesMs[slot] = user.timeMs();
        clicks[slot] = observed++;
        for (int position = known == null ? 0 : history.length; position < after.length; position++) {
            if (!contains(before, before.length, after[position]) && !contains(after, position, after[position])) {
                sessionsOf(after[position]).add(number, perItem);
            }
        }
    }

    private int begin(int user) {
        int slot = begun % capacity;
        if (begun >= capacity) {
            numberOf.remove(users[slot]);
        }
        users[slot] = user;
        rows[slot] = NONE;
        numberOf.put(user, begun);
        return begun++;
    }

    /**
     * Finds the sessions of other users that contain an item of the history, at most {@code most} of them: those with the
     * newest clicks. Returns their number; {@link #found} has their slots.
     */
    int find(UserState user, int most) {
        stamp++;
        Integer own = numberOf.get(user.user());
        int count = 0;
        for (int row : user.history()) {
            Ring ring = row < sessionsOf.length ? sessionsOf[row] : null;
            for (int i = 0; ring != null && i < ring.size; i++) {
                int number = ring.numbers[i];
                int slot = number % capacity;
                boolean lives = number > begun - 1 - capacity && (own == null || number != own);
                if (lives && stamps[slot] != stamp) {
                    stamps[slot] = stamp;
                    count = addFound(count, slot);
                }
            }
        }
        return count <= most ? count : newest(count, most);
    }

    private int addFound(int count, int slot) {
        if (count == found.length) {
            found = Arrays.copyOf(found, 2 * count);
        }
        found[count] = slot;
        return count + 1;
    }

    private int newest(int count, int most) {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = clicks[found[i]];
        }
        Arrays.sort(numbers);
        long oldest = numbers[count - most];
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (clicks[found[i]] >= oldest) {
                found[kept++] = found[i];
            }
        }
        return kept;
    }

    /** Returns the slot of a session that {@link #find} has found. */
    int found(int index) {
        return found[index];
    }

    /** Returns the history of a session, oldest first. Read-only. */
    int[] rows(int slot) {
        return rows[slot];
    }

    /** Returns the time of a session's newest click in milliseconds. */
    long timeMs(int slot) {
        return timesMs[slot];
    }

    /** Returns the number of a session's newest click in the stream. */
    long click(int slot) {
        return clicks[slot];
    }

    private Ring sessionsOf(int row) {
        if (row >= sessionsOf.length) {
            sessionsOf = Arrays.copyOf(sessionsOf, Math.max(row + 1, 2 * sessionsOf.length));
        }
        Ring ring = sessionsOf[row];
        if (ring == null) {
            ring = new Ring();
            sessionsOf[row] = ring;
        }
        return ring;
    }

    private static boolean contains(int[] array, int length, int value) {
        for (int i = 0; i < length; i++) {
            if (array[i] == value) {
                return true;
            }
        }
        return false;
    }
}
