package io.freshet.training.online;

import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.MergeNote;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.DifferentModelsException;
import io.freshet.training.failure.MissingRecordsException;
import io.freshet.training.failure.TrainerLog;
import io.freshet.training.input.InputBatch;
import io.freshet.training.input.SequenceInput;
import io.freshet.training.journal.DifferencesReader;
import io.freshet.training.journal.JournalEntry;
import io.freshet.training.journal.JournalReader;
import io.freshet.training.journal.JournalRerun;
import io.freshet.training.journal.ModelDigest;
import io.freshet.training.learner.ModelChanges;
import io.freshet.training.lease.Lease;
import io.freshet.training.liveness.LagWatch;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.GivenDifference;
import io.freshet.training.merge.GivenDifference.Round;
import io.freshet.training.merge.GivenDifferenceCodec;
import io.freshet.training.merge.Merge;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.LearnerStarts;
import io.freshet.training.publish.ModelWriter;
import io.freshet.training.publish.PublishingGate;
import io.freshet.training.publish.StartingPoint;
import io.freshet.training.step.ParallelLearner;
import io.freshet.training.step.StepOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session of one of several learners, which begins when this process gets the learner's lease. It reruns the learner's
 * journal and then learns until it loses the lease or is closed.
 *
 * <p>Learning goes in rounds. A round ends after so many steps, after the publish interval, or when another learner has
 * ended it. Then the learner gives its difference in the transaction of the round's steps, waits until all learners have
 * given theirs, and applies the merge. Time decides when a round ends, and the journal records it. Learner 0 publishes each
 * merge. Snapshots are begun right after a merge, so they need no part of a round.
 *
 * <p>A rerun applies the differences that were recorded, also its own, so the model after a merge is the same at all
 * learners even if a rerun on another machine differed.
 *
 * <p>Owns none of its collaborators. Runs once, on one thread.
 */
final class ParallelSession {
    private static final Logger LOG = LoggerFactory.getLogger(ParallelSession.class);
    private static final Duration TOPIC_WAIT = Duration.ofMillis(500);
    private static final Duration IDLE_WAIT = Duration.ofMillis(5);
    private static final Duration DIFFERENCE_WAIT = Duration.ofMillis(50);
    private static final Duration SAVE_LOOK = Duration.ofMillis(100);

    /** How long a rerun waits for differences that were there when its journal was written. */
    private static final Duration RERUN_PATIENCE = Duration.ofSeconds(30);

    /** After how long a learner says that it waits for others. */
    private static final Duration LONG_WAIT = Duration.ofSeconds(10);

    private static final Duration LAST_SNAPSHOTS = Duration.ofSeconds(25);
    private static final Duration SNAPSHOT_RETRY = Duration.ofSeconds(5);
    private static final long NO_SNAPSHOT = -1;

    private final OnlineConfig config;
    private final OnlineConfig.Learners learners;
    private final StartingPoint start;
    private final ParallelLearner learner;
    private final RecommenderModel model;
    private final SequenceInput input;
    private final ModelWriter writer;
    private final DifferencesReader differences;
    private final TrainerSignals signals;
    private final TrainerMetrics metrics;
    private final PublishingGate gate;
    private final JournalRerun rerun;
    private final PublishSchedule schedule;
    private final boolean continues; // the lineage of the starting point, which has as many learners
    private final boolean isOwn; // whether the starting point is a snapshot of this learner
    private Round round;
    private boolean given; // the difference of the round
    private long givenNanos;
    private boolean saidThatItWaits;
    private long lookedNanos = System.nanoTime() - LONG_WAIT.toNanos(); // for lost differences
    private boolean differencesLost; // that a learner needs to go on in this lineage
    private long roundNanos; // when the first step of the round began
    private long mergeCount; // since the beginning of the lineage
    private @Nullable MergeNote unwritten; // goes into the journal with the next transaction
    private List<TopicPosition> covered = List.of(); // what the model covers of the input, at the last merge
    private int otherDifferences; // that a rerun computed, and that differ from the recorded ones
    private long snapshotStep = NO_SNAPSHOT;
    private @Nullable Manifest newestSaved;
    private long savingStep = NO_SNAPSHOT;
    private long savingSinceNanos;
    private boolean delayed; // a snapshot is due and waits for the one that is being saved
    private boolean readersWait; // for the snapshot that is being saved, where the deltas since begin
    private boolean deltaFollowsSnapshot; // readers must open the next snapshot
    private double loss;
    private boolean atEnd;

