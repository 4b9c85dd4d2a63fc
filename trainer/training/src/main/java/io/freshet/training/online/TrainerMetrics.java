package io.freshet.training.online;

import io.freshet.store.SnapshotFiles;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.publish.ModelWriter;
import io.freshet.training.publish.PublishingGate;
import io.freshet.training.step.StepOutcome;
import io.freshet.training.telemetry.LatencyTimers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Meters of the trainer, {@code freshet.trainer.*}, tagged with the model. Closing removes them from the registry. */
final class TrainerMetrics implements AutoCloseable {
    private final MeterRegistry registry;
    private final Supplier<TrainerStatus> status;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();
    private final Counter steps;
    private final Counter records;
    private final Counter targets;
    private final Counter catchUp;
    private final Counter forgotten;
    private final Counter undecodable;
    private final Counter skipped;
    private final Counter undecodableLog;
    private final Counter failedSnapshots;
    private final Counter delayedSnapshots;
    private final Counter snapshotBytes;
    private final Counter unchangedBytes;
    private final Counter recoveries;
    private final Counter restarts;
    private final Counter publishedRows;
    private final Counter publishedDense;
    private final Counter journalBytes;
    private final Counter deltaBytes;
    private final Counter differenceBytes;
    private final Timer mergeWait;
    private final Timer stepTime;
    private final Timer publishTime;
    private final Timer snapshotTime;
    private final Timer snapshotPause;
    private volatile double replayShare;
    private volatile double rankShare = 1;
    private volatile boolean published = true;
    private volatile double bestNdcg;
    private volatile long lineage;
    private volatile int pendingRows;

    /** @param stepAge seconds since the last step was learned */
    TrainerMetrics(
            MeterRegistry registry,
            OnlineConfig.Learners learners,
            Supplier<TrainerStatus> status,
            DoubleSupplier stepAge) {
        this.registry = registry;
        this.status = status;
        Tags ofModel = Tags.of("model", learners.model());
        this.tags = learners.areSeveral() ? ofModel.and("learner", Integer.toString(learners.number())) : ofModel;
        this.steps = counter("steps", "Steps learned live");
        this.records = counter("records", "Input records of steps that were learned live");
        this.targets = counter("targets", "Targets ranked before they were learned from; see rank.share");
        this.catchUp = counter("catchup.steps", "Steps that learned less of each sequence because clicks waited");
        this.forgotten = counter("forgotten", "Items removed from the vocabulary for lack of clicks");
        this.undecodable = counter("undecodable", "Input records skipped because they could not be decoded");
        this.skipped = counter(
                "optimizer.steps.skipped",
                "Optimiser steps that changed nothing: their loss or gradients were not finite");
        this.undecodableLog =
                counter("log.undecodable", "Records of the model log skipped because they could not be decoded");
        this.failedSnapshots = counter("snapshot.failures", "Snapshots that could not be written");
        this.delayedSnapshots =
                counter("snapshot.delays", "Snapshots that began late because the one before was still being written");
        this.snapshotBytes = bytes("snapshot.written", "Bytes of snapshots' files that were written");
        this.unchangedBytes = bytes(
                "snapshot.unchanged", "Bytes of snapshots' files that were taken from the snapshot before, unchanged");
        this.recoveries =
                counter("recoveries", "How often the training went back to a snapshot because weights were not finite");
        this.restarts = counter("restarts", "How often the trainer restarted after a failure that may be temporary");
        this.publishedRows = counter("published.rows", "Item rows in published deltas");
        this.publishedDense = counter("published.dense", "Published deltas that contained the dense parameters");
        this.journalBytes = bytes("journal", "Bytes of the journal, before compression");
        this.deltaBytes = bytes("deltas", "Bytes of deltas, before compression");
        this.differenceBytes =
                bytes("differences", "Bytes of differences for other learners, before compression; 0 with one learner");
        meters.add(Gauge.builder("freshet.trainer.step.age", stepAge, DoubleSupplier::getAsDouble)
                .description("Time since the last step was learned; also grows while no clicks arrive")
                .baseUnit("seconds")
                .strongReference(true)
                .tags(tags)
                .register(registry));
        this.stepTime = timer("step", "Time for one step: ranking, learning and remembering");
        this.publishTime = timer("publish", "Time to publish a delta and commit");
        this.mergeWait =
                timer("merge.wait", "Time for which a learner waits for the differences of the others before a merge");
        this.snapshotTime = timer("snapshot", "Time to save a snapshot beside learning, without failed attempts");
        this.snapshotPause = timer("snapshot.pause", "Time for which learning pauses to begin a snapshot");
        accuracy("mixture", TrainerStatus.Prequential::windowed);
        accuracy("network", TrainerStatus.Prequential::network);
        accuracy("memory", TrainerStatus.Prequential::memory);
        gauge(
                "ranked.window",
                "Number of ranked targets on which hr, ndcg and mrr rest",
                s -> s.accuracy().windowed().events());
        gauge("loss", "Mean loss of the last optimiser step", TrainerStatus::loss);
        gauge("model.step", "Number of steps that the model has learned", TrainerStatus::step);
        gauge("items", "Items in the vocabulary", TrainerStatus::items);
        gauge("replay.users", "Users whose sequences are remembered for replay", TrainerStatus::replayUsers);
        gauge("learning", "1 for the trainer that learns, 0 for a standby trainer", TrainerMetrics::learning);
        gauge("lag", "Input records not yet learned from", TrainerStatus::lag);
        gauge("mismatches", "Rerun steps whose result differs from the journal", TrainerStatus::mismatches);
        own(
                "replay.share",
                "Share of the last batch that came from the replay reservoir",
                metrics -> metrics.replayShare);
        own(
                "rank.share",
                "Share of the last step's clicks that were ranked; hr, ndcg, mrr and the gate rest on ranked clicks",
                metrics -> metrics.rankShare);
        own(
                "lineage",
                "Lineage of the published weights; a new lineage begins when a trainer cannot continue the weights"
                        + " exactly",
                metrics -> metrics.lineage);
        own("pending.rows", "Item rows that changed and are in no delta yet", metrics -> metrics.pendingRows);
        own(
                "published",
                "0 while the trainer that learns holds changes back because of their accuracy, otherwise 1",
                metrics -> metrics.published || learning(metrics.status.get()) == 0 ? 1 : 0);
        own(
                "gate.best.ndcg",
                "NDCG of the best recent window, with which the publishing gate compares",
                metrics -> metrics.bestNdcg);
    }

