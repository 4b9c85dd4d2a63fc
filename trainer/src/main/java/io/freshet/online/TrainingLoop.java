package io.freshet.online;

import io.freshet.delta.ModelDelta;
import io.freshet.delta.StepRecord;
import io.freshet.model.NonFiniteModelException;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.TopicPosition;
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
 * Live learning: takes what has arrived, learns a step, writes its journal entry; now and then publishes a delta with
 * the commit, and more rarely a snapshot. Time decides when it publishes, and never what it learns from a batch.
 *
 * <p>Borrows everything. Not thread-safe.
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
    private long stepNanos; // of the last step
    private double loss;
    private boolean atEnd;

    /**
     * Ready to run.
     *
     * @param restored the snapshot that the learner came from, if it came from one
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

    /** Mean loss of the last optimiser step. */
    double loss() {
        return loss;
    }

    /**
     * Learns until it is stopped, then publishes what is left and writes a snapshot.
     *
     * @param stopped asked before each turn
     * @param inputEnded whether nothing comes after what is on the input, so that a step may be short of its records
     * @param afterEach called after each turn, whether it learned something or not
     */
    void run(BooleanSupplier stopped, BooleanSupplier inputEnded, Runnable afterEach) throws IOException {
        if (beginsLineage()) {
            snapshotStep = NO_SNAPSHOT;
            snapshot(); // something to serve, and to go on from
        } else if (restored == null || !snapshots.announceAgain(restored)) {
            snapshotNanos -= config.snapshotInterval().toNanos(); // soon, but those that wait for a step come first
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

    /** Whether the published weights are to be replaced: no delta leads from them to the learner's. */
    private boolean beginsLineage() {
        return restored == null
                ? learner.model().step() == 0
                : restored.lineage() != learner.model().lineage();
    }

    /** Publishes at that end of a step which is the nearest to the interval's. */
    private void turn() {
        InputBatch batch = config.batchClicks() > 0
                ? input.takeExactly(config.batchClicks(), patience())
                : input.take(config::mostClicks, patience(), config.stepLinger());
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
    }

    /** What a gate has held back goes out in one delta; the snapshot after it leads on those that miss a part of that. */
    private void passGate() {
        boolean changed = gate.observe(learner.metrics());
        metrics.gate(gate);
        if (!changed) {
            return;
        }
        if (gate.isOpen()) {
            LOG.info("Model {} is published again: ndcg={} best={}", config.modelName(), gate.newest(), gate.best());
            snapshotNanos = System.nanoTime() - config.snapshotInterval().toNanos();
        } else {
            LOG.warn(
                    "Model {} is held back from step {} on, what was published before stays: ndcg={} best={} share={}",
                    config.modelName(),
                    learner.model().step(),
                    gate.newest(),
                    gate.best(),
                    config.gateShare());
        }
    }

    /** Lets readers see the steps, and their changes unless the gate holds them back. */
    private void publish() {
        if (log.hasUncommittedSteps()) {
            publishNanos = timed(metrics::published, () -> log.commit(gate.isOpen() ? finiteDelta() : List.of()));
        }
    }

    /** What has changed. Where a number is not finite, nothing since the last commit is worth keeping. */
    private List<ModelDelta> finiteDelta() {
        List<ModelDelta> delta = learner.takeDelta(config.rowsPerPart());
        for (ModelDelta part : delta) {
            part.firstNonFinite().ifPresent(number -> {
                throw new NonFiniteModelException(part.toStep(), number);
            });
        }
        return delta;
    }

    /** A snapshot that cannot be written leaves the journal longer, and is tried again at the next interval. */
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
                LOG.error("No snapshot of step {}", learner.model().step(), e);
            }
        });
    }

    private boolean isSnapshotDue() {
        return System.nanoTime() - snapshotNanos >= config.snapshotInterval().toNanos();
    }

    /** Waiting for input must not delay what is to be published. */
    private Duration patience() {
        Duration publish = log.hasUncommittedSteps() ? untilPublish() : IDLE_WAIT;
        return publish.compareTo(IDLE_WAIT) < 0 ? publish : IDLE_WAIT;
    }

    private Duration untilPublish() {
        long passed = System.nanoTime() - publishNanos;
        return Duration.ofNanos(Math.max(0, config.publishInterval().toNanos() - passed));
    }

    /** Runs it and tells how long it took; returns when it ended. */
    private static long timed(LongConsumer to, Runnable what) {
        long started = System.nanoTime();
        what.run();
        long ended = System.nanoTime();
        to.accept(ended - started);
        return ended;
    }
}
