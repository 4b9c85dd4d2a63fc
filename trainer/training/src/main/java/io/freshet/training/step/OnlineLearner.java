package io.freshet.training.step;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.store.sequence.EventClock;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.NewItems;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.LearnerSnapshot;
import io.freshet.training.learner.ModelChanges;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.Merge;
import io.freshet.training.metrics.ModelMetrics;
import io.freshet.training.metrics.PrequentialFile;
import io.freshet.training.metrics.PrequentialMetrics;
import io.freshet.training.ranking.MixtureRanker;
import io.freshet.training.replaybuffer.ReplayFile;
import io.freshet.training.replaybuffer.ReplayReservoir;
import java.io.IOException;
import java.nio.file.Files;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A learner that tests, then trains: each step ranks new positions with the model as it is, and only then learns from
 * them.
 *
 * <p>One step:
 *
 * <ol>
 *   <li>Items get their vocabulary rows in stream order. Each new position whose user has an earlier click, or a
 *       {@linkplain RankShare share} of them, is ranked among the items seen up to that click. Ties count against the target, and an item never seen is a miss. The
 *       network ranks with its weights from before the step. The memory has observed all earlier clicks, including
 *       those of the same step: it observes each click right after predicting it.
 *   <li>The memory learns the mixture weights of the network and of its own components from the ranked positions.
 *   <li>{@code optimizerSteps} times, or once in a catch-up step, the network learns a batch. It consists of the
 *       newest version of each updated sequence, in order of the users' first appearance, and of
 *       {@code replaySequences} sequences drawn from the reservoir.
 *   <li>The updated sequences are put into the reservoir.
 *   <li>Items without a click for {@code itemRetention}, by the {@link EventClock}, are forgotten, and their rows are
 *       freed. An item that takes over such a row is a candidate for all clicks of its step.
 * </ol>
 *
 * <p>{@link HistoryRows} and the configured types determine which events are in a sequence's history and which are
 * targets. A new position that is not a target is not an event, and the memory does not observe it. A sequence
 * without a new target is not in the batch. A step that adds to no history makes no optimiser step. An item gets a
 * row with its first event that is in a history. The row begins with a vector near those of the history before that event,
 * as {@link NewItems} says. Erased users are removed from the reservoir before anything is drawn
 * from it, and their sessions from the memory before any later click; the weights that were learned from them stay.
 *
 * <p>All state that a step depends on is in this object and in the snapshot's files. The model, the optimiser, the
 * reservoir and the metrics are a function of the configuration, and of the updates and the share of each step alone. They depend
 * neither on time nor on the number of threads. Owns all its parts. Not thread-safe.
 */
public final class OnlineLearner implements AutoCloseable {
    private final RecommenderModel model;
    private final Learner learner;
    private final MixtureRanker ranker;
    private final ReplayReservoir reservoir;
    private final ItemAges ages;
    private final UserSessions sessions;
    private final ModelMetrics metrics;
    private final LearningConfig config;
    private final RepeatPolicy repeats;

    private final SequenceRows sequences = new SequenceRows();
    private final NewTargets newTargets;
    private final RankBudget budget;
    private final SequenceBatch batch;
    private final Map<String, Integer> newestOf = new LinkedHashMap<>(); // user → index of the user's newest sequence
    private final Set<String> taught = new HashSet<>(); // users with a new target in this step
    private final HistoryRows history;
    private boolean historyGrew;
    private BitSet unsaved = new BitSet(); // changed files of rows in the newest snapshot's files

    private OnlineLearner(
            Learner learner,
            ReplayReservoir reservoir,
            ItemAges ages,
            UserSessions sessions,
            ModelMetrics metrics,
            LearningConfig config,
            RepeatPolicy repeats) {
        this.model = learner.model();
        this.learner = learner;
        this.reservoir = reservoir;
        this.ages = ages;
        this.sessions = sessions;
        this.metrics = metrics;
        this.config = config;
        this.ranker = new MixtureRanker(model.config(), learner.config().workers());
        EncoderShape encoder = model.config().encoder();
        this.newTargets = new NewTargets(encoder, repeats);
        this.budget = new RankBudget(encoder, learner.config(), config);
        this.batch = new SequenceBatch(
                encoder, learner.config().sequenceTargets(), model.config().seed());
        this.history = new HistoryRows(config.types(), repeats);
        this.repeats = repeats;
    }

