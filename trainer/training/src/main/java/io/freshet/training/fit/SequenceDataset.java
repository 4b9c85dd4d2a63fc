package io.freshet.training.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** All interactions of a data set as vocabulary rows, grouped by user. Immutable. */
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
     * Returns a builder of a data set.
     *
     * @param rowOf maps an item to its row; assigns a new row to an item never seen
     */
    public static Builder builder(ToIntFunction<String> rowOf) {
        return new Builder(rowOf);
    }

    /** Returns the number of users. */
    public int users() {
        return users.size();
    }

    /** Returns the id of a user. */
    public String user(int user) {
        return users.get(user);
    }

    /** Returns the user's rows, oldest first; there is at least one. This is not a copy and must not be modified. */
    public int[] sequence(int user) {
        return sequences[user];
    }

    /** Returns the number of interactions of all users. */
    public long interactions() {
        return interactions;
    }

    /** Returns whether any user has interacted with an item more than once. */
    public boolean hasRepeats() {
        return repeats;
    }

    private static boolean hasRepeats(int[] rows) {
        return Arrays.stream(rows).distinct().count() < rows.length;
    }

    /** Builds a data set from interactions in any order. Not thread-safe. */
    public static final class Builder {
        private static final int NONE = -1;

        private final ToIntFunction<String> rowOf;
        private final Names users = new Names();
        private final Names items = new Names();
        private int[] userOf = new int[1024]; // (interactions)
        private int[] itemOf = new int[1024]; // (interactions)
        private long[] times = new long[1024]; // (interactions)
        private int size;

        private Builder(ToIntFunction<String> rowOf) {
            this.rowOf = rowOf;
        }

        /** Ids, numbered in order of arrival. */
        private static final class Names {
            private final Map<String, Integer> numbers = new HashMap<>();
            private final List<String> names = new ArrayList<>();

            int add(String name) {
                Integer known = numbers.putIfAbsent(name, names.size());
                if (known == null) {
                    names.add(name);
                    return names.size() - 1;
                }
                return known;
            }

            String get(int number) {
                return names.get(number);
            }

            /** Returns an array with {@link #NONE} for each id. */
            int[] unnumbered() {
                int[] numbered = new int[names.size()];
                Arrays.fill(numbered, NONE);
                return numbered;
            }
        }

        /** Adds an interaction. */
        public Builder add(String user, String item, long timestampMs) {
            reserve();
            userOf[size] = users.add(user);
            itemOf[size] = items.add(item);
            times[size] = timestampMs;
            size++;
            return this;
        }

        private void reserve() {
            if (size == times.length) {
                userOf = Arrays.copyOf(userOf, 2 * size);
                itemOf = Arrays.copyOf(itemOf, 2 * size);
                times = Arrays.copyOf(times, 2 * size);
            }
        }

        /**
         * Builds the data set. The interactions of a user are in order of time, and at equal times in order of arrival.
         * Users, and items without a row, are numbered in order of arrival.
         */
        public SequenceDataset build() {
            return build(IntStream.range(0, size).toArray());
        }

        /**
         * Builds the data set as {@link #build} does, but numbers users and items in order of time and, at equal
         * times, of user ids. So the data set does not depend on the order in which the users' interactions arrived.
         * If all interactions have the same time, they keep their order of arrival.
         */
        public SequenceDataset buildInOrderOfTime() {
            if (Arrays.stream(times, 0, size).distinct().limit(2).count() < 2) {
                return build();
            }
            return build(IntStream.range(0, size)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingLong(i -> times[i]).thenComparing(i -> users.get(userOf[i])))
                    .mapToInt(Integer::intValue)
                    .toArray());
        }

        /** @param order order of the interactions, by which users and items are numbered */
        private SequenceDataset build(int[] order) {
            int[] numberOfUser = users.unnumbered();
            int[] rowOfItem = items.unnumbered();
            int[] starts = new int[numberOfUser.length + 1]; // by the users' new numbers
            List<String> numbered = new ArrayList<>(numberOfUser.length);
            for (int i : order) {
                int user = userOf[i];
                if (numberOfUser[user] == NONE) {
                    numberOfUser[user] = numbered.size();
                    numbered.add(users.get(user));
                }
                starts[numberOfUser[user] + 1]++;
                int item = itemOf[i];
                if (rowOfItem[item] == NONE) {
                    rowOfItem[item] = rowOf.applyAsInt(items.get(item));
                }
            }
            Arrays.parallelPrefix(starts, Integer::sum);
            int[] next = starts.clone();
            int[] byUser = new int[size]; // interactions, user by user
            for (int i : order) {
                byUser[next[numberOfUser[userOf[i]]]++] = i;
            }
            int[][] sequences = new int[numbered.size()][];
            for (int user = 0; user < sequences.length; user++) {
                sequences[user] = Arrays.stream(byUser, starts[user], starts[user + 1])
                        .boxed()
                        .sorted(Comparator.comparingLong(i -> times[i]))
                        .mapToInt(i -> rowOfItem[itemOf[i]])
                        .toArray();
            }
            return new SequenceDataset(List.copyOf(numbered), sequences);
        }
    }
}