    /** Updates the gate's meters. */
    void gate(PublishingGate gate) {
        published = gate.isOpen();
        bestNdcg = gate.best();
    }

    /** Sets the lineage of the weights that are published from now on. */
    void lineage(long published) {
        lineage = published;
    }

    /** Counts a return of the training to a snapshot. */
    void recovered() {
        recoveries.increment();
    }

    void step(StepOutcome outcome, int learnedFrom, long nanos) {
        steps.increment();
        records.increment(learnedFrom);
        targets.increment(outcome.events());
        rankShare = outcome.rankShare().value();
        catchUp.increment(outcome.isCatchUp() ? 1 : 0);
        forgotten.increment(outcome.forgotten());
        skipped.increment(outcome.skipped());
        stepTime.record(Duration.ofNanos(nanos));
        StepOutcome.Batch batch = outcome.lastBatch();
        replayShare = batch.examples() == 0 ? 0 : (double) batch.replayed() / batch.examples();
    }

    /** Counts a merge, and how long the learner waited for the others. */
    void merged(long waitedNanos) {
        mergeWait.record(Duration.ofNanos(waitedNanos));
    }

    void restarted() {
        restarts.increment();
    }

    void passedOver(int inputRecords) {
        undecodable.increment(inputRecords);
    }

    void passedOverInTheLog() {
        undecodableLog.increment();
    }

    void published(long nanos) {
        publishTime.record(Duration.ofNanos(nanos));
    }

    /**
     * Counts what a transaction has written.
     *
     * @param delta parts of its delta; none if there is none
     * @param pending rows that changed and are in no delta yet
     */
    void wrote(ModelWriter.Written written, List<ModelDelta> delta, int pending) {
        journalBytes.increment((double) written.journalBytes());
        deltaBytes.increment((double) written.deltaBytes());
        differenceBytes.increment((double) written.differenceBytes());
        pendingRows = pending;
        for (ModelDelta part : delta) {
            publishedRows.increment(part.rows().length);
            publishedDense.increment(part.dense().length > 0 ? 1 : 0);
        }
    }

    void snapshotBegun(long pauseNanos) {
        snapshotPause.record(Duration.ofNanos(pauseNanos));
    }

    void snapshotDelayed() {
        delayedSnapshots.increment();
    }

    /** @param nanos time from the beginning of the snapshot until it was announced */
    void snapshotSaved(SnapshotFiles.Written written, long nanos) {
        snapshotTime.record(Duration.ofNanos(nanos));
        snapshotBytes.increment((double) written.bytes());
        unchangedBytes.increment((double) written.reusedBytes());
    }

    void snapshotFailed() {
        failedSnapshots.increment();
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }

    private static double learning(TrainerStatus status) {
        return status.phase() == TrainerStatus.Phase.LEARNING ? 1 : 0;
    }

    private Counter counter(String name, String description) {
        Counter counter = Counter.builder("freshet.trainer." + name)
                .description(description)
                .tags(tags)
                .register(registry);
        meters.add(counter);
        return counter;
    }

    private Counter bytes(String name, String description) {
        Counter counter = Counter.builder("freshet.trainer." + name)
                .description(description)
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
        meters.add(counter);
        return counter;
    }

    private Timer timer(String name, String description) {
        Timer timer = LatencyTimers.computing("freshet.trainer." + name + ".time", description)
                .tags(tags)
                .register(registry);
        meters.add(timer);
        return timer;
    }

    /** Registers the accuracy gauges of one ranker: the served mixture, the network alone or the memory alone. */
    private void accuracy(String ranker, Function<TrainerStatus.Prequential, Accuracy> figures) {
        Tags ranked = tags.and("ranker", ranker);
        gauge(
                "hr",
                "Hit rate at k over the newest ranked targets",
                ranked,
                s -> figures.apply(s.accuracy()).hr());
        gauge(
                "ndcg",
                "NDCG at k over the newest ranked targets",
                ranked,
                s -> figures.apply(s.accuracy()).ndcg());
        gauge(
                "mrr",
                "MRR at k over the newest ranked targets",
                ranked,
                s -> figures.apply(s.accuracy()).mrr());
    }

    private void own(String name, String description, ToDoubleFunction<TrainerMetrics> value) {
        meters.add(Gauge.builder("freshet.trainer." + name, this, value)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private void gauge(String name, String description, ToDoubleFunction<TrainerStatus> value) {
        gauge(name, description, tags, value);
    }

    private void gauge(String name, String description, Tags tagged, ToDoubleFunction<TrainerStatus> value) {
        meters.add(Gauge.builder("freshet.trainer." + name, status, s -> value.applyAsDouble(s.get()))
                .description(description)
                .tags(tagged)
                .register(registry));
    }
}