    /** Returns a learner that has seen nothing. */
    public static OnlineLearner initial(ModelConfig model, TrainingConfig training, LearningConfig learning) {
        return initial(model, training, learning, RepeatPolicy.OF_ALL);
    }

    /**
     * Returns a learner that has seen nothing.
     *
     * @param repeats which of the items that a user has seen are not ranked among the candidates for the next one, at the
     *     time of that; learning is the same
     */
    public static OnlineLearner initial(
            ModelConfig model, TrainingConfig training, LearningConfig learning, RepeatPolicy repeats) {
        int replayLength = Math.max(learning.replay().length(), learning.newLength());
        return new OnlineLearner(
                new Learner(RecommenderModel.initial(model, learning.memory()), training),
                new ReplayReservoir(learning.replay().capacity(), replayLength, model.seed()),
                new ItemAges(learning.itemRetention().toMillis()),
                new UserSessions(),
                ModelMetrics.none(learning.metrics().k(), learning.metrics().window()),
                learning,
                repeats);
    }

    /**
     * Restores the learner that {@link #addTo} wrote. It continues exactly as that learner would.
     *
     * @throws IOException if a file cannot be read
     */
    public static OnlineLearner restore(Snapshot snapshot, TrainingConfig training, LearningConfig learning)
            throws IOException {
        return restore(snapshot, training, learning, RepeatPolicy.OF_ALL);
    }

    /**
     * Restores the learner that {@link #addTo} wrote.
     *
     * @param repeats which of the items that a user has seen are not ranked among the candidates for the next one
     * @throws IOException if a file cannot be read
     * @throws IllegalStateException if the memory's bounds differ from those of the configuration: a model keeps them
     *     for life
     */
    public static OnlineLearner restore(
            Snapshot snapshot, TrainingConfig training, LearningConfig learning, RepeatPolicy repeats)
            throws IOException {
        Learner learner = new Learner(ModelSnapshot.read(snapshot), training);
        try {
            requireMemory(learning, learner.model());
            LearnerSnapshot.readInto(snapshot, learner);
            int items = learner.model().vocabulary().size();
            ReplayReservoir reservoir = ReplayFile.read(snapshot.file(ReplayFile.NAME), items);
            ItemAges ages =
                    ItemAgesFile.read(snapshot, items, learning.itemRetention().toMillis());
            UserSessions sessions = UserSessions.read(snapshot, items);
            ModelMetrics metrics = PrequentialFile.read(snapshot.file(PrequentialFile.NAME));
            return new OnlineLearner(learner, reservoir, ages, sessions, metrics, learning, repeats);
        } catch (IOException | RuntimeException e) {
            learner.close();
            learner.model().close();
            throw e;
        }
    }

    private static void requireMemory(LearningConfig learning, RecommenderModel model) {
        if (!learning.memory().equals(model.memory().config())) {
            throw new IllegalStateException("the bounds of a model's memory cannot change; give a model with other"
                    + " bounds another name: snapshot=" + model.memory().config() + " configured=" + learning.memory());
        }
    }

    /**
     * Checks every number of the model and the optimiser.
     *
     * @throws NonFiniteModelException if one is not finite
     */
    public void requireFinite() {
        LearnerSnapshot.requireFinite(learner);
    }

    /**
     * Adds the learner's files to a snapshot. The learner must make no step until the store has written them.
     *
     * @throws NonFiniteModelException if a number is not finite
     */
    public void addTo(SnapshotFiles files) {
        LearnerSnapshot.addTo(files, learner);
        addOthers(files);
    }

    /**
     * Begins the files of a snapshot of the learner as it is now. Another thread may write them while the learner goes on,
     * for which the learner keeps the rows that it changes meanwhile. The files must be closed before the next ones are
     * begun ({@link #mayFreeze}), and before the learner is closed.
     *
     * <p>Rows that have not changed since {@code earlier} are not written again. The caller passes the newest manifest that
     * was saved from this learner's files, or that the learner was restored from. If a save fails, it calls
     * {@link #notSaved}.
     *
     * @throws NonFiniteModelException if a number is not finite. Numbers of item vectors and their moments are checked when
     *     they are written
     */
    public SnapshotFiles freeze(@Nullable Manifest earlier) {
        unsaved = learner.takeChangedFiles();
        SnapshotFiles files = LearnerSnapshot.freeze(learner, earlier, unsaved);
        addOthers(files);
        return files;
    }

