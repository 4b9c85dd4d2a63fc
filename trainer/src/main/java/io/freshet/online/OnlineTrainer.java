package io.freshet.online;

import io.freshet.online.TrainerStatus.Phase;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from {@code sequences} as they come and publishes the model: at most one at a time for each model, because a
 * trainer that starts fences an older one, which then stops.
 *
 * <p>Each input record is learned from exactly once, whenever the trainer dies: the records of a step are named in its
 * journal entry, which is committed together with the weights that it led to. A trainer that starts goes on from the
 * newest snapshot and reruns the journal from there, which gives the same bytes.
 *
 * <p>{@link #run} is for one thread of its own, once; {@link #close} and {@link #status} may be called by any.
 */
public final class OnlineTrainer implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OnlineTrainer.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);
    private static final Duration TOPIC_WAIT = Duration.ofMillis(500);
    private static final int JOURNAL_RECORDS = 64;

    private final OnlineConfig config;
    private final SnapshotStore store;
    private final MeterRegistry registry;
    private final Clock clock;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile TrainerStatus status = TrainerStatus.NOT_STARTED;

    /**
     * A trainer that has not started.
     *
     * @param clock for the dates in manifests; nothing that is learned depends on it
     */
    public OnlineTrainer(OnlineConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        this.config = config;
        this.store = store;
        this.registry = registry;
        this.clock = clock;
    }

    /** Learns until it is closed, fenced or failed; {@link #status} says which. Throws nothing. */
    @Override
    public void run() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("a trainer runs once: model=" + config.modelName());
        }
        try {
            train();
            status = status.in(Phase.CLOSED, "");
        } catch (IOException | RuntimeException e) {
            stoppedBy(e);
        } finally {
            finished.countDown();
        }
    }

    /** How it does. The figures are those of the end of the last step. */
    public TrainerStatus status() {
        return status;
    }

    /** Ends the step at hand, publishes it, writes a snapshot, and waits until that is done. */
    @Override
    public void close() {
        closing.countDown();
        if (!started.get()) {
            return;
        }
        try {
            if (!finished.await(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Trainer of model {} did not stop within {}", config.modelName(), CLOSE_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void train() throws IOException {
        try (TrainerMetrics metrics = new TrainerMetrics(registry, config.modelName(), this::status);
                ModelLogWriter log =
                        new ModelLogWriter(KafkaClients.producer(config), config.topics(), config.modelName());
                SequenceInput input = new SequenceInput(
                        KafkaClients.consumer(config, "sequences", config.stepClicks()),
                        config.topics().sequences())) {
            status = status.in(Phase.RECOVERING, "");
            log.fenceOthers();
            Progress progress = new Progress();
            Snapshots snapshots = new Snapshots(store, config);
            Recovery recovery = new Recovery(snapshots, config, progress, this::isClosing);
            Recovery.Start start = recovery.start();
            try (OnlineLearner learner = start.learner()) {
                if (recover(recovery, start, input, log)) {
                    TrainingLoop loop = new TrainingLoop(
                            config, learner, input, log, snapshots, progress, metrics, clock, start.manifest());
                    report(learner, progress, 0, input.lag(), recovery.mismatches());
                    loop.run(
                            this::isClosing,
                            () -> report(learner, progress, loop.loss(), input.lag(), recovery.mismatches()));
                }
            }
        }
    }

    /** Whether recovery came to the end of the journal. */
    private boolean recover(Recovery recovery, Recovery.Start start, SequenceInput input, ModelLogWriter log) {
        List<Integer> partitions = awaitPartitions(input);
        if (partitions.isEmpty()) {
            return false;
        }
        input.seek(partitions, start.inputs());
        try (JournalReader journal = new JournalReader(
                KafkaClients.consumer(config, "journal", JOURNAL_RECORDS),
                config.topics().modelLog(),
                start.modelLogOffset())) {
            log.startAt(journal.end());
            return recovery.rerun(journal, input, start.learner());
        }
    }

    /** The input's partitions, once there are some; none if closed before. */
    private List<Integer> awaitPartitions(SequenceInput input) {
        List<Integer> partitions = input.partitionNumbers();
        if (partitions.isEmpty()) {
            LOG.warn("Waiting for topic {}", config.topics().sequences());
        }
        while (partitions.isEmpty() && !isClosingWithin(TOPIC_WAIT)) {
            partitions = input.partitionNumbers();
        }
        return partitions;
    }

    private void report(OnlineLearner learner, Progress progress, double loss, long lag, long mismatches) {
        status = new TrainerStatus(
                Phase.LEARNING,
                learner.model().step(),
                progress.records(),
                learner.metrics().running(),
                learner.metrics().windowed(),
                loss,
                progress.seconds(),
                progress.snapshots(),
                learner.model().vocabulary().size(),
                lag,
                mismatches,
                "");
    }

    private void stoppedBy(Exception e) {
        if (isFencing(e)) {
            String message = "another trainer of model=" + config.modelName() + " has started with transactional.id="
                    + config.transactionalId() + "; at most one learns";
            LOG.warn("Trainer stops after step {}: {}", status.step(), message);
            status = status.in(Phase.FENCED, message);
        } else {
            LOG.error("Trainer of model {} stops after step {}", config.modelName(), status.step(), e);
            status = status.in(Phase.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isFencing(Exception e) {
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private boolean isClosingWithin(Duration time) {
        try {
            return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