    /** The learner's connections to Kafka and to the store. */
    record Links(SequenceInput input, ModelWriter writer, DifferencesReader differences) {}

    /** @param learner the starting point's learner, as one of several */
    ParallelSession(
            OnlineConfig config,
            StartingPoint start,
            ParallelLearner learner,
            Links links,
            TrainerSignals signals,
            TrainerMetrics metrics) {
        this.config = config;
        this.learners = config.learners();
        this.start = start;
        this.learner = learner;
        this.model = learner.learner().model();
        this.input = links.input();
        this.writer = links.writer();
        this.differences = links.differences();
        this.signals = signals;
        this.metrics = metrics;
        Manifest manifest = start.manifest();
        this.continues = canContinueLineage(manifest);
        this.isOwn = manifest != null && manifest.model().equals(config.modelName());
        this.newestSaved = isOwn ? manifest : null;
        this.mergeCount = manifest == null || !continues ? 0 : StartingPoint.merges(manifest);
        this.gate = new PublishingGate(
                config.publishing().gateShare(),
                start.upToIt(writer.known()),
                config.learning().metrics().k());
        this.rerun = new JournalRerun(start, input, learner::step);
        this.schedule = new PublishSchedule(config.publishing());
        this.round = nextRound();
    }

    /**
     * Runs the session to its end.
     *
     * @param journalConsumer makes the consumer that reads the journal
     */
    void run(Lease lease, Supplier<Consumer<byte[], byte[]>> journalConsumer) throws IOException {
        List<Integer> partitions = awaitPartitions();
        if (partitions.isEmpty()) {
            return;
        }
        if (!continues) {
            requireSnapshotIfOneIsKnown();
        }
        input.seek(partitions, start.inputs());
        writer.fenceOthers();
        if (!rerunJournal(journalConsumer)) {
            return;
        }
        if (!continues) {
            beginLineage();
        }
        metrics.lineage(model.lineage());
        metrics.gate(gate);
        learn(lease);
    }

    /**
     * Returns whether the learner continues the lineage of its snapshot. Learner 0 begins another one if differences since
     * its snapshot have expired. The others wait for that ({@link LearnerStarts#find}).
     */
    private boolean canContinueLineage(@Nullable Manifest manifest) {
        if (manifest == null || !LearnerStarts.isContinued(manifest, config)) {
            return false;
        }
        boolean hasAll = !isPublisher() || differences.hasAllSince(manifest.inputs());
        if (!hasAll) {
            LOG.warn(
                    "Topic {} no longer has the differences since snapshot {}: clicks since then are learned from again",
                    config.topics().modelMerges(),
                    manifest.version());
        }
        return hasAll;
    }

    private boolean isPublisher() {
        return learners.number() == 0;
    }

    private List<Integer> awaitPartitions() {
        List<Integer> partitions = input.partitionNumbers();
        if (partitions.isEmpty()) {
            LOG.warn(
                    "Waiting for topic {} with at least learners.count={} partitions",
                    config.topics().sequences(),
                    learners.count());
        }
        while (partitions.isEmpty() && !signals.isClosingWithin(TOPIC_WAIT)) {
            partitions = input.partitionNumbers();
        }
        return partitions;
    }