    /** Returns whether the files that were begun last have been closed. */
    public boolean mayFreeze() {
        return learner.mayFreezeRows();
    }

    /** Declares that the files that were begun last were not saved. */
    public void notSaved() {
        learner.addChangedFiles(unsaved);
    }

    private void addOthers(SnapshotFiles files) {
        ReplayReservoir sequencesNow = reservoir.frozen();
        ItemAges agesNow = ages.frozen();
        UserSessions sessionsNow = sessions.frozen();
        byte[] metricsNow = PrequentialFile.encode(metrics);
        files.add(ReplayFile.NAME, file -> ReplayFile.write(file, sequencesNow));
        files.add(ItemAgesFile.NAME, file -> ItemAgesFile.write(file, agesNow));
        files.add(UserSessions.NAME, sessionsNow::write);
        files.add(PrequentialFile.NAME, file -> Files.write(file, metricsNow));
    }

    /**
     * Ranks the updates' new positions as {@link #step} does, and learns nothing from them. New items get rows, and
     * the times of the clicks count for the ages of items.
     *
     * @return one rank for each new position, as {@link StepOutcome#ranks}
     */
    public int[] rank(List<UserUpdate> updates) {
        return rankEach(updates).served();
    }

    /** Ranks as {@link #rank} does, and also by the network alone and by the memory alone. */
    public TargetRanks rankEach(List<UserUpdate> updates) {
        takeIn(updates, RankShare.ALL, false);
        return newTargets.rank(ranker, model);
    }

    /**
     * Returns the ranks of the new positions that were ranked last, among all items, even if the learner masks those that
     * the user has seen. They come from the same scores.
     */
    public TargetRanks ranksAmongAll() {
        return newTargets.ranksAmongAll();
    }

    /**
     * Returns the ranks of the new positions that were ranked last, among all items, by the mixture with weighed repeats, as
     * a scorer serves with {@code recommend.repeats=learned}.
     */
    public int[] ranksWeighed() {
        return newTargets.ranksWeighed();
    }

    /** Ranks the new positions of the configured share of the updates, then learns from all updates, in order. */
    public StepOutcome step(List<UserUpdate> updates) {
        RankShare share = config.metrics().ranked().fixed();
        return step(
                updates,
                share != null ? share : budget.share(updates, model.vocabulary().size(), reservoir.size()));
    }

    /**
     * Ranks the new positions of a share of the updates, then learns from all updates, in order.
     *
     * @param share share to rank. A rerun passes the journal's share, because the configured one may have changed since
     */
    public StepOutcome step(List<UserUpdate> updates, RankShare share) {
        learner.changes().beginStep(model);
        takeIn(updates, share, true);
        TargetRanks ranks = newTargets.rank(ranker, model);
        observe(ranks);
        newTargets.teach(model.memory());
        double loss = 0;
        int replayed = 0;
        long skippedBefore = learner.skippedSteps();
        for (int i = 0; historyGrew && i < config.optimizerSteps(updates.size()); i++) {
            replayed = fillBatch(config.newLength(updates.size()));
            loss = learner.learn(batch);
        }
        remember();
        int forgotten = forgetPast();
        model.completeStep(model.step() + 1);
        int skipped = (int) (learner.skippedSteps() - skippedBefore);
        StepOutcome.Batch last = new StepOutcome.Batch(loss, batch.sequences(), replayed);
        return new StepOutcome(model.step(), ranks, share, last, skipped, config.isCatchUp(updates.size()), forgotten);
    }

    private void observe(TargetRanks ranks) {
        for (int i = 0; i < ranks.served().length; i++) {
            metrics.served().observe(ranks.served()[i]);
            metrics.network().observe(ranks.network()[i]);
            metrics.memory().observe(ranks.memory()[i]);
        }
    }

    /**
     * Returns the selected changes of the steps since the last call, as the parts of one delta; empty if there was no
     * step. If the last call was long ago, older changes are dropped and the delta starts at a later step.
     */
    public List<ModelDelta> takeDelta(int rowsPerPart, ModelChanges.Selection selection) {
        return learner.changes().take(model, rowsPerPart, selection);
    }

    /** Makes this one of several learners that learn in parallel, as {@link Learner#joinAs} says. */
    void joinAs(int number) {
        learner.joinAs(number);
    }

