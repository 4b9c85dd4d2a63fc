package io.freshet.replay;

import io.freshet.sampling.CounterRandom;
import io.freshet.sampling.CounterRandom.Purpose;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bounded memory of users' sequences as item rows with their weights as targets: one slot for each user, holding that
 * user's newest sequence.
 *
 * <p>A new user who comes into a full reservoir takes a slot drawn at random, so the chance to still be there falls
 * exponentially with the number of users that came since, at a rate of one part in {@code capacity}. (Vitter's
 * algorithm R would keep a uniform sample of all time instead; a recommender wants the recent.) Draws are uniform over
 * the slots.
 *
 * <p>What it holds, and what it draws, is a function of its seed and of the order of puts alone. Memory is at most
 * {@code capacity * (4 * maxLength + about 100)} bytes, and {@code 4 * maxLength} more of each once not every weight is 1.
 * Not thread-safe.
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
    private float @Nullable [] weights; // (slots, maxLength), likewise; null while each is 1
    private int size;
    private long replacements;

    /**
     * @param capacity users kept, at least 1
     * @param maxLength newest positions kept of each, at least 2
     */
    public ReplayReservoir(int capacity, int maxLength, long seed) {
        this(capacity, maxLength, seed, FIRST_SLOTS);
    }

    /** @param firstSlots users that there is room for from the start; 1 at least */
    ReplayReservoir(int capacity, int maxLength, long seed, int firstSlots) {
        if (capacity < 1 || maxLength < 2 || (long) capacity * maxLength > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "a reservoir must fit one array: capacity=" + capacity + " maxLength=" + maxLength);
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
     * Keeps the newest version of a user's sequence: the last {@code maxLength} of the positions from {@code from} to
     * {@code to}. Copies them.
     */
    public void put(String user, int[] sequence, int from, int to) {
        put(user, sequence, null, from, to);
    }

    /**
     * Keeps the newest version of a user's sequence, as {@link #put(String, int[], int, int)} does, with its weights.
     *
     * @param sequenceWeights of the same positions as targets; null where each weighs 1
     */
    public void put(String user, int[] sequence, float @Nullable [] sequenceWeights, int from, int to) {
        Integer known = slotOf.get(user);
        int slot = known != null ? known : claimSlot(user);
        fill(slot, sequence, sequenceWeights, Math.max(from, to - maxLength), to);
    }

    /** Whether it keeps a sequence of this user. */
    public boolean holds(String user) {
        return slotOf.containsKey(user);
    }

    /**
     * Hands over {@code count} sequences drawn uniformly, with replacement, the last {@code lastPositions} of each;
     * none where the reservoir is empty.
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

    /** Takes those items out of all sequences, which become shorter. */
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

    /** Forgets a user: the last slot's moves into the slot that is free. */
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

    /** Users held. */
    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    public int maxLength() {
        return maxLength;
    }

    public long seed() {
        return seed;
    }

    /** How many users have been pushed out so far. */
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

    /** Whether some weight may be another than 1. */
    boolean hasWeights() {
        return weights != null;
    }

    float weightAt(int slot, int position) {
        return weights == null ? 1f : weights[slot * maxLength + position];
    }

    void restoreWeight(int slot, int position, float weight) {
        ownWeights()[slot * maxLength + position] = weight;
    }

    /** Takes up where a reservoir with these slots, in this order, and this number of replacements left off. */
    void restore(String user, int[] sequence, int length) {
        if (slotOf.containsKey(user) || size == capacity) {
            throw new IllegalArgumentException(
                    "a slot must be free and its user new: user=" + user + " size=" + size + " capacity=" + capacity);
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