    private void requireSnapshotIfOneIsKnown() {
        List<Manifest> known = writer.known();
        if (start.manifest() == null && !known.isEmpty()) {
            throw new MissingRecordsException("the store must have a snapshot of the model that can be used: model="
                    + config.modelName() + " newest announced="
                    + known.getLast().version()
                    + ". Let the trainer continue from a snapshot with 'freshet models adopt', or begin a new model with"
                    + " another model.name");
        }
    }

    /**
     * Reruns the journal to its end, which no other trainer can move any more. Returns false if the trainer is closed before
     * that.
     */
    private boolean rerunJournal(Supplier<Consumer<byte[], byte[]>> journalConsumer) {
        boolean hasJournal = continues && isOwn;
        try (JournalReader journal = new JournalReader(
                journalConsumer.get(),
                new TopicPartition(config.topics().modelLog(), learners.number()),
                config.modelName(),
                hasJournal ? start.modelLogOffset() : JournalReader.END,
                () -> false,
                metrics::passedOverInTheLog)) {
            writer.startAt(journal.end(), journal.endOf(config.topics().modelDeltas()));
            differences.seek(continues ? start.inputs() : List.of());
            keepOwnUsersAtBegin();
            covered = continues && isOwn ? start.inputs() : inputs(start.inputs());
            for (JournalEntry entry = journal.next(); entry != null; entry = journal.next()) {
                if (!signals.nextTurn()) {
                    return false;
                }
                rerun(entry);
            }
        }
        rerun.requireComplete();
        learner.learner().requireFinite();
        givenNanos = System.nanoTime();
        roundNanos = givenNanos;
        LOG.info(
                "Model {}: learner {} of {} learns after step {}; steps rerun={}",
                learners.model(),
                learners.number(),
                learners.count(),
                model.step(),
                rerun.steps());
        return true;
    }

    /** Users that another learner learns from are not kept for replay: their erasures do not reach this learner. */
    private void keepOwnUsersAtBegin() {
        Manifest manifest = start.manifest();
        if (manifest != null && continues && StartingPoint.merges(manifest) == 0) {
            learner.keepUsers(input.ownUsers());
        }
    }

    private void rerun(JournalEntry entry) {
        if (entry.record() instanceof MergeNote note) {
            switch (note.event()) {
                case GIVEN -> giveAgain(note, entry.offset());
                case MERGED -> mergeAgain(note, entry.offset());
            }
        } else {
            if (entry.record() instanceof StepRecord && given) {
                throw new MissingRecordsException(
                        "the journal must have a merge before the next step: offset=" + entry.offset());
            }
            rerun.accept(entry);
            gate.observe(learner.learner().metrics());
        }
    }

    private void giveAgain(MergeNote note, long offset) {
        if (given || note.lineage() != round.lineage() || note.base() != round.base() || note.step() != model.step()) {
            throw new MissingRecordsException("the journal must continue the model: offset=" + offset + " note=" + note
                    + " model's step=" + model.step() + " round=" + round);
        }
        int digest = take().digest();
        if (digest != note.digest()) {
            otherDifferences++;
            LOG.error(
                    "The difference after step {} differs from the recorded one, which is used: the journal was rerun on"
                            + " another machine or with other settings",
                    model.step());
        }
        given = true;
    }

    private void mergeAgain(MergeNote note, long offset) {
        if (given) {
            awaitDifferences();
            var _ = applyMerge();
        }
        if (note.lineage() != model.lineage() || note.step() != model.step()) {
            throw new MissingRecordsException("the journal must continue the model: offset=" + offset + " note=" + note
                    + " model's step=" + model.step());
        }
        if (note.digest() != ModelDigest.of(model)) {
            throw new DifferentModelsException("a rerun of a merge must give the same model: step=" + model.step()
                    + ", offset in the journal=" + offset);
        }
    }

