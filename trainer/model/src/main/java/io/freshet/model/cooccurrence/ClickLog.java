package io.freshet.model.cooccurrence;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The newest clicks of all users, at most {@value #CAPACITY}, joined into sessions. A session is what a memory has observed
 * of a user's clicks. A click continues the newest session that ends with the clicks before it, so no user is named. A session that
 * is not found, because many newer clicks are on the same item, begins anew.
 *
 * <p>A click is named by its slot in a ring. Each click has links to the click before it and the click after it in its
 * session, and to the click before it on the same item. A link is a distance in clicks, and 0 if there is no such click.
 * Takes 20 bytes for each click, and 4 to 8 for each row. One thread changes it; many may read it while it does not change.
 */
final class ClickLog {
    static final int CAPACITY = 1 << 17;

    /** No click. */
    static final int NONE = -1;

    /** Row of a click whose item was forgotten, or that was erased. */
    static final int FORGOTTEN = -1;

    /** Number of an item's newest clicks among which a session to continue is searched. */
    private static final int SEARCHED = 256;

    private static final int DIFFERENT = 0;
    private static final int PARTIAL = 1;
    private static final int EXACT = 2;

    private static final int FIRST_CAPACITY = 1 << 8;

    // The numbers of a click are next to each other, so a search reads one line of the cache for each click.
    private static final int ROW = 0;
    private static final int SESSION = 1; // equal for clicks of the same session
    private static final int BEFORE = 2; // distance to the click before in the session
    private static final int AFTER = 3; // distance to the click after in the session
    private static final int OLDER = 4; // distance to the click before on the same item
    private static final int NUMBERS = 5;

    private int[] clicks = new int[FIRST_CAPACITY * NUMBERS]; // (capacity, numbers)
    private int capacity = FIRST_CAPACITY; // a power of two
    private int[] newest = new int[0]; // by row: slot of the newest click plus 1; 0 for none
    private int end; // slot of the next click
    private int size;
    private int begun; // number of sessions

    int size() {
        return size;
    }

    /** Returns the slot of the click that has {@code newer} newer ones. */
    int slot(int newer) {
        return (end - 1 - newer) & (capacity - 1);
    }

    /** Returns the number of clicks that are newer than this one. */
    int newerThan(int slot) {
        return (end - 1 - slot) & (capacity - 1);
    }

    /** Returns the row of a click, or {@link #FORGOTTEN}. */
    int row(int slot) {
        return clicks[slot * NUMBERS + ROW];
    }

    /** Returns a number that the clicks of a session share. */
    int session(int slot) {
        return clicks[slot * NUMBERS + SESSION];
    }

    /** Returns the slot of the newest click on an item, or {@link #NONE}. */
    int newestOf(int row) {
        return row < newest.length ? newest[row] - 1 : NONE;
    }

    /** Returns the slot of the click before this one on the same item, or {@link #NONE}. */
    int olderOf(int slot) {
        return back(slot, clicks[slot * NUMBERS + OLDER]);
    }

    /** Returns the slot of the click before this one in the same session, or {@link #NONE}. */
    int beforeOf(int slot) {
        return back(slot, distanceBefore(slot));
    }

    /** Returns the slot of the click after this one in the same session, or {@link #NONE}. */
    int afterOf(int slot) {
        return clicks[slot * NUMBERS + AFTER] == 0 ? NONE : (slot + clicks[slot * NUMBERS + AFTER]) & (capacity - 1);
    }

    private int back(int slot, int distance) {
        return distance == 0 || newerThan(slot) + distance >= size ? NONE : (slot - distance) & (capacity - 1);
    }

    /**
     * Returns the last click of the session that {@code history[from, to)} belongs to, or {@link #NONE}. The session's clicks must be
     * the newest clicks of the history, at least two. If nothing but these is in session and history, the newest such session
     * is taken, otherwise the newest of those in which one of the two begins earlier. Forgotten items count in neither.
     *
     * @param isWhole whether nothing came before the first of these clicks
     */
    int lastOf(int[] history, int from, int to, boolean isWhole) {
        int fallback = NONE;
        int slot = to - from < 2 ? NONE : newestOf(history[to - 1]);
        for (int i = 0; i < SEARCHED && slot != NONE; i++) {
            int last = endAfter(slot);
            if (last != NONE) {
                int match = match(slot, history, from, to, isWhole);
                if (match == EXACT) {
                    return last;
                }
                fallback = fallback == NONE && match == PARTIAL ? last : fallback;
            }
            slot = olderOf(slot);
        }
        return fallback;
    }

    /** Returns the last click of a click's session if all clicks after it were forgotten, otherwise {@link #NONE}. */
    private int endAfter(int slot) {
        int last = slot;
        for (int next = afterOf(last); next != NONE; next = afterOf(last)) {
            if (row(next) != FORGOTTEN) {
                return NONE;
            }
            last = next;
        }
        return last;
    }

    private int match(int last, int[] history, int from, int to, boolean isWhole) {
        int first = firstShared(last, history, from, to);
        if (first == to) {
            return DIFFERENT;
        }
        return first == from && (!isWhole || isFirst(knownBefore(last, to - 1 - first))) ? EXACT : PARTIAL;
    }

    /**
     * Returns where the clicks begin that a history and the session of its newest click have in common, up to the beginning of
     * one of the two. Returns {@code to} if they differ, or have only one click in common.
     */
    private int firstShared(int last, int[] history, int from, int to) {
        int position = to - 1;
        int earlier = knownBefore(last);
        while (position > from && earlier != NONE) {
            if (row(earlier) != history[position - 1]) {
                return to;
            }
            position--;
            earlier = knownBefore(earlier);
        }
        return position == to - 1 ? to : position;
    }

    /** Returns whether all clicks before this one in its session were forgotten, and none has left the ring. */
    private boolean isFirst(int slot) {
        int first = slot;
        while (distanceBefore(first) != 0) {
            first = beforeOf(first);
            if (first == NONE || row(first) != FORGOTTEN) {
                return false;
            }
        }
        return true;
    }

    /** Returns the newest click before this one in its session whose item was not forgotten, or {@link #NONE}. */
    private int knownBefore(int slot) {
        int earlier = beforeOf(slot);
        while (earlier != NONE && row(earlier) == FORGOTTEN) {
            earlier = beforeOf(earlier);
        }
        return earlier;
    }

    /** Returns the click that has so many known clicks after it, up to {@code slot}, in its session. */
    private int knownBefore(int slot, int count) {
        int earlier = slot;
        for (int i = 0; i < count; i++) {
            earlier = knownBefore(earlier);
        }
        return earlier;
    }

    /**
     * Adds a click on {@code item} after {@code history[from, to)}. If no session belongs to this history, a new one begins with
     * the newest click of the history.
     */
    void add(int[] history, int from, int to, boolean isWhole, int item) {
        int last = lastOf(history, from, to, isWhole);
        append(item, last == NONE ? append(history[to - 1], NONE) : last);
    }

    /** Adds a click to the session of {@code last}, or to a new one if that is {@link #NONE}, and returns its slot. */
    private int append(int row, int last) {
        int distance = last == NONE ? 0 : newerThan(last) + 1;
        makeRoom(row);
        int slot = end;
        end = (end + 1) & (capacity - 1);
        size = Math.min(size + 1, capacity);
        clicks[slot * NUMBERS + ROW] = row;
        // If the ring was full and the last click of the session was its oldest, that click is no longer there.
        boolean continues = distance > 0 && distance < size;
        clicks[slot * NUMBERS + SESSION] = distance > 0 ? session(last) : begun++;
        clicks[slot * NUMBERS + BEFORE] = distance;
        clicks[slot * NUMBERS + AFTER] = 0;
        if (continues) {
            clicks[last * NUMBERS + AFTER] = distance;
        }
        clicks[slot * NUMBERS + OLDER] = 0;
        if (row != FORGOTTEN) {
            clicks[slot * NUMBERS + OLDER] = newest[row] == 0 ? 0 : newerThan(newest[row] - 1);
            newest[row] = slot + 1;
        }
        return slot;
    }

    /** Makes room for a click: enlarges the arrays, or removes the oldest click. */
    private void makeRoom(int row) {
        if (row >= newest.length) {
            newest = Arrays.copyOf(newest, Math.max(row + 1, 2 * newest.length));
        }
        if (size < capacity) {
            return;
        }
        if (size < CAPACITY) { // the ring has not wrapped yet
            capacity = 2 * size;
            clicks = Arrays.copyOf(clicks, capacity * NUMBERS);
            end = size;
            return;
        }
        int oldest = row(end);
        if (oldest != FORGOTTEN && newest[oldest] == end + 1) {
            newest[oldest] = 0;
        }
    }

    /** Takes some items out of the clicks. The clicks before and after them remain joined. */
    void forget(BitSet itemRows) {
        for (int row = itemRows.nextSetBit(0); row >= 0; row = itemRows.nextSetBit(row + 1)) {
            for (int slot = newestOf(row); slot != NONE; slot = olderOf(slot)) {
                clicks[slot * NUMBERS + ROW] = FORGOTTEN;
            }
            if (row < newest.length) {
                newest[row] = 0;
            }
        }
    }

    /**
     * Erases the session that ends with the clicks {@code own[from, to)} of a user, oldest first. Of the sessions whose newest clicks
     * are the newest of these, as far as both go back, it takes the one that shares most of them; of equal ones, one in which
     * nothing came before, then the newest. At least two clicks must be shared. If that session begins later than these clicks,
     * because the one before it was not found when it was to be continued, the one before is erased in the same way. Erased clicks
     * have no item, like clicks whose item was forgotten.
     *
     * @param isWhole whether the user had no click before the first of these
     */
    void erase(int[] own, int from, int to, boolean isWhole) {
        int end = to;
        int newer = NONE; // number of clicks after the first one that was erased last
        while (end - from >= 2) {
            int last = endOf(own, from, end, isWhole, newer);
            if (last == NONE) {
                return;
            }
            int first = firstShared(last, own, from, end);
            newer = newerThan(knownBefore(last, end - 1 - first));
            eraseUpTo(last);
            end = first + 1; // a session that was not found began anew with the newest click before
        }
    }

    /** Returns the last known click of the session to erase, or {@link #NONE}. More than {@code newer} clicks must be newer. */
    private int endOf(int[] own, int from, int end, boolean isWhole, int newer) {
        int best = NONE;
        int bestFirst = end;
        boolean isBestExact = false;
        for (int slot = newestOf(own[end - 1]); slot != NONE; slot = olderOf(slot)) {
            int first = newerThan(slot) > newer && endAfter(slot) != NONE ? firstShared(slot, own, from, end) : end;
            if (first < end && first <= bestFirst) {
                boolean isExact = match(slot, own, from, end, isWhole) == EXACT;
                if (first < bestFirst || (isExact && !isBestExact)) {
                    best = slot;
                    bestFirst = first;
                    isBestExact = isExact;
                }
            }
        }
        return best;
    }

    /** Erases a click and all before it in its session. */
    private void eraseUpTo(int last) {
        BitSet items = new BitSet();
        for (int slot = last; slot != NONE; slot = beforeOf(slot)) {
            if (row(slot) != FORGOTTEN) {
                items.set(row(slot));
                clicks[slot * NUMBERS + ROW] = FORGOTTEN;
            }
        }
        items.stream().forEach(this::leaveOutErased);
    }

    /** Joins the clicks on an item that were not erased. */
    private void leaveOutErased(int item) {
        int kept = NONE;
        int slot = newestOf(item);
        newest[item] = 0;
        while (slot != NONE) {
            int next = olderOf(slot);
            if (row(slot) != FORGOTTEN) {
                if (kept == NONE) {
                    newest[item] = slot + 1;
                } else {
                    clicks[kept * NUMBERS + OLDER] = newerThan(slot) - newerThan(kept);
                }
                clicks[slot * NUMBERS + OLDER] = 0;
                kept = slot;
            }
            slot = next;
        }
    }

    /** Returns the distance to the click before this one in its session, which may have left the ring; 0 if there was none. */
    int distanceBefore(int slot) {
        return clicks[slot * NUMBERS + BEFORE];
    }

    /** Adds a click as a file has it, with its {@link #distanceBefore}. */
    void restore(int row, int distance) {
        int slot = append(row, distance == 0 || distance > size ? NONE : slot(distance - 1));
        clicks[slot * NUMBERS + BEFORE] = distance;
    }

    /** Takes over the clicks of another log. */
    void copyFrom(ClickLog other) {
        clicks = copy(other.clicks, clicks);
        capacity = other.capacity;
        newest = copy(other.newest, newest);
        end = other.end;
        size = other.size;
        begun = other.begun;
    }

    /** Returns a copy, in the second array if that has the same length. */
    private static int[] copy(int[] from, int[] to) {
        if (from.length != to.length) {
            return from.clone();
        }
        System.arraycopy(from, 0, to, 0, from.length);
        return to;
    }
}
