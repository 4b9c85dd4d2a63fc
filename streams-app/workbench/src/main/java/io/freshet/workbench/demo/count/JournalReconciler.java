package io.freshet.workbench.demo.count;

import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.StepRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins the accepted clicks of {@code sequences} with the learned clicks of the journal, in the journal's order.
 *
 * <p>The two topics are read concurrently, so either may be ahead. A step waits here until all its records have been
 * read, and a record waits until a step covers it. Not thread-safe.
 */
final class JournalReconciler {
    private static final int HISTORY = 3; // number of previous items that the baselines use

    private final PrequentialRace race;
    private final Map<Integer, Deque<Accepted>> acceptedByPartition = new HashMap<>();
    private final Map<Integer, Long> learnedUpTo = new HashMap<>(); // partition -> offset after the last learned from
    private final Deque<StepRecord> waitingSteps = new ArrayDeque<>();
    private int waitingClicks;
    private long learned;
    private long targets;
    private long learnedTwice;

    /**
     * One record of {@code sequences}.
     *
     * @param offset offset of the record
     * @param isClick whether the record is a click rather than an erasure of the user
     * @param targets positions that the record added
     */
    record Accepted(long offset, boolean isClick, List<Target> targets) {}

    /** An item and the user's last few items before it, as rows. Immutable by convention. */
    static final class Target {
        private final int[] history;
        private final int item;
        private final boolean counts;

        /**
         * Keeps only the last {@code HISTORY} rows of the history.
         *
         * @param history rows, of which the first {@code length} precede the item, oldest first
         * @param counts whether the item is learned from as a target
         */
        Target(int[] history, int length, int item, boolean counts) {
            this.history = Arrays.copyOfRange(history, Math.max(0, length - HISTORY), length);
            this.item = item;
            this.counts = counts;
        }
    }

    JournalReconciler(PrequentialRace race) {
        this.race = race;
    }

    void accepted(int partition, Accepted record) {
        acceptedByPartition.computeIfAbsent(partition, _ -> new ArrayDeque<>()).add(record);
        waitingClicks++;
        takeSteps();
    }

    void step(StepRecord step) {
        waitingSteps.add(step);
        takeSteps();
    }

    /** Returns the number of {@code sequences} records that have been read but not learned from. */
    int waiting() {
        return waitingClicks;
    }

    /** Returns the number of clicks on {@code sequences} that have been learned from. */
    long learned() {
        return learned;
    }

    /** Returns the number of new positions that have been learned from as targets. */
    long targets() {
        return targets;
    }

    /** Returns the number of records that a later step learned from again; 0 unless something is wrong. */
    long learnedTwice() {
        return learnedTwice;
    }

    private void takeSteps() {
        while (!waitingSteps.isEmpty() && isComplete(waitingSteps.getFirst())) {
            take(waitingSteps.removeFirst());
        }
    }

    private boolean isComplete(StepRecord step) {
        int wanted = step.clickTimestampsMs().length;
        if (wanted > waitingClicks) {
            return isRepeated(step);
        }
        int found = 0;
        for (InputRange range : step.ranges()) {
            for (Accepted record : queue(range)) {
                if (record.offset() >= range.to()) {
                    break;
                }
                found++;
            }
        }
        return found >= wanted || isRepeated(step);
    }

    private boolean isRepeated(StepRecord step) {
        return step.ranges().stream().anyMatch(range -> range.from() < learnedUpTo.getOrDefault(range.partition(), 0L));
    }

    private void take(StepRecord step) {
        if (isRepeated(step)) {
            learnedTwice += step.clickTimestampsMs().length;
            return;
        }
        List<Accepted> records = new ArrayList<>();
        for (InputRange range : step.ranges()) {
            Deque<Accepted> queue = queue(range);
            while (!queue.isEmpty() && queue.getFirst().offset() < range.to()) {
                records.add(queue.removeFirst());
            }
            learnedUpTo.put(range.partition(), range.to());
        }
        waitingClicks -= records.size();
        learned += records.stream().filter(Accepted::isClick).count();
        observe(records, step);
    }

    private void observe(List<Accepted> records, StepRecord step) {
        int positions = step.ranks().length;
        int next = 0;
        for (Accepted record : records) {
            for (Target target : record.targets()) {
                if (!target.counts) {
                    race.passOver();
                } else if (next < positions) {
                    race.observe(target.history, target.item, ranks(step, next));
                    targets++;
                }
                next++;
            }
        }
    }

    private static PrequentialRace.Ranks ranks(StepRecord step, int position) {
        return new PrequentialRace.Ranks(
                step.ranks()[position],
                step.targetRanks().network()[position],
                step.targetRanks().memory()[position]);
    }

    private Deque<Accepted> queue(InputRange range) {
        return acceptedByPartition.computeIfAbsent(range.partition(), _ -> new ArrayDeque<>());
    }
}