    private void awaitDifferences() {
        long deadline = System.nanoTime() + RERUN_PATIENCE.toNanos();
        while (!differences.missing(round).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("differences that the journal has merged must arrive within "
                        + RERUN_PATIENCE + ": missing of learners=" + differences.missing(round) + " " + round);
            }
            boolean _ = signals.nextTurn(); // a heartbeat
            differences.poll(DIFFERENCE_WAIT);
        }
    }

    /** Begins the lineage of this number of learners. Its first snapshot replaces all weights of the readers. */
    private void beginLineage() {
        long newest = model.lineage();
        for (Manifest manifest : writer.known()) {
            newest = Math.max(newest, manifest.lineage());
        }
        LOG.info(
                "Model {} begins lineage {} at step {} with learners.count={}",
                learners.model(),
                newest + 1,
                model.step(),
                learners.count());
        learner.joinLineage(newest + 1);
        round = nextRound();
    }

    /** Learns until the lease is lost, the lineage ends or the trainer is closed. */
    private void learn(Lease lease) throws IOException {
        LagWatch lag = new LagWatch(System.nanoTime());
        schedule.begin();
        afterTurn();
        boolean learns = beginPublishing();
        while (learns && signals.nextTurn() && lease.isHeld() && !isLineageOver()) {
            if (signals.isInputEnded() && !atEnd) {
                atEnd = true;
                input.endAtCurrentEnd();
            }
            turn(lag);
            afterTurn();
        }
        if (writer.hasUncommittedSteps()) {
            commit(List.of());
        }
        writeLastSnapshot();
        afterTurn();
    }

    private boolean isLineageOver() {
        if (differencesLost) {
            LOG.warn(
                    "Learner 0 of model {} leaves lineage {}: topic {} no longer has the differences since its newest snapshot,"
                            + " which a learner lacks",
                    learners.model(),
                    model.lineage(),
                    config.topics().modelMerges());
            return true;
        }
        boolean over = differences.newestLineage() > model.lineage();
        if (over) {
            LOG.warn(
                    "Learner {} of model {} leaves lineage {}: learner 0 has begun lineage {}",
                    learners.number(),
                    learners.model(),
                    model.lineage(),
                    differences.newestLineage());
        }
        return over;
    }

    private void afterTurn() {
        report();
        signals.betweenSteps(learner.learner());
    }

    /**
     * Makes sure that this learner can be restored, before it takes part in the first merge. Returns false if the trainer is
     * closed before that.
     */
    private boolean beginPublishing() throws IOException {
        Manifest restored = start.manifest();
        if (restored != null && continues && isOwn) {
            snapshotStep = restored.step();
            if (!writer.announceAgain(restored)) {
                schedule.hastenSnapshot();
            }
        } else if (!saveFirst()) {
            return false;
        }
        if (!continues && restored != null) {
            learner.keepUsers(input.ownUsers());
        }
        if (isPublisher() && mergeCount == 0) {
            // Learners of an earlier lineage wait for differences that never come.
            writer.give(List.of(GivenDifferenceCodec.encodeAnnouncement(round)));
            commit(List.of());
        }
        return true;
    }

    private boolean saveFirst() throws IOException {
        beginSnapshot();
        while (!finishSnapshotWithin(SAVE_LOOK)) {
            report();
            if (!signals.nextTurn()) {
                return false;
            }
        }
        if (snapshotStep != savingStep) {
            throw new IOException("the first snapshot of learner " + learners.number()
                    + " must be saved before it learns: model=" + config.modelName());
        }
        return true;
    }

    private void turn(LagWatch lag) {
        if (given) {
            differences.poll(DIFFERENCE_WAIT);
            List<Integer> missing = differences.missing(round);
            if (missing.isEmpty()) {
                merge();
            } else {
                warnOfWait(missing);
                lookForLostDifferences();
            }
        } else {
            InputBatch batch = config.steps().batchClicks() > 0
                    ? input.takeExactly(config.steps().batchClicks(), maxWait())
                    : input.take(
                            config.steps()::mostClicks,
                            maxWait(),
                            config.steps().linger());
            if (!batch.isEmpty()) {
                step(batch, lag);
            }
            differences.poll(Duration.ZERO);
            if (isRoundOver()) {
                give();
            }
        }
        if (!writer.hasUncommittedSteps()) { // a manifest is announced in a transaction of its own
            boolean _ = finishSnapshotWithin(Duration.ZERO);
            beginSnapshotIfDue();
        }
    }

    /**
     * A difference has all dense parameters and every changed row, however small the steps were. So steps of few clicks do
     * not end a round: it has the clicks of that many full steps, or lasts for the interval.
     */
    private boolean isRoundOver() {
        boolean isFull = model.step() - round.base() >= learners.mergeSteps()
                && learner.clicks()
                        >= (long) learners.mergeSteps() * config.steps().full();
        boolean isOver = learner.hasSteps() && (isFull || untilRoundEnds().isZero());
        return isOver || differences.hasAny(round);
    }

    private Duration untilRoundEnds() {
        long left = config.publishing().deltaInterval().toNanos() - (System.nanoTime() - roundNanos);
        return Duration.ofNanos(Math.max(0, left));
    }

    private Duration maxWait() {
        Duration left = learner.hasSteps() ? untilRoundEnds() : IDLE_WAIT;
        return left.compareTo(IDLE_WAIT) < 0 ? left : IDLE_WAIT;
    }

    /**
     * Lets learner 0 begin another lineage if a learner was away for longer than the topic keeps differences: it can never
     * give the one that is missing.
     */
    private void lookForLostDifferences() {
        long now = System.nanoTime();
        boolean isDue = now - givenNanos > LONG_WAIT.toNanos() && now - lookedNanos > LONG_WAIT.toNanos();
        if (isPublisher() && newestSaved != null && isDue) {
            lookedNanos = now;
            differencesLost = !differences.hasAllSince(newestSaved.inputs());
        }
    }

    private void warnOfWait(List<Integer> missing) {
        if (!saidThatItWaits && System.nanoTime() - givenNanos > LONG_WAIT.toNanos()) {
            saidThatItWaits = true;
            LOG.warn(
                    "Learner {} of model {} has waited {} for the differences of learners {}. Each learner needs a trainer that"
                            + " holds its lease, and all trainers need the same learners.count",
                    learners.number(),
                    learners.model(),
                    LONG_WAIT,
                    missing);
        }
    }

    private void step(InputBatch batch, LagWatch lag) {
        long started = System.nanoTime();
        if (!learner.hasSteps()) {
            roundNanos = started;
        }
        StepOutcome outcome = learner.step(batch.updates());
        long stepNanos = System.nanoTime() - started;
        if (!Double.isFinite(outcome.lastBatch().loss())) {
            learner.learner().requireFinite();
        }
        writeNote();
        writer.append(new StepRecord(
                outcome.step(), batch.ranges(), outcome.targetRanks(), outcome.rankShare(), batch.clickTimestampsMs()));
        loss = outcome.lastBatch().loss();
        TrainerLog.at(outcome.step());
        passGate();
        start.progress().addStep(batch.updates().size(), stepNanos);
        metrics.step(outcome, batch.updates().size(), stepNanos);
        metrics.passedOver(batch.undecodable());
        lag.observe(System.nanoTime(), stepNanos, batch.updates().size(), input::measuredLag)
                .ifPresent(report -> LOG.warn(
                        "Learner {} of model {} learns {} clicks a second, and more arrive: {} clicks wait. Give its trainer"
                                + " more processors, or use more learners",
                        learners.number(),
                        learners.model(),
                        report.clicksPerSecond(),
                        report.lag()));
    }

    private void passGate() {
        boolean changed = gate.observe(learner.learner().metrics());
        metrics.gate(gate);
        if (!changed) {
            return;
        }
        if (gate.isOpen()) {
            LOG.info("Model {} is published again: ndcg={} best={}", config.modelName(), gate.newest(), gate.best());
            schedule.hastenSnapshot();
            deltaFollowsSnapshot = true;
        } else {
            LOG.warn(
                    "Model {} is held back from step {} on; the published weights stay: ndcg={} best={} share={}",
                    config.modelName(),
                    model.step(),
                    gate.newest(),
                    gate.best(),
                    config.publishing().gateShare());
        }
    }

    private void writeNote() {
        if (unwritten != null) {
            writer.append(unwritten);
            unwritten = null;
        }
    }

    private void give() {
        GivenDifference own = take();
        writeNote();
        writer.append(new MergeNote(MergeNote.Event.GIVEN, round.lineage(), round.base(), model.step(), own.digest()));
        writer.give(GivenDifferenceCodec.encode(own, config.publishing().deltaPartBytes()));
        commit(List.of());
        given = true;
        givenNanos = System.nanoTime();
        saidThatItWaits = false;
    }

    /**
     * Returns what this learner gives to the round. Throws {@link NonFiniteModelException} if a number is not finite; all steps
     * since the last commit must then be discarded.
     */
    private GivenDifference take() {
        SortedMap<Integer, Long> positions = new TreeMap<>();
        input.snapshotPositions().forEach(position -> positions.put(position.partition(), position.offset()));
        if (!learner.hasSteps()) {
            return GivenDifference.of(round, positions, null);
        }
        Difference difference = learner.takeDifference();
        difference.delta().firstNonFinite().ifPresent(number -> {
            throw new NonFiniteModelException(model.step(), number);
        });
        return GivenDifference.of(round, positions, difference);
    }

    private void merge() {
        metrics.merged(System.nanoTime() - givenNanos);
        long base = round.base();
        Merge merge = applyMerge();
        MergeNote note =
                new MergeNote(MergeNote.Event.MERGED, model.lineage(), base, model.step(), ModelDigest.of(model));
        unwritten = note;
        if (isPublisher()) {
            writeNote();
            boolean publishes = gate.isOpen() && !deltaFollowsSnapshot;
            commit(
                    publishes
                            ? ModelChanges.split(
                                    merge.delta(),
                                    config.rowsPerPart(),
                                    config.publishing().bytesPerSecond() > 0)
                            : List.of());
        }
    }

    /** Applies the merge of the round, and begins the next round. */
    private Merge applyMerge() {
        List<GivenDifference> all = differences.take(round);
        for (GivenDifference one : all) {
            if (!one.round().equals(round)) {
                throw new DifferentModelsException("learners must have the same model before a merge: " + one.round()
                        + ", this learner's=" + round);
            }
        }
        Merge merge = learner.apply(all.stream()
                .map(GivenDifference::difference)
                .filter(Objects::nonNull)
                .toList());
        mergeCount++;
        given = false;
        round = nextRound();
        List<TopicPosition> positions = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (isPublisher() || i == learners.number()) {
                all.get(i)
                        .inputs()
                        .forEach((partition, offset) ->
                                positions.add(new TopicPosition(config.topics().sequences(), partition, offset)));
            }
        }
        covered = inputs(positions);
        return merge;
    }

    /** Returns the positions of a snapshot: those in the input, then those in the differences. */
    private List<TopicPosition> inputs(List<TopicPosition> positions) {
        List<TopicPosition> all = new ArrayList<>();
        for (TopicPosition position : positions) {
            boolean isCovered = isPublisher() || learners.owns(position.partition());
            if (isCovered && position.topic().equals(config.topics().sequences())) {
                all.add(position);
            }
        }
        all.sort((one, other) -> Integer.compare(one.partition(), other.partition()));
        all.addAll(differences.positions());
        return all;
    }

    private Round nextRound() {
        return new Round(model.lineage(), learners.count(), model.step(), ModelDigest.of(model));
    }

    private void commit(List<ModelDelta> delta) {
        long started = System.nanoTime();
        ModelWriter.Written written = writer.commit(delta, ModelDigest.of(model));
        if (!delta.isEmpty()) {
            metrics.published(System.nanoTime() - started);
        }
        metrics.wrote(written, delta, 0);
    }

    /**
     * Begins a snapshot of the last merge if one is due, also if no clicks arrive after it: a restart needs the records of the
     * topics since the newest snapshot.
     */
    private void beginSnapshotIfDue() {
        long newest = writer.isSaving() ? savingStep : snapshotStep;
        if (given || learner.hasSteps() || newest == model.step() || !schedule.isSnapshotDue()) {
            return;
        }
        if (!writer.isSaving()) {
            beginSnapshot();
        } else if (!delayed) {
            delayed = true;
            metrics.snapshotDelayed();
        }
    }

    /** Begins to save a snapshot of the last merge. The learner must have made no step since. */
    private void beginSnapshot() {
        savingSinceNanos = System.nanoTime();
        if (unwritten != null) { // the journal before a snapshot contains its merge
            writeNote();
            commit(List.of());
        }
        savingStep = model.step();
        delayed = false;
        writer.beginSaveOfMerge(
                learner.learner(),
                start.progress(),
                new ModelWriter.Merges(learners.count(), mergeCount),
                newestSaved,
                covered,
                !gate.isOpen());
        readersWait = deltaFollowsSnapshot;
        deltaFollowsSnapshot = false;
        schedule.snapshotBegun();
        metrics.snapshotBegun(System.nanoTime() - savingSinceNanos);
    }

    /** Announces the snapshot that is being saved, once it is in the store. Returns whether none is being saved any more. */
    private boolean finishSnapshotWithin(Duration time) {
        if (!writer.awaitSaved(time)) {
            return !writer.isSaving();
        }
        try {
            ModelWriter.SavedSnapshot saved = writer.finishSave(learner.learner());
            newestSaved = saved.manifest();
            snapshotStep = savingStep;
            start.progress().addSnapshot();
            metrics.snapshotSaved(saved.written(), System.nanoTime() - savingSinceNanos);
        } catch (IOException e) {
            metrics.snapshotFailed();
            LOG.error("Could not write a snapshot of step {}", savingStep, e);
            if (readersWait) {
                deltaFollowsSnapshot = true; // deltas that begin at a lost snapshot are of no use
                schedule.snapshotIn(SNAPSHOT_RETRY);
            }
        }
        return true;
    }

    /** Finishes the snapshot that is being saved, and saves another one if the learner is at a merge. */
    private void writeLastSnapshot() {
        long deadline = System.nanoTime() + LAST_SNAPSHOTS.toNanos();
        awaitSnapshotUntil(deadline);
        boolean isAtMerge = !given && !learner.hasSteps();
        if (!writer.isSaving() && isAtMerge && snapshotStep != NO_SNAPSHOT && snapshotStep != model.step()) {
            beginSnapshot();
            awaitSnapshotUntil(deadline);
        }
        if (writer.isSaving()) {
            LOG.warn(
                    "The snapshot of step {} is abandoned, because it could not be saved within {}",
                    savingStep,
                    LAST_SNAPSHOTS);
        }
    }

    private void awaitSnapshotUntil(long deadline) {
        while (System.nanoTime() < deadline && !finishSnapshotWithin(SAVE_LOOK)) {
            report();
            boolean _ = signals.nextTurn(); // a heartbeat
        }
    }

    private void report() {
        signals.report(new TrainerStatus(
                Phase.LEARNING,
                model.step(),
                model.vocabulary().itemCount(),
                start.progress().totals(),
                TrainerStatus.Prequential.of(learner.learner().modelMetrics()),
                loss,
                input.knownLag(),
                learner.learner().replayUsers(),
                rerun.mismatches() + otherDifferences,
                given && saidThatItWaits ? "waits for other learners" : ""));
    }
}
