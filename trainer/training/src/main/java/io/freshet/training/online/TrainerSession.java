package io.freshet.training.online;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.input.SequenceInput;
import io.freshet.training.journal.JournalEntry;
import io.freshet.training.journal.JournalReader;
import io.freshet.training.journal.JournalRerun;
import io.freshet.training.lease.Lease;
import io.freshet.training.metrics.ModelMetrics;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.ModelLogWriter;
import io.freshet.training.publish.Progress;
import io.freshet.training.publish.PublishingGate;
import io.freshet.training.publish.SnapshotWriter;
import io.freshet.training.publish.StartingPoint;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.telemetry.KafkaMeters;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One term of a trainer, from a starting point on. It reruns the journal, follows another trainer's journal while
 * that one holds the lease, and then learns until it loses the lease or is closed. Uncommitted steps are lost when
 * another trainer takes over, so the next term starts from a snapshot again.
 *
 * <p>Owns none of its collaborators. Runs once, on one thread.
 */
final class TrainerSession {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerSession.class);
    private static final Duration TOPIC_WAIT = Duration.ofMillis(500);
    private static final Duration LEASE_LOOK = Duration.ofMillis(100);
    private static final int JOURNAL_RECORDS = 64;

    private final OnlineConfig config;
    private final Lease lease;
    private final TrainerSignals signals;
    private final StartingPoint start;
    private final OnlineLearner learner;
    private final ModelLogWriter log;
    private final SequenceInput input;
    private final KafkaMeters meters;
    private final Progress progress;
    private final JournalRerun rerun;
    private final Consumer<TrainerStatus> report;
    private int passedOverRecords; // journal records that could not be decoded

    /**
     * @param meters meters of this term's Kafka clients
     * @param report receives the status from time to time
     */
    TrainerSession(
            OnlineConfig config,
            Lease lease,
            TrainerSignals signals,
            StartingPoint start,
            ModelLogWriter log,
            SequenceInput input,
            KafkaMeters meters,
            Consumer<TrainerStatus> report) {
        this.config = config;
        this.lease = lease;
        this.signals = signals;
        this.start = start;
        this.learner = start.learner();
        this.log = log;
        this.input = input;
        this.meters = meters;
        this.progress = start.progress();
        this.rerun = new JournalRerun(learner, input, progress);
        this.report = report;
    }

    /** Runs the term to its end. */
    void run(SnapshotWriter snapshots, TrainerMetrics metrics, Clock clock) throws IOException {
        PublishingGate gate = new PublishingGate(
                config.publishing().gateShare(),
                start.upToIt(snapshots.known()),
                config.learning().metrics().k());
        if (!takeOver(gate, snapshots, metrics)) {
            return;
        }
        joinLineage(snapshots.known());
        metrics.lineage(learner.model().lineage());
        metrics.gate(gate);
        TrainingLoop loop = new TrainingLoop(
                config, learner, input, log, snapshots, progress, gate, metrics, clock, start.manifest());
        Runnable afterEach = () -> {
            report(Phase.LEARNING, loop.loss());
            signals.betweenSteps(learner);
        };
        afterEach.run();
        loop.run(() -> !signals.nextTurn() || !lease.isHeld(), signals::isInputEnded, afterEach);
    }

    /**
     * Reruns the journal to an end that no other trainer can move any more. Returns false if the trainer is closed
     * before that.
     */
    private boolean takeOver(PublishingGate gate, SnapshotWriter snapshots, TrainerMetrics metrics) {
        List<Integer> partitions = awaitPartitions();
        if (partitions.isEmpty()) {
            return false;
        }
        input.seek(partitions, start.inputs());
        try (JournalReader journal = new JournalReader(
                meters.watch(KafkaClients.consumer(config, "journal", JOURNAL_RECORDS)),
                config.topics().modelLog(),
                config.modelName(),
                start.modelLogOffset(),
                () -> hasNoStepSince(snapshots),
                metrics::passedOverInTheLog)) {
            if (!follow(journal, gate)) {
                return false;
            }
            log.fenceOthers();
            journal.moveEnd();
            log.startAt(journal.end());
            boolean complete = rerunToEnd(journal, gate);
            passedOverRecords = journal.passedOverRecords();
            return complete;
        }
    }

    /**
     * Continues the published lineage if the learner has exactly its weights. Otherwise begins the next lineage,
     * whose first snapshot replaces all weights of the readers.
     */
    private void joinLineage(List<Manifest> known) {
        RecommenderModel model = learner.model();
        long published = known.stream().mapToLong(Manifest::lineage).max().orElse(Manifest.NO_LINEAGE);
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
    private boolean hasNoStepSince(SnapshotWriter snapshots) {
        return start.manifest() == null ? snapshots.known().isEmpty() : input.isAtEnd();
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
    private boolean follow(JournalReader journal, PublishingGate gate) {
        boolean caughtUp = false;
        while (!lease.isHeld()) {
            if (!signals.nextTurn()) {
                return false;
            }
            JournalEntry entry = journal.poll(LEASE_LOOK);
            if (entry != null) {
                rerun(entry, gate);
            } else {
                if (!caughtUp) {
                    LOG.info("Model {}: standing by, at step {}", config.modelName(), rerun.step());
                }
                caughtUp = true;
                report(Phase.STANDING_BY, 0);
            }
        }
        return true;
    }

    private boolean rerunToEnd(JournalReader journal, PublishingGate gate) {
        for (JournalEntry entry = journal.next(); entry != null; entry = journal.next()) {
            if (!signals.nextTurn()) {
                return false;
            }
            rerun(entry, gate);
        }
        rerun.requireComplete();
        learner.requireFinite();
        learner.forgetChanges();
        LOG.info("Model {}: learning after step {}; steps rerun={}", config.modelName(), rerun.step(), rerun.steps());
        return true;
    }

    /**
     * Reruns an entry. The gate gets the same metrics as when the step was learned, so that its state is nearly the
     * same.
     */
    private void rerun(JournalEntry entry, PublishingGate gate) {
        rerun.accept(entry);
        gate.observe(learner.metrics());
    }

    private void report(Phase phase, double loss) {
        ModelMetrics figures = learner.modelMetrics();
        report.accept(new TrainerStatus(
                phase,
                learner.model().step(),
                progress.records(),
                figures.served().running(),
                figures.served().windowed(),
                figures.network().windowed(),
                figures.memory().windowed(),
                loss,
                progress.seconds(),
                progress.snapshots(),
                learner.model().vocabulary().itemCount(),
                learner.replayUsers(),
                input.lag(),
                rerun.mismatches(),
                ""));
    }
}