    /** Removes the users of other learners from the replay reservoir and the users' sessions. */
    void keepUsers(Predicate<String> own) {
        reservoir.users().stream().filter(own.negate()).forEach(reservoir::remove);
        sessions.keep(own);
    }

    /** Returns all changes since the last call, as {@link Learner#takeDifference} does. */
    Difference takeDifference(long clicks) {
        return learner.takeDifference(clicks);
    }

    /**
     * Replaces what this learner has learned since the last merge by what all learners have, as {@link Learner#rebase} does.
     * The reservoir, the moments of the optimiser, the ages of items, the users' sessions and the metrics remain its own.
     */
    void rebase(RecommenderModel base, @Nullable Difference own, Merge merge) {
        long before = model.memory().clicks();
        long since = before - (own == null ? 0 : own.delta().memory().clicks());
        learner.rebase(base, own, merge);
        Map<Integer, Integer> newRows = new HashMap<>();
        int[] from = own == null ? new int[0] : own.delta().newItemRows();
        for (int i = 0; own != null && i < from.length; i++) {
            int to = base.vocabulary().rowOf(own.delta().newItems().get(i));
            if (to != from[i]) {
                newRows.put(from[i], to);
            }
        }
        if (!newRows.isEmpty()) {
            reservoir.renumber(newRows);
        }
        ages.renumber(newRows, model.vocabulary().size());
        sessions.merge(newRows, since, model.memory().clicks() - before);
    }

    /** Returns the number of rows that changed enough to be published, and are in no delta yet. */
    public int pendingRows() {
        return learner.changes().pendingRows();
    }

    /**
     * Lets the next delta begin at the current step. Rows that changed before and are not published stay pending, behind
     * those that change from now on.
     */
    public void restartDelta() {
        learner.changes().restartFrom(model);
        learner.changes().postponePending();
    }

    /** Lets the next delta begin at the current step, for readers that have all weights of this step. */
    public void beginDeltaAfterSnapshot() {
        learner.changes().restartFrom(model);
        learner.changes().forgetPending();
    }

    /** Returns the model, which this object owns. Read it only between steps. */
    public RecommenderModel model() {
        return model;
    }

    /** Returns the name of the matrix products that compute the model's bits. */
    public String productsName() {
        return learner.productsName();
    }

    public TrainingConfig trainingConfig() {
        return learner.config();
    }

    public LearningConfig learningConfig() {
        return config;
    }

    /** Returns which of the items that a user has seen are not ranked. */
    public RepeatPolicy repeats() {
        return repeats;
    }

    /** Returns the metrics of the served mixture over all targets ranked so far. Read them only between steps. */
    public PrequentialMetrics metrics() {
        return metrics.served();
    }

    /**
     * Returns the metrics of the served mixture, of the network alone and of the memory alone. Read them only between
     * steps.
     */
    public ModelMetrics modelMetrics() {
        return metrics;
    }

    /** Returns the number of users in the replay reservoir. */
    public int replayUsers() {
        return reservoir.size();
    }

    @Override
    public void close() {
        ranker.close();
        learner.close();
        model.close();
    }

    /**
     * Adds items to the vocabulary and new positions to the targets, of which a share is to be ranked. If
     * {@code observing}, the memory observes the clicks.
     */
    private void takeIn(List<UserUpdate> updates, RankShare share, boolean observing) {
        sequences.clear();
        newTargets.clear();
        newestOf.clear();
        taught.clear();
        batch.clear();
        historyGrew = false;
        for (int sequence = 0; sequence < updates.size(); sequence++) {
            UserUpdate update = updates.get(sequence);
            if (takeIn(update, share.picks(update.update().cause()), observing)) {
                taught.add(update.user());
            }
            if (observing && update.update().isErasure()) {
                reservoir.remove(update.user());
                sessions.remove(update.user()).forEach(own -> learner.changes().erase(model, own));
            }
            newestOf.put(update.user(), sequence);
        }
    }

    /** Takes in one update and returns whether any of its new positions is a target. */
    private boolean takeIn(UserUpdate from, boolean isRanked, boolean observing) {
        SequenceUpdate update = from.update();
        List<Interaction> interactions = update.sequence().interactions();
        List<Integer> newPositions = update.newPositions();
        boolean teaches = false;
        int next = 0;
        history.clear();
        for (int position = 0; position < interactions.size(); position++) {
            Interaction event = interactions.get(position);
            boolean isNew = next < newPositions.size() && newPositions.get(next) == position;
            boolean isNewTarget = isNew && update.sequence().isTarget(position, config.types());
            if (isNew) {
                addNew(event, isNewTarget, isRanked);
                next++;
            }
            int row = rowOf(from, event, isNew);
            if (isNewTarget && observing) {
                observe(from.user(), row);
            }
            teaches |= isNewTarget;
            history.add(event, row);
        }
        sequences.add(history);
        return teaches;
    }

