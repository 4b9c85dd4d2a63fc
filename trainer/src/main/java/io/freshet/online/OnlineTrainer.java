package io.freshet.online;

import io.freshet.metrics.KafkaMeters;
import io.freshet.model.NonFiniteModelException;
import io.freshet.online.TrainerStatus.Phase;
import io.freshet.snapshot.Manifest;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from {@code sequences} as they come and publishes the model: at most one at a time for each model. A second one
 * stands by: it reruns the journal as the first writes it, and takes over where that one ends. Without a {@linkplain
 * OnlineConfig#leaseTimeout lease} nobody stands by: a trainer that starts fences an older one, which then stops.
 *
 * <p>Each input record is learned from exactly once, whenever the trainer dies: the records of a step are named in its
 * journal entry, which is committed together with the weights that it led to. A trainer that starts goes on from the
 * newest snapshot and reruns the journal from there, which gives the same bytes.
 *
 * <p>{@link #run} is for one thread of its own, once; {@link #close} and {@link #status} may be called by any.
 */
public final class OnlineTrainer implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OnlineTrainer.class);
    private static final int MANIFEST_RECORDS = 500;
    private static final int MOST_RECOVERIES_IN_PLACE = 3;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private final OnlineConfig config;
    private final SnapshotStore store;
    private final MeterRegistry registry;
    private final Clock clock;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final TrainerSignals signals = new TrainerSignals();
    private long farthestStep = -1; // the trainer's thread's own
    private int recoveriesInPlace; // likewise
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

    /** Learns until it is closed, fenced out for good or failed; {@link #status} says which. Throws nothing. */
    @Override
    public void run() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("a trainer runs once: model=" + config.modelName());
        }
        TrainerLog.begin(config.modelName());
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

    /**
     * Says that nothing comes after what can be read on {@code sequences} now as committed, which is a moment later than
     * the commit. Matters only where steps take a fixed number of records: the last one takes what is left.
     */
    public void endInput() {
        signals.endInput();
    }

    /** Runs this once between two steps, on the trainer's thread: how tests plant faults. */
    void onceBetweenSteps(Consumer<OnlineLearner> what) {
        signals.onceBetweenSteps(what);
    }

    /** Ends the step at hand, publishes it, writes a snapshot, and waits until that is done. */
    @Override
    public void close() {
        signals.close();
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
                KafkaMeters meters = new KafkaMeters(registry);
                Lease lease = Lease.of(config, meters)) {
            while (!signals.isClosing()) {
                try {
                    term(lease, metrics);
                } catch (KafkaException e) {
                    standByOrThrow(lease, e);
                } catch (NonFiniteModelException e) {
                    recoverOrThrow(e);
                    metrics.recovered();
                }
            }
        }
    }

    private void term(Lease lease, TrainerMetrics metrics) throws IOException {
        status = status.in(Phase.RECOVERING, "");
        StartingPoint start = StartingPoint.newest(new Snapshots(store, config), config, this::canBeContinued);
        try (OnlineLearner _ = start.learner();
                KafkaMeters meters = new KafkaMeters(registry);
                ModelLogWriter log = new ModelLogWriter(
                        meters.watch(KafkaClients.producer(config)), config.topics(), config.modelName());
                SequenceInput input = new SequenceInput(
                        meters.watch(KafkaClients.consumer(config, "sequences", config.pollRecords())),
                        config.topics().sequences());
                ManifestsReader manifests = new ManifestsReader(
                        meters.watch(KafkaClients.consumer(config, "manifests", MANIFEST_RECORDS)),
                        config.topics().modelManifests(),
                        config.modelName())) {
            SnapshotWriter snapshots = new SnapshotWriter(store, config, log, manifests);
            new TrainerTerm(config, lease, signals, start, log, input, meters, this::accept)
                    .run(snapshots, metrics, clock);
        }
    }

    private boolean canBeContinued(Manifest manifest) {
        try (var consumer = KafkaClients.consumer(config, "bounds", 1)) {
            return JournalReader.canContinue(manifest, consumer);
        }
    }

    /**
     * Lets the next term begin, from a snapshot: the steps since the last commit are learned again, by weights that are
     * finite. Weights that become non-finite again and again before they have come any further would do so for ever.
     */
    private void recoverOrThrow(NonFiniteModelException e) {
        recoveriesInPlace = status.step() > farthestStep ? 1 : recoveriesInPlace + 1;
        farthestStep = Math.max(farthestStep, status.step());
        if (recoveriesInPlace > MOST_RECOVERIES_IN_PLACE) {
            throw new IllegalStateException(
                    "weights must stay finite; a smaller learning rate may help: they did not after step "
                            + farthestStep + " for " + recoveriesInPlace + " times in turn",
                    e);
        }
        LOG.error(
                "Model {} goes back to its newest good snapshot after step {}: {}",
                config.modelName(),
                status.step(),
                e.getMessage());
    }

    private void accept(TrainerStatus next) {
        status = next;
    }

    private void standByOrThrow(Lease lease, KafkaException e) {
        if (!lease.standsBy() || !isFencing(e)) {
            throw e;
        }
        LOG.warn("Another trainer of model {} has taken over after step {}", config.modelName(), status.step());
        lease.renounce();
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
}
