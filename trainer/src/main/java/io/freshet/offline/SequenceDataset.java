package io.freshet.offline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** All that users did, user by user, as vocabulary rows. Users come in the order of their first interaction. Immutable. */
public final class SequenceDataset {
    private final List<String> users;
    private final int[][] sequences; // (users, their interactions), oldest first
    private final long interactions;
    private final boolean repeats;

    private SequenceDataset(List<String> users, int[][] sequences) {
        this.users = users;
        this.sequences = sequences;
        this.interactions =
                Arrays.stream(sequences).mapToLong(rows -> rows.length).sum();
        this.repeats = Arrays.stream(sequences).anyMatch(SequenceDataset::hasRepeats);
    }

    /**
     * Begins a data set.
     *
     * @param rowOf the row of an item, a new one for an item never seen
     */
    public static Builder builder(ToIntFunction<String> rowOf) {
        return new Builder(rowOf);
    }

    /** How many users. */
    public int users() {
        return users.size();
    }

    public String user(int user) {
        return users.get(user);
    }

    /** The user's rows, oldest first; at least one. Not a copy: not to be changed. */
    public int[] sequence(int user) {
        return sequences[user];
    }

    /** Of all users. */
    public long interactions() {
        return interactions;
    }

    /** Whether some user has met an item more than once. */
    public boolean hasRepeats() {
        return repeats;
    }

    private static boolean hasRepeats(int[] rows) {
        return Arrays.stream(rows).distinct().count() < rows.length;
    }

    /** Takes interactions in any order. Not thread-safe. */
    public static final class Builder {
        private final ToIntFunction<String> rowOf;
        private final Map<String, Integer> userNumbers = new HashMap<>();
        private final List<String> users = new ArrayList<>();
        private int[] userOf = new int[1024]; // (interactions)
        private int[] rows = new int[1024]; // (interactions)
        private long[] times = new long[1024]; // (interactions)
        private int size;

        private Builder(ToIntFunction<String> rowOf) {
            this.rowOf = rowOf;
        }

        /**
         * Adds an interaction. Those of a user are put in order of time; among equal times they stay in the order in
         * which they came.
         */
        public Builder add(String user, String item, long timestampMs) {
            reserve();
            userOf[size] = userNumbers.computeIfAbsent(user, this::addUser);
            rows[size] = rowOf.applyAsInt(item);
            times[size] = timestampMs;
            size++;
            return this;
        }

        private int addUser(String user) {
            users.add(user);
            return users.size() - 1;
        }

        private void reserve() {
            if (size == rows.length) {
                userOf = Arrays.copyOf(userOf, 2 * size);
                rows = Arrays.copyOf(rows, 2 * size);
                times = Arrays.copyOf(times, 2 * size);
            }
        }

        /** The data set of what has been added. */
        public SequenceDataset build() {
            int[] starts = new int[users.size() + 1];
            for (int i = 0; i < size; i++) {
                starts[userOf[i] + 1]++;
            }
            Arrays.parallelPrefix(starts, Integer::sum);
            int[] byUser = byUser(starts);
            int[][] sequences = new int[users.size()][];
            for (int user = 0; user < sequences.length; user++) {
                sequences[user] = inOrderOfTime(byUser, starts[user], starts[user + 1]);
            }
            return new SequenceDataset(List.copyOf(users), sequences);
        }

        /** The interactions' numbers, user by user. */
        private int[] byUser(int[] starts) {
            int[] next = starts.clone();
            int[] byUser = new int[size];
            for (int i = 0; i < size; i++) {
                byUser[next[userOf[i]]++] = i;
            }
            return byUser;
        }

        private int[] inOrderOfTime(int[] byUser, int from, int to) {
            return IntStream.range(from, to)
                    .mapToObj(i -> byUser[i])
                    .sorted(Comparator.comparingLong(i -> times[i]))
                    .mapToInt(i -> rows[i])
                    .toArray();
        }
    }
}
