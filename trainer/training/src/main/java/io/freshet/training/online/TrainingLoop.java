package io.freshet.training.online;

import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.TrainerLog;
import io.freshet.training.input.InputBatch;
import io.freshet.training.input.SequenceInput;
import io.freshet.training.liveness.LagWatch;
import io.freshet.training.publish.LearnerDescription;
import io.freshet.training.publish.ModelLogWriter;
import io.freshet.training.publish.Progress;
import io.freshet.training.publish.PublishingGate;
import io.freshet.training.publish.SnapshotWriter;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.StepOutcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live learning: takes the records that have arrived, learns a step from them, and appends its journal entry. From
 * time to time it commits the entries together with a delta, and more rarely it writes a snapshot. Time decides when
 * it publishes, but never what it learns from a batch.
 *
 * <p>Owns none of its collaborators. Not thread-safe.
 */
final class TrainingLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);
    private static final long NO_SNAPSHOT = -1;
    private static final Duration IDLE_WAIT = Duration.ofMillis(50);

    private final OnlineConfig config;
    private final OnlineLearner learner;
    private final SequenceInput input;
    private final ModelLogWriter log;
    private final SnapshotWriter snapshots;
    private final Progress progress;
    private final PublishingGate gate;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private final @Nullable Manifest restored;
    private long snapshotStep;
    private long snapshotNanos = System.nanoTime();
    private long publishNanos = System.nanoTime();
    private long stepNanos; // duration of the last step
    private double loss;
    private boolean atEnd;
    private final LagWatch lag = new LagWatch(System.nanoTime());

    /**
     * Creates a loop that is ready to run.
     *
     * @param restored manifest of the snapshot that the learner was restored from, or null if there was none
     */
    TrainingLoop(
            OnlineConfig config,
            OnlineLearner learner,
            SequenceInput input,
            ModelLogWriter log,
            SnapshotWriter snapshots,
            Progress progress,
            PublishingGate gate,
            TrainerMetrics metrics,
            Clock clock,
            @Nullable Manifest restored) {
        this.config = config;
        this.learner = learner;
        this.input = input;
        this.log = log;
        this.snapshots = snapshots;
        this.progress = progress;
        this.gate = gate;
        this.metrics = metrics;
        this.clock = clock;
        this.restored = restored;
        this.snapshotStep = restored == null ? NO_SNAPSHOT : restored.step();
    }

    /** Returns the mean loss of the last optimiser step. */
    double loss() {
        return loss;
    }

    /**
     * Learns until it is stopped, then publishes the remaining steps and writes a snapshot.
     *
     * @param stopped called before each turn; true to stop
     * @param inputEnded whether no record follows those on the input, so that the last step may have fewer records than
     *     usual
     * @param afterEach called after each turn, whether or not it learned a step
     */
    void run(BooleanSupplier stopped, BooleanSupplier inputEnded, Runnable afterEach) throws IOException {
        if (beginsLineage()) {
            snapshotStep = NO_SNAPSHOT;
            snapshot(); // gives scorers a model to serve, and a restart a place to continue from
        } else if (restored == null || !snapshots.announceAgain(restored)) {
            snapshotNanos -= config.publishing().snapshotInterval().toNanos(); // due at once, but after a first turn
        }
        while (!stopped.getAsBoolean()) {
            if (inputEnded.getAsBoolean() && !atEnd) {
                atEnd = true;
                input.endAtWhatIsThere();
            }
            turn();
            afterEach.run();
        }
        publish();
        if (snapshotStep != learner.model().step()) {
            snapshot();
        }
        afterEach.run();
    }

    /** Returns whether the published weights must be replaced because no delta leads from them to the learner's. */
    private boolean beginsLineage() {
        return restored == null
                ? learner.model().step() == 0
                : restored.lineage() != learner.model().lineage();
    }

    /** Makes one turn. Publishes at the end of the step that comes nearest to the end of the publish interval. */
    private void turn() {
        InputBatch batch = config.steps().batchClicks() > 0
                ? input.takeExactly(config.steps().batchClicks(), patience())
                : input.take(
                        config.steps()::mostClicks, patience(), config.steps().linger());
        if (!batch.isEmpty()) {
            learn(batch);
        }
        if (log.hasUncommittedSteps() && untilPublish().toNanos() <= stepNanos / 2) {
            publish();
        }
        if (snapshotStep != learner.model().step() && isSnapshotDue()) {
            publish();
            snapshot();
        }
    }

    private void learn(InputBatch batch) {
        long started = System.nanoTime();
        StepOutcome outcome = learner.step(batch.updates());
        stepNanos = System.nanoTime() - started;
        if (!Double.isFinite(outcome.loss())) {
            learner.requireFinite();
        }
        log.append(new StepRecord(
                outcome.step(),
                batch.ranges(),
                outcome.ranks(),
                outcome.networkRanks(),
                outcome.memoryRanks(),
                batch.clickTimestampsMs()));
        loss = outcome.loss();
        TrainerLog.at(outcome.step());
        passGate();
        progress.addStep(batch.updates().size(), stepNanos);
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
     * Passes the metrics to the gate. When the gate opens, the changes that it held back are published in one delta,
     * and a snapshot becomes due at once for readers that miss part of that delta.
     */
    private void passGate() {
        boolean changed = gate.observe(learner.metrics());
        metrics.gate(gate);
        if (!changed) {
            return;
        }
        if (gate.isOpen()) {
            LOG.info("Model {} is published again: ndcg={} best={}", config.modelName(), gate.newest(), gate.best());
            snapshotNanos =
                    System.nanoTime() - config.publishing().snapshotInterval().toNanos();
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
        if (log.hasUncommittedSteps()) {
            publishNanos = timed(metrics::published, () -> log.commit(gate.isOpen() ? finiteDelta() : List.of()));
        }
    }

    /**
     * Returns the changes to publish. Throws {@link NonFiniteModelException} if a number is not finite; all steps
     * since the last commit must then be discarded.
     */
    private List<ModelDelta> finiteDelta() {
        List<ModelDelta> delta = learner.takeDelta(config.rowsPerPart());
        for (ModelDelta part : delta) {
            part.firstNonFinite().ifPresent(number -> {
                throw new NonFiniteModelException(part.toStep(), number);
            });
        }
        return delta;
    }

    /**
     * Writes a snapshot. If that fails, the next attempt follows after the next interval. Until then, a restart
     * reruns more of the journal.
     */
    private void snapshot() {
        snapshotNanos = timed(metrics::snapshot, () -> {
            try {
                snapshots.save(
                        LearnerDescription.draft(
                                config.modelName(),
                                learner,
                                progress,
                                clock.instant(),
                                new TopicPosition(config.topics().modelLog(), 0, log.nextOffset()),
                                input.snapshotPositions(),
                                !gate.isOpen()),
                        learner);
                snapshotStep = learner.model().step();
                progress.addSnapshot();
            } catch (IOException e) {
                metrics.snapshotFailed();
                LOG.error(
                        "Could not write a snapshot of step {}", learner.model().step(), e);
            }
        });
    }

    private boolean isSnapshotDue() {
        return System.nanoTime() - snapshotNanos
                >= config.publishing().snapshotInterval().toNanos();
    }

    /** Returns how long to wait for input. The wait must not delay a commit that is due. */
    private Duration patience() {
        Duration publish = log.hasUncommittedSteps() ? untilPublish() : IDLE_WAIT;
        return publish.compareTo(IDLE_WAIT) < 0 ? publish : IDLE_WAIT;
    }

    private Duration untilPublish() {
        long passed = System.nanoTime() - publishNanos;
        return Duration.ofNanos(Math.max(0, config.publishing().deltaInterval().toNanos() - passed));
    }

    /** Runs {@code what}, reports its duration, and returns the time at which it ended. */
    private static long timed(LongConsumer to, Runnable what) {
        long started = System.nanoTime();
        what.run();
        long ended = System.nanoTime();
        to.accept(ended - started);
        return ended;
    }
}
