package io.freshet.workbench.demo.count;

import io.freshet.store.event.EventTypes;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.EventClock;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.vocabulary.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Counts the fate of every click from the records on the topics. Only committed records are read, from the beginning of
 * the topics, so the counts do not depend on how often the program was killed.
 *
 * <p>Thread-safe: one thread writes, other threads read {@link #figures()}.
 */
public final class PipelineCounts {
    private static final int SHOWN_ITEMS = 4;
    private static final int CLICKS_PER_FORGETTING = 50_000;

    private final Vocabulary vocabulary = new Vocabulary();
    private final PrequentialRace race = new PrequentialRace();
    private final JournalReconciler reconciler = new JournalReconciler(race);
    private final RecentUsers recentUsers = new RecentUsers();
    private final EventTypes types;
    private final HistoryRows history;
    private final long retentionMs;
    private final EventClock clock = new EventClock();
    private long[] newestClickMs = new long[1024]; // (items)
    private long accepted;
    private long deadLetters;
    private long recommendations;
    private long steps;
    private long snapshots;

    /**
     * @param types meanings of the event types
     * @param itemRetention time after which the model and the baselines forget an item; zero for never
     */
    public PipelineCounts(EventTypes types, Duration itemRetention) {
        this.types = types;
        this.retentionMs = itemRetention.toMillis();
        history = new HistoryRows(types);
    }

    /** Counts at one moment. */
    public record Figures(Clicks clicks, Journal journal, Users users, Published published, int items) {
        /** Returns the number of clicks that are finished: answered and learned from, or refused as dead letters. */
        public long fullyProcessed() {
            return Math.min(journal.learned(), published.recommendations()) + clicks.deadLetters();
        }
    }

    /**
     * The fate of clicks before they are learned.
     *
     * @param accepted clicks on {@code sequences}
     */
    public record Clicks(long accepted, long deadLetters) {}

    /**
     * What the journal covers.
     *
     * @param learned accepted clicks that it covers
     * @param learnedTwice accepted clicks that it covers more than once; 0 unless something is wrong
     * @param targets clicks that were learned from as new ones
     */
    public record Journal(long steps, long learned, long learnedTwice, long targets) {}

    /**
     * Users.
     *
     * @param known users with a sequence
     * @param answered users with a recommendation
     */
    public record Users(int known, int answered) {}

    /** What the trainer and the scorer have published. */
    public record Published(long recommendations, long snapshots) {}

    synchronized void sequence(String userId, int partition, long offset, SequenceUpdate update) {
        reconciler.accepted(
                partition, new JournalReconciler.Accepted(offset, !update.isErasure(), targets(userId, update)));
        if (update.isErasure()) {
            return;
        }
        accepted++;
        List<Interaction> interactions = update.sequence().interactions();
        List<Interaction> last =
                interactions.subList(Math.max(0, interactions.size() - SHOWN_ITEMS), interactions.size());
        recentUsers.clicked(userId, last.stream().map(Interaction::itemId).toList());
    }

    private List<JournalReconciler.Target> targets(String userId, SequenceUpdate update) {
        List<JournalReconciler.Target> targets = new ArrayList<>();
        List<Interaction> interactions = update.sequence().interactions();
        history.clear();
        for (int position = 0; position < interactions.size(); position++) {
            Interaction event = interactions.get(position);
            int row = vocabulary.addIfAbsent(event.itemId());
            if (update.newPositions().contains(position)) {
                long timeMs =
                        EventClock.timeOf(event.timestampMs(), update.cause().recordTimestampMs());
                clock.observe(userId, timeMs);
                clicked(row, timeMs);
                boolean isTarget = update.sequence().isTarget(position, types);
                targets.add(new JournalReconciler.Target(history.rows(), history.size(), row, isTarget));
            }
            history.add(event, row);
        }
        return targets;
    }

    private void clicked(int row, long timeMs) {
        if (row >= newestClickMs.length) {
            newestClickMs = Arrays.copyOf(newestClickMs, 2 * row);
        }
        newestClickMs[row] = Math.max(newestClickMs[row], timeMs);
        if (retentionMs > 0 && accepted % CLICKS_PER_FORGETTING == 0) {
            BitSet past = new BitSet();
            for (int item = 0; item < vocabulary.size(); item++) {
                past.set(item, clock.isPast(newestClickMs[item], retentionMs));
            }
            race.forget(past);
        }
    }

    synchronized void step(StepRecord step) {
        steps = Math.max(steps, step.step());
        reconciler.step(step);
    }

    synchronized void recommendation(String userId, List<String> items, boolean byModel) {
        recommendations++;
        recentUsers.recommended(userId, items, byModel);
    }

    synchronized void deadLetter() {
        deadLetters++;
    }

    synchronized void snapshot() {
        snapshots++;
    }

    /** Returns the number of {@code sequences} records that the journal does not cover yet. */
    synchronized int waitingToBeLearned() {
        return reconciler.waiting();
    }

    public synchronized Figures figures() {
        return new Figures(
                new Clicks(accepted, deadLetters),
                new Journal(steps, reconciler.learned(), reconciler.learnedTwice(), reconciler.targets()),
                new Users(recentUsers.users(), recentUsers.answeredUsers()),
                new Published(recommendations, snapshots),
                vocabulary.size());
    }

    public synchronized PrequentialRace.Standing afterFirstTenth() {
        return race.afterFirstTenth();
    }

    public synchronized PrequentialRace.Standing recent() {
        return race.recent();
    }

    public synchronized List<RecentUsers.RecentUser> newestUsers(int most) {
        return recentUsers.newest(most);
    }
}
