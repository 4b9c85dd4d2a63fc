package io.freshet.training.replaybuffer;

import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bounded store of users' sequences, as item rows with their weights as targets. Each user has one slot, which
 * holds the user's newest sequence.
 *
 * <p>When the reservoir is full, a new user takes over a random slot. The probability that a user is still in the
 * reservoir thus falls exponentially with the number of new users since then, by a factor of {@code 1 - 1 / capacity}
 * for each. (Vitter's algorithm R would keep a uniform sample of all users ever seen; a recommender needs recent
 * sequences.) Draws are uniform over the slots.
 *
 * <p>The contents and the draws are a function of the seed and of the order of changes only. The memory is at most
 * {@code capacity * (4 * maxLength + about 100)} bytes, and {@code 4 * maxLength} more for each user once some weight
 * is not 1. Not thread-safe.
 */
public final class ReplayReservoir {
    private static final int FIRST_SLOTS = 1024;

    private final int capacity;
    private final int maxLength;
    private final long seed;
    private final Map<String, Integer> slotOf = new HashMap<>();
    private String[] users; // (slots)
    private int[] lengths; // (slots)
    private int[] rows; // (slots, maxLength): the first lengths[slot] of a slot are used, oldest first
    private float @Nullable [] weights; // (slots, maxLength), laid out as rows; null while all are 1
    private int size;
    private long replacements;

    /**
     * @param capacity maximum number of users, at least 1
     * @param maxLength maximum number of positions kept for each user, the newest ones; at least 2
     */
    public ReplayReservoir(int capacity, int maxLength, long seed) {
        this(capacity, maxLength, seed, FIRST_SLOTS);
    }

