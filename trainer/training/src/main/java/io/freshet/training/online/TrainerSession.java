package io.freshet.training.online;

import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.TrainerLog;
import io.freshet.training.input.InputBatch;
import io.freshet.training.input.SequenceInput;
import io.freshet.training.journal.JournalEntry;
import io.freshet.training.journal.JournalReader;
import io.freshet.training.journal.JournalRerun;
import io.freshet.training.journal.ModelDigest;
import io.freshet.training.lease.Lease;
import io.freshet.training.liveness.LagWatch;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.ModelWriter;
import io.freshet.training.publish.PublishingGate;
import io.freshet.training.publish.StartingPoint;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.StepOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One session of a trainer, from a starting point on. It reruns the journal, follows another trainer's journal while
 * that one holds the lease, and then learns until it loses the lease or is closed. Uncommitted steps are lost when
 * another trainer takes over, so the next session starts from a snapshot again.
 *
 * <p>Live learning takes the records that have arrived, learns a step from them, and appends its journal entry. From
 * time to time it commits the entries together with a delta, and more rarely it begins a snapshot, which another
 * thread writes. Time decides when it publishes, but never what it learns from a batch.
 *
 * <p>Owns none of its collaborators. Runs once, on one thread.
 */
final class TrainerSession {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerSession.class);
    private static final Duration TOPIC_WAIT = Duration.ofMillis(500);
    private static final Duration LEASE_LOOK = Duration.ofMillis(100);
    private static final Duration IDLE_WAIT = Duration.ofMillis(50);
    private static final Duration SAVE_LOOK = Duration.ofMillis(100);

    /** How long the end of a session waits for snapshots; less than a trainer waits for the session's end. */
    private static final Duration LAST_SNAPSHOTS = Duration.ofSeconds(25);

    /** When a snapshot for which readers wait is tried again. */
    private static final Duration SNAPSHOT_RETRY = Duration.ofSeconds(5);

    private static final long NO_SNAPSHOT = -1;

    private final OnlineConfig config;
    private final StartingPoint start;
    private final OnlineLearner learner;
    private final SequenceInput input;
    private final ModelWriter writer;
    private final TrainerSignals signals;
    private final TrainerMetrics metrics;
    private final PublishingGate gate;
    private final JournalRerun rerun;
    private final PublishSchedule schedule;
    private final DeltaBudget budget;
    private int passedOverRecords; // journal records that could not be decoded
    private long snapshotStep = NO_SNAPSHOT; // step of the newest snapshot of this lineage
    private @Nullable Manifest newestSaved; // manifest of the newest snapshot of this learner
    private long savingStep = NO_SNAPSHOT; // step of the snapshot that is being saved
    private long savingSinceNanos;
    private boolean readersWait; // for the snapshot that is being saved, where the deltas since begin
    private boolean delayed; // a snapshot is due and waits for the one that is being saved
    private double loss; // of the last optimiser step
    private boolean atEnd;
    private boolean deltaFollowsSnapshot; // readers must open the next snapshot

    TrainerSession(
            OnlineConfig config,
            StartingPoint start,
            SequenceInput input,
            ModelWriter writer,
            TrainerSignals signals,
            TrainerMetrics metrics) {
        this.config = config;
        this.start = start;
        this.newestSaved = start.manifest();
        this.learner = start.learner();
        this.input = input;
        this.writer = writer;
        this.signals = signals;
        this.metrics = metrics;
        this.gate = new PublishingGate(
                config.publishing().gateShare(),
                start.upToIt(writer.known()),
                config.learning().metrics().k());
        this.rerun = new JournalRerun(start, input);
        this.schedule = new PublishSchedule(config.publishing());
        this.budget = new DeltaBudget(
                config.publishing().bytesPerSecond(),
                learner.model().dim(),
                learner.model().denseSize());
    }

    /**
     * Runs the session to its end.
     *
     * @param journalConsumer makes the consumer that reads the journal
     */
    void run(Lease lease, Supplier<Consumer<byte[], byte[]>> journalConsumer) throws IOException {
        if (takeOver(lease, journalConsumer)) {
            joinLineage();
            metrics.lineage(learner.model().lineage());
            metrics.gate(gate);
            learn(lease);
        }
    }

    /** Returns whether several learners learned the model. Their journals cannot be continued, only their snapshot can. */
    private boolean isOfSeveral() {
        return start.learners() > 1;
    }

    /**
     * Reruns the journal to an end that no other trainer can move any more. Returns false if the trainer is closed
     * before that.
     */
    private boolean takeOver(Lease lease, Supplier<Consumer<byte[], byte[]>> journalConsumer) {
        List<Integer> partitions = awaitPartitions();
        if (partitions.isEmpty()) {
            return false;
        }
        input.seek(partitions, start.inputs());
        try (JournalReader journal = new JournalReader(
                journalConsumer.get(),
                new TopicPartition(config.topics().modelLog(), 0),
                config.modelName(),
                isOfSeveral() ? JournalReader.END : start.modelLogOffset(),
                this::hasNoStepSince,
                metrics::passedOverInTheLog)) {
            if (!follow(lease, journal)) {
                return false;
            }
            writer.fenceOthers();
            journal.moveEnd();
            writer.startAt(journal.end(), journal.endOf(config.topics().modelDeltas()));
            boolean complete = rerunToEnd(journal);
            passedOverRecords = journal.passedOverRecords();
            return complete;
        }
    }

    /**
     * Continues the published lineage if the learner has exactly its weights. Otherwise begins the next lineage,
     * whose first snapshot replaces all weights of the readers.
     */
    private void joinLineage() {
        RecommenderModel model = learner.model();
        long published =
                writer.known().stream().mapToLong(Manifest::lineage).max().orElse(Manifest.NO_LINEAGE);
        long newest = Math.max(published, rerun.newestLineage());
        String reason = whyNotContinued(newest);
        if (reason.isEmpty()) {
            return;
        }
        LOG.atLevel(newest == Manifest.NO_LINEAGE ? Level.INFO : Level.WARN)
                .log(
                        "Model {} begins lineage {} at step {} in place of lineage {}: {}",
                        config.modelName(),
                        newest + 1,
                        model.step(),
                        newest,
                        reason);
        model.joinLineage(newest + 1);
    }

    /** Returns why the learner cannot continue the newest lineage; empty if its weights are those of that lineage. */
    private String whyNotContinued(long newest) {
        Manifest restored = start.manifest();
        if (isOfSeveral()) {
            return "snapshot " + start.version() + " is of learners.count=" + start.learners();
        }
        String arithmetic = SnapshotPlatform.arithmetic(learner.productsName());
        // Checked first, because reruns with another arithmetic also differ from the journal.
        if (restored != null && !SnapshotPlatform.arithmetic(restored).equals(arithmetic)) {
            return "snapshot " + restored.version() + " was computed with arithmetic="
                    + SnapshotPlatform.arithmetic(restored) + ", this trainer computes with arithmetic=" + arithmetic;
        }
        if (rerun.mismatches() > 0) {
            return "the rerun differed from the journal " + rerun.mismatches() + " times";
        }
        if (passedOverRecords > 0) {
            return passedOverRecords + " records of the journal could not be decoded, and may have been steps";
        }
        if (newest == Manifest.NO_LINEAGE) {
            return "no lineage has been published";
        }
        return learner.model().lineage() == newest
                ? ""
                : "the weights belong to lineage " + learner.model().lineage();
    }

    /**
     * Returns whether it is certain that no step followed the starting point: the model is new and no snapshot of it
     * is known, or the input has no records after the snapshot.
     */
    private boolean hasNoStepSince() {
        return start.manifest() == null ? writer.known().isEmpty() : input.isAtEnd();
    }

    /** Waits for the input's partitions and returns them; empty if the trainer is closed before that. */
    private List<Integer> awaitPartitions() {
        List<Integer> partitions = input.partitionNumbers();
        if (partitions.isEmpty()) {
            LOG.warn("Waiting for topic {}", config.topics().sequences());
        }
        while (partitions.isEmpty() && !signals.isClosingWithin(TOPIC_WAIT)) {
            partitions = input.partitionNumbers();
        }
        return partitions;
    }

    /** Reruns the journal while another trainer writes it. Returns false if the trainer is closed meanwhile. */
    private boolean follow(Lease lease, JournalReader journal) {
        boolean caughtUp = false;
        while (!lease.isHeld()) {
            if (!signals.nextTurn()) {
                return false;
            }
            JournalEntry entry = journal.poll(LEASE_LOOK);
            if (entry != null) {
                rerun(entry);
            } else {
                if (!caughtUp) {
                    LOG.info("Model {}: standing by, at step {}", config.modelName(), rerun.step());
                }
                caughtUp = true;
                report(Phase.STANDING_BY);
            }
        }
        return true;
    }

    private boolean rerunToEnd(JournalReader journal) {
        for (JournalEntry entry = journal.next(); entry != null; entry = journal.next()) {
            if (!signals.nextTurn()) {
                return false;
            }
            rerun(entry);
        }
        rerun.requireComplete();
        learner.requireFinite();
        learner.restartDelta();
        LOG.info("Model {}: learning after step {}; steps rerun={}", config.modelName(), rerun.step(), rerun.steps());
        return true;
    }

    /**
     * Reruns an entry. The gate gets the same metrics as when the step was learned, so that its state is nearly the
     * same.
     */
    private void rerun(JournalEntry entry) {
        if (!isOfSeveral()) {
            rerun.accept(entry);
            gate.observe(learner.metrics());
        }
    }

    /**
     * Learns until the lease is lost or the trainer is closed, then publishes the remaining steps and writes a
     * snapshot.
     */
    private void learn(Lease lease) throws IOException {
        LagWatch lag = new LagWatch(System.nanoTime());
        schedule.begin();
        budget.begin(System.nanoTime());
        afterTurn();
        beginPublishing();
        while (signals.nextTurn() && lease.isHeld()) {
            if (signals.isInputEnded() && !atEnd) {
                atEnd = true;
                input.endAtCurrentEnd();
            }
            turn(lag);
            afterTurn();
        }
        publish();
        writeLastSnapshots();
        afterTurn();
    }

    private void afterTurn() {
        report(Phase.LEARNING);
        signals.betweenSteps(learner);
    }

    private void beginPublishing() throws IOException {
        Manifest restored = start.manifest();
        if (beginsLineage()) {
            beginSnapshot(); // gives scorers a model to serve, and a restart a place to continue from
            while (signals.nextTurn() && !finishSnapshotWithin(SAVE_LOOK)) {
                report(Phase.LEARNING);
            }
            return;
        }
        snapshotStep = restored == null ? NO_SNAPSHOT : restored.step();
        if (restored == null || !writer.announceAgain(restored)) {
            schedule.hastenSnapshot(); // after a first turn
        }
    }

    /** Returns whether the published weights must be replaced because no delta leads from them to the learner's. */
    private boolean beginsLineage() {
        Manifest restored = start.manifest();
        return restored == null
                ? learner.model().step() == 0
                : restored.lineage() != learner.model().lineage();
    }

    /** Makes one turn. Publishes at the end of the step that comes nearest to the end of the publish interval. */
    private void turn(LagWatch lag) {
        OnlineConfig.Steps steps = config.steps();
        InputBatch batch = steps.batchClicks() > 0
                ? input.takeExactly(steps.batchClicks(), maxWait())
                : input.take(steps::mostClicks, maxWait(), steps.linger());
        if (!batch.isEmpty()) {
            step(batch, lag);
        }
        if (writer.hasUncommittedSteps() && schedule.isDeltaDue()) {
            publish();
        }
        boolean _ = finishSnapshotWithin(Duration.ZERO);
        long newest = writer.isSaving() ? savingStep : snapshotStep;
        if (newest != learner.model().step() && schedule.isSnapshotDue()) {
            beginOrDelaySnapshot();
        }
    }

    private void beginOrDelaySnapshot() {
        if (!writer.isSaving()) {
            publish();
            beginSnapshot();
        } else if (!delayed) {
            delayed = true;
            metrics.snapshotDelayed();
        }
    }

    /** Returns how long to wait for input. The wait must not delay a commit that is due. */
    private Duration maxWait() {
        Duration publish = writer.hasUncommittedSteps() ? schedule.untilDelta() : IDLE_WAIT;
        return publish.compareTo(IDLE_WAIT) < 0 ? publish : IDLE_WAIT;
    }

    private void step(InputBatch batch, LagWatch lag) {
        long started = System.nanoTime();
        StepOutcome outcome = learner.step(batch.updates());
        long stepNanos = System.nanoTime() - started;
        schedule.stepTook(stepNanos);
        if (!Double.isFinite(outcome.lastBatch().loss())) {
            learner.requireFinite();
        }
        writer.append(new StepRecord(
                outcome.step(), batch.ranges(), outcome.targetRanks(), outcome.rankShare(), batch.clickTimestampsMs()));
        loss = outcome.lastBatch().loss();
        TrainerLog.at(outcome.step());
        passGate();
        start.progress().addStep(batch.updates().size(), stepNanos);
        metrics.step(outcome, batch.updates().size(), stepNanos);
        metrics.passedOver(batch.undecodable());
        lag.observe(System.nanoTime(), stepNanos, batch.updates().size(), input::measuredLag)
                .ifPresent(this::warnOfLag);
    }

    private void warnOfLag(LagWatch.Report report) {
        LOG.warn(
                "Model {} learns {} clicks a second, and more arrive: {} clicks wait. Give the trainer more processors, or use a"
                        + " faster encoder: encoder={}",
                config.modelName(),
                report.clicksPerSecond(),
                report.lag(),
                learner.model().config().encoder().type());
    }

    /**
     * Passes the metrics to the gate. When the gate opens, a snapshot becomes due at once. If deltas are limited, the
     * changes that the gate held back would take many of them, so the next delta begins at that snapshot, and readers
     * go to it.
     */
    private void passGate() {
        boolean changed = gate.observe(learner.metrics());
        metrics.gate(gate);
        if (!changed) {
            return;
        }
        if (gate.isOpen()) {
            LOG.info("Model {} is published again: ndcg={} best={}", config.modelName(), gate.newest(), gate.best());
            schedule.hastenSnapshot();
            deltaFollowsSnapshot = budget.isLimited();
        } else {
            LOG.warn(
                    "Model {} is held back from step {} on; the published weights stay: ndcg={} best={} share={}",
                    config.modelName(),
                    learner.model().step(),
                    gate.newest(),
                    gate.best(),
                    config.publishing().gateShare());
        }
    }

    /** Commits the steps, and with them their changes unless the gate holds those back. */
    private void publish() {
        if (writer.hasUncommittedSteps()) {
            long started = System.nanoTime();
            List<ModelDelta> delta = gate.isOpen() && !deltaFollowsSnapshot ? finiteDelta() : List.of();
            ModelWriter.Written written = writer.commit(delta, ModelDigest.of(learner.model()));
            schedule.deltaCommitted();
            metrics.published(System.nanoTime() - started);
            metrics.wrote(written, delta, learner.pendingRows());
        }
    }

    /**
     * Returns the changes to publish. Throws {@link NonFiniteModelException} if a number is not finite; all steps
     * since the last commit must then be discarded.
     */
    private List<ModelDelta> finiteDelta() {
        List<ModelDelta> delta = learner.takeDelta(config.rowsPerPart(), budget.at(System.nanoTime()));
        budget.spend(delta);
        for (ModelDelta part : delta) {
            part.firstNonFinite().ifPresent(number -> {
                throw new NonFiniteModelException(part.toStep(), number);
            });
        }
        return delta;
    }

    /**
     * Begins to save a snapshot of all steps, which are committed, while learning goes on. If readers are to continue at
     * this snapshot, the next delta begins here: they wait until they can open it, or the next one if it cannot be saved.
     */
    private void beginSnapshot() {
        savingSinceNanos = System.nanoTime();
        savingStep = learner.model().step();
        delayed = false;
        writer.beginSave(learner, start.progress(), newestSaved, input.snapshotPositions(), !gate.isOpen());
        readersWait = deltaFollowsSnapshot;
        if (readersWait) {
            learner.beginDeltaAfterSnapshot();
            deltaFollowsSnapshot = false;
        }
        schedule.snapshotBegun();
        metrics.snapshotBegun(System.nanoTime() - savingSinceNanos);
    }

    /**
     * Announces the snapshot that is being saved, once it is in the store. If it cannot be saved, the next attempt follows
     * after the next interval. Until then, a restart reruns more of the journal.
     *
     * @param time how long to wait for it
     * @return whether no snapshot is being saved any more
     */
    private boolean finishSnapshotWithin(Duration time) {
        if (!writer.awaitSaved(time)) {
            return !writer.isSaving();
        }
        publish(); // a manifest is announced in a transaction of its own
        try {
            ModelWriter.SavedSnapshot saved = writer.finishSave(learner);
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
            } else if (!deltaFollowsSnapshot) {
                schedule.snapshotBegun();
            }
        }
        return true;
    }

    /**
     * Finishes the snapshot that is being saved, and saves another one of all steps. Snapshots that take too long are
     * abandoned, and a restart reruns more of the journal.
     */
    private void writeLastSnapshots() {
        long deadline = System.nanoTime() + LAST_SNAPSHOTS.toNanos();
        awaitSnapshotUntil(deadline);
        if (!writer.isSaving() && snapshotStep != learner.model().step()) {
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
            report(Phase.LEARNING);
            boolean _ = signals.nextTurn(); // a heartbeat
        }
    }

    private void report(Phase phase) {
        signals.report(new TrainerStatus(
                phase,
                learner.model().step(),
                learner.model().vocabulary().itemCount(),
                start.progress().totals(),
                TrainerStatus.Prequential.of(learner.modelMetrics()),
                loss,
                input.knownLag(),
                learner.replayUsers(),
                rerun.mismatches(),
                ""));
    }
}