    /** Lets the memory observe the user's click after the history. */
    private void observe(String user, int row) {
        learner.changes().observe(model, history.rows(), 0, history.size(), row);
        if (history.size() > 0 && model.memory().config().isOn()) {
            sessions.add(
                    user,
                    history.rows()[history.size() - 1],
                    row,
                    model.memory().clicks());
        }
    }

    private int clicked(UserUpdate update, Interaction event) {
        int row = withRow(update, event);
        ages.click(row, update.user(), timeOf(update, event));
        return row;
    }

    /**
     * Returns the row of an earlier click's item, or {@link Vocabulary#NOT_FOUND} if the item has been forgotten
     * since.
     */
    private int known(UserUpdate update, Interaction event) {
        int row = model.vocabulary().rowOf(event.itemId());
        boolean forgotten = row == Vocabulary.NOT_FOUND && ages.isPast(timeOf(update, event));
        return forgotten ? row : withRow(update, event);
    }

    /**
     * Returns an event's time: its own timestamp, but no later than the timestamp of the record that caused the
     * update, because every event of the history happened before that record was written.
     */
    private static long timeOf(UserUpdate update, Interaction event) {
        return EventClock.timeOf(event.timestampMs(), update.update().cause().recordTimestampMs());
    }

    private int withRow(UserUpdate update, Interaction event) {
        int known = model.vocabulary().rowOf(event.itemId());
        if (known != Vocabulary.NOT_FOUND) {
            return known;
        }
        int before = config.newItems() == NewItems.NEAR_HISTORY ? history.size() : 0;
        int row = learner.addIfAbsent(event.itemId(), history.rows(), before);
        ages.begin(row, timeOf(update, event));
        return row;
    }

    private void addNew(Interaction event, boolean isTarget, boolean isRanked) {
        Vocabulary vocabulary = model.vocabulary();
        if (isTarget && !isRanked) {
            newTargets.addUnranked(history);
        } else if (isTarget) {
            newTargets.add(
                    history, vocabulary.rowOf(event.itemId()), vocabulary.size(), model.memory(), event.timestampMs());
        } else {
            newTargets.addNoEvent();
        }
        historyGrew |= history.standsInHistory(event);
    }

    private int rowOf(UserUpdate update, Interaction event, boolean isNew) {
        if (!history.standsInHistory(event)) {
            return model.vocabulary().rowOf(event.itemId());
        }
        return isNew ? clicked(update, event) : known(update, event);
    }

    /** Fills the batch and returns how many of its sequences came from the reservoir. */
    private int fillBatch(int newLength) {
        batch.clear(learner.drawStep());
        newestOf.forEach((user, sequence) -> {
            if (taught.contains(user)) {
                int end = sequences.end(sequence);
                int from = Math.max(sequences.start(sequence), end - newLength);
                batch.addGrown(sequences.array(), sequences.weights(), from, end);
            }
        });
        int updated = batch.sequences();
        reservoir.draw(
                learner.drawStep(), config.replay().sequences(), config.replay().length(), batch::addExample);
        return batch.sequences() - updated;
    }

    private int forgetPast() {
        List<Integer> past = ages.past(model.vocabulary()::isTaken);
        if (!past.isEmpty()) {
            learner.evict(past);
            reservoir.forget(past);
            sessions.forget(past);
        }
        return past.size();
    }

    /**
     * Puts the newest sequences into the reservoir. A sequence of one item contains nothing to learn and is left out,
     * unless it is the rest of a longer sequence in the reservoir, which it then replaces.
     */
    private void remember() {
        newestOf.forEach((user, sequence) -> {
            int start = sequences.start(sequence);
            int end = sequences.end(sequence);
            boolean replaces = sequences.isShortened(sequence) && reservoir.holds(user);
            if (end - start > 1 || replaces) {
                reservoir.put(user, sequences.array(), sequences.weights(), start, end);
            }
        });
    }
}