    /** @param firstSlots initial number of slots, at least 1 */
    ReplayReservoir(int capacity, int maxLength, long seed, int firstSlots) {
        if (capacity < 1 || maxLength < 2 || (long) capacity * maxLength > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "a reservoir must fit into one array: capacity=" + capacity + " maxLength=" + maxLength);
        }
        this.capacity = capacity;
        this.maxLength = maxLength;
        this.seed = seed;
        int slots = Math.min(firstSlots, capacity);
        this.users = new String[slots];
        this.lengths = new int[slots];
        this.rows = new int[slots * maxLength];
    }

    /**
     * Stores the newest version of a user's sequence: the last {@code maxLength} of the positions from {@code from}
     * (inclusive) to {@code to} (exclusive). They are copied.
     */
    public void put(String user, int[] sequence, int from, int to) {
        put(user, sequence, null, from, to);
    }

    /**
     * Stores the newest version of a user's sequence, as {@link #put(String, int[], int, int)} does, with its weights.
     *
     * @param sequenceWeights weights of the same positions as targets; null if all are 1
     */
    public void put(String user, int[] sequence, float @Nullable [] sequenceWeights, int from, int to) {
        Integer known = slotOf.get(user);
        int slot = known != null ? known : claimSlot(user);
        fill(slot, sequence, sequenceWeights, Math.max(from, to - maxLength), to);
    }

    /** Returns a copy of what is held, for another thread to write. It must not be changed. */
    public ReplayReservoir frozen() {
        ReplayReservoir frozen = new ReplayReservoir(capacity, maxLength, seed, 1);
        frozen.users = Arrays.copyOf(users, size);
        frozen.lengths = Arrays.copyOf(lengths, size);
        frozen.rows = Arrays.copyOf(rows, size * maxLength);
        frozen.weights = weights == null ? null : Arrays.copyOf(weights, size * maxLength);
        frozen.size = size;
        frozen.replacements = replacements;
        return frozen;
    }

    /** Returns whether the reservoir holds a sequence of this user. */
    public boolean holds(String user) {
        return slotOf.containsKey(user);
    }

    /**
     * Passes {@code count} sequences to {@code to}, the last {@code lastPositions} of each. They are drawn uniformly,
     * with replacement. Passes none if the reservoir is empty.
     *
     * @param step coordinate of the draw: the same step draws the same slots
     */
    public void draw(long step, int count, int lastPositions, SequenceConsumer to) {
        for (int i = 0; i < count && size > 0; i++) {
            int slot = (int) CounterRandom.below(size, seed, step, Purpose.REPLAY_DRAW, i);
            int end = slot * maxLength + lengths[slot];
            to.accept(rows, weights, end - Math.min(lengths[slot], lastPositions), end);
        }
    }

    /** Removes items from all sequences, which become shorter. */
    public void forget(List<Integer> itemRows) {
        BitSet gone = new BitSet();
        itemRows.forEach(gone::set);
        for (int slot = 0; slot < size; slot++) {
            int start = slot * maxLength;
            int kept = start;
            for (int place = start; place < start + lengths[slot]; place++) {
                if (!gone.get(rows[place])) {
                    rows[kept] = rows[place];
                    if (weights != null) {
                        weights[kept] = weights[place];
                    }
                    kept++;
                }
            }
            lengths[slot] = kept - start;
        }
    }

    /**
     * Gives items other rows, in all sequences.
     *
     * @param newRows old row → new row, for each row that changes; at least one
     */
    public void renumber(Map<Integer, Integer> newRows) {
        int lowest = Collections.min(newRows.keySet());
        for (int slot = 0; slot < size; slot++) {
            int start = slot * maxLength;
            for (int place = start; place < start + lengths[slot]; place++) {
                if (rows[place] >= lowest) {
                    rows[place] = newRows.getOrDefault(rows[place], rows[place]);
                }
            }
        }
    }

    /** Returns the users held, in the order of their slots. */
    public List<String> users() {
        return List.copyOf(Arrays.asList(users).subList(0, size));
    }

    /** Removes a user. The last slot moves into the freed one. */
    public void remove(String user) {
        Integer slot = slotOf.remove(user);
        if (slot == null) {
            return;
        }
        size--;
        if (slot < size) {
            users[slot] = users[size];
            slotOf.put(users[slot], slot);
            lengths[slot] = lengths[size];
            System.arraycopy(rows, size * maxLength, rows, slot * maxLength, maxLength);
            if (weights != null) {
                System.arraycopy(weights, size * maxLength, weights, slot * maxLength, maxLength);
            }
        }
        users[size] = "";
        Arrays.fill(rows, size * maxLength, (size + 1) * maxLength, 0);
    }

    /** Returns the number of users held. */
    public int size() {
        return size;
    }

    /** Returns the maximum number of users. */
    public int capacity() {
        return capacity;
    }

    /** Returns the maximum number of positions kept for each user. */
    public int maxLength() {
        return maxLength;
    }

    public long seed() {
        return seed;
    }

    /** Returns the number of users replaced so far. */
    public long replacements() {
        return replacements;
    }

    String userAt(int slot) {
        return users[slot];
    }

    int lengthAt(int slot) {
        return lengths[slot];
    }

    int rowAt(int slot, int position) {
        return rows[slot * maxLength + position];
    }

    /** Returns whether some weight may differ from 1. */
    boolean hasWeights() {
        return weights != null;
    }

    float weightAt(int slot, int position) {
        return weights == null ? 1f : weights[slot * maxLength + position];
    }

    void restoreWeight(int slot, int position, float weight) {
        ownWeights()[slot * maxLength + position] = weight;
    }

    /** Adds the next slot of a reservoir that is being restored. Slots must be restored in their original order. */
    void restore(String user, int[] sequence, int length) {
        if (slotOf.containsKey(user) || size == capacity) {
            throw new IllegalArgumentException(
                    "a slot must be free and the user new: user=" + user + " size=" + size + " capacity=" + capacity);
        }
        fill(claimSlot(user), sequence, null, 0, length);
    }

    void restoreReplacements(long count) {
        replacements = count;
    }

    private int claimSlot(String user) {
        int slot = size < capacity ? size : slotToReplace();
        if (slot == users.length) {
            grow();
        }
        if (slot == size) {
            size++;
        } else {
            slotOf.remove(users[slot]);
        }
        users[slot] = user;
        slotOf.put(user, slot);
        return slot;
    }

    private int slotToReplace() {
        return (int) CounterRandom.below(capacity, seed, replacements++, Purpose.REPLAY_REPLACE, 0);
    }

    private void fill(int slot, int[] sequence, float @Nullable [] sequenceWeights, int from, int to) {
        lengths[slot] = to - from;
        System.arraycopy(sequence, from, rows, slot * maxLength, to - from);
        if (sequenceWeights != null && (weights != null || !areAllOne(sequenceWeights, from, to))) {
            System.arraycopy(sequenceWeights, from, ownWeights(), slot * maxLength, to - from);
        } else if (weights != null) {
            Arrays.fill(weights, slot * maxLength, slot * maxLength + to - from, 1f);
        }
    }

    private static boolean areAllOne(float[] sequenceWeights, int from, int to) {
        for (int position = from; position < to; position++) {
            if (sequenceWeights[position] != 1f) {
                return false;
            }
        }
        return true;
    }

    private float[] ownWeights() {
        float[] own = weights;
        if (own == null) {
            own = new float[rows.length];
            Arrays.fill(own, 1f);
            weights = own;
        }
        return own;
    }

    private void grow() {
        int slots = (int) Math.min(capacity, 2L * users.length);
        users = Arrays.copyOf(users, slots);
        lengths = Arrays.copyOf(lengths, slots);
        rows = Arrays.copyOf(rows, slots * maxLength);
        if (weights != null) {
            weights = Arrays.copyOf(weights, slots * maxLength);
        }
    }
}
