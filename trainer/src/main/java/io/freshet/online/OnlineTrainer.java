package io.freshet.online;

import io.freshet.liveness.DeadlyErrors;
import io.freshet.liveness.Heartbeat;
import io.freshet.liveness.Heartbeats;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from {@code sequences} as they come and publishes the model: at most one at a time for each model. A second one
 * stands by: it reruns the journal as the first writes it, and takes over where that one ends. Without a {@linkplain
 * OnlineConfig#leaseTimeout lease} no trainer stands by: one that starts fences an older one, which then stops.
 *
 * <p>Each input record is learned from exactly once, whenever the trainer dies: the records of a step are named in its
 * journal entry, which is committed together with the weights that it led to. A trainer that starts goes on from the
 * newest snapshot and reruns the journal from there, which gives the same bytes.
 *
 * <p>A term ends with a failure that may pass, as when brokers are silent or the store is away; the next one begins after
 * a while, from the newest snapshot. Only a failure that a person must do something about ends the trainer.
 *
 * <p>{@link #run} is for one thread of its own, once; {@link #close} and {@link #status} may be called by any.
 */
public final class OnlineTrainer implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OnlineTrainer.class);
    private static final int MANIFEST_RECORDS = 500;
    private static final int MOST_RECOVERIES_IN_PLACE = 3;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 10;

    /** How many refusals in a row end the trainer. After the loss of a broker a log can look shorter for a moment. */
    private static final int REFUSALS = 3;

    private final OnlineConfig config;
    private final SnapshotStore store;
    private final MeterRegistry registry;
    private final Clock clock;
    private final Heartbeats heartbeats;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Heartbeat heartbeat;
    private final TrainerSignals signals;
    private long farthestStep = -1; // the trainer's thread's own
    private int recoveriesInPlace; // likewise
    private volatile TrainerStatus status = TrainerStatus.NOT_STARTED;
    private volatile long stepNanos = System.nanoTime(); // of the end of the last step
    private final AtomicInteger restarts = new AtomicInteger();
    private boolean hasLearnedInTerm; // the trainer's thread's own, as the next two
    private int failuresInARow; // since a step was learned
    private int refusalsInARow;

    /**
     * A trainer that has not started.
     *
     * @param clock for the dates in manifests; nothing that is learned depends on it
     * @param heartbeats watch the trainer's loops while they run
     */
    public OnlineTrainer(
            OnlineConfig config, SnapshotStore store, MeterRegistry registry, Clock clock, Heartbeats heartbeats) {
        this.config = config;
        this.store = store;
        this.registry = registry;
        this.clock = clock;
        this.heartbeats = heartbeats;
        heartbeat = heartbeats.of("trainer");
        signals = new TrainerSignals(heartbeat);
    }

    /**
     * Learns until it is closed, fenced out for good or failed; {@link #status} says which. Throws only errors that no
     * thread can go on after, such as the lack of memory.
     */
    @Override
    public void run() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("a trainer runs once: model=" + config.modelName());
        }
        TrainerLog.begin(config.modelName());
        heartbeat.begin();
        try {
            train();
            status = status.in(Phase.CLOSED, "");
        } catch (Throwable e) {
            stoppedBy(e);
            DeadlyErrors.throwIfDeadly(e);
        } finally {
            heartbeat.close();
            finished.countDown();
        }
    }

    /** How it does. The figures are those of the end of the last step. */
    public TrainerStatus status() {
        return status;
    }

    /** How often a term has ended with a failure and another one has begun. */
    public int restarts() {
        return restarts.get();
    }

    /** Time since the last step was learned. */
    public Duration stepAge() {
        return Duration.ofNanos(System.nanoTime() - stepNanos);
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
        try (TrainerMetrics metrics = new TrainerMetrics(
                        registry,
                        config.modelName(),
                        this::status,
                        () -> stepAge().toMillis() / 1_000.0);
                Lease lease = Lease.of(config, registry, heartbeats)) {
            while (signals.nextTurn()) {
                hasLearnedInTerm = false;
                try {
                    term(lease, metrics);
                    failuresInARow = 0;
                    refusalsInARow = 0;
                } catch (NonFiniteModelException e) {
                    recoverOrThrow(e);
                    metrics.recovered();
                } catch (IOException | RuntimeException | Error e) {
                    DeadlyErrors.throwIfDeadly(e);
                    if (hasLearnedInTerm) {
                        failuresInARow = 0;
                    }
                    if (isFinal(lease, e)) {
                        throw e;
                    }
                    awaitNextTerm(lease, metrics, e);
                }
            }
        }
    }

    /** Whether the failure ends the trainer. */
    private boolean isFinal(Lease lease, Throwable failure) {
        FailureKind kind = FailureKind.of(failure);
        refusalsInARow = kind == FailureKind.REFUSED ? refusalsInARow + 1 : 0;
        return switch (kind) {
            case PASSING -> false;
            case FENCED -> !lease.standsBy();
            case REFUSED -> refusalsInARow >= REFUSALS;
            case FATAL -> true;
        };
    }

    /** If another trainer waits, it gets the lease meanwhile. */
    private void awaitNextTerm(Lease lease, TrainerMetrics metrics, Throwable failure) {
        lease.renounce();
        if (FailureKind.of(failure) == FailureKind.FENCED) {
            LOG.warn("Another trainer of model {} has taken over after step {}", config.modelName(), status.step());
            return;
        }
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(failuresInARow, MOST_DOUBLINGS));
        if (wait.compareTo(LONGEST_WAIT) > 0) {
            wait = LONGEST_WAIT;
        }
        failuresInARow++;
        restarts.incrementAndGet();
        metrics.restarted();
        LOG.warn(
                "Trainer of model {} failed after step {}; it restarts from its newest snapshot in {}: restarts={}",
                config.modelName(),
                status.step(),
                wait,
                restarts.get(),
                failure);
        status = status.in(Phase.RESTARTING, describe(failure));
        boolean _ = signals.isClosingWithin(wait);
    }

    private void term(Lease lease, TrainerMetrics metrics) throws IOException {
        status = status.in(Phase.RECOVERING, "");
        StartingPoint start = StartingPoint.newest(new Snapshots(store, config), config, this::canBeContinued);
        try (OnlineLearner _ = start.learner();
                KafkaMeters meters = new KafkaMeters(registry);
                ModelLogWriter log = new ModelLogWriter(meters.watch(KafkaClients.producer(config)), config);
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
                    "weights must stay finite; they became non-finite " + recoveriesInPlace
                            + " times in a row after step " + farthestStep + "; a smaller learning rate may help",
                    e);
        }
        LOG.error(
                "Model {} goes back to its newest good snapshot after step {}: {}",
                config.modelName(),
                status.step(),
                e.getMessage());
    }

    private void accept(TrainerStatus next) {
        if (next.step() > status.step()) {
            stepNanos = System.nanoTime();
            hasLearnedInTerm |= next.phase() == Phase.LEARNING && status.phase() == Phase.LEARNING;
        }
        status = next;
    }

    private void stoppedBy(Throwable failure) {
        FailureKind kind = FailureKind.of(failure);
        if (kind == FailureKind.FENCED) {
            String message = "another trainer of model=" + config.modelName() + " has started with transactional.id="
                    + config.transactionalId() + "; at most one learns";
            LOG.warn("Trainer stops after step {}: {}", status.step(), message);
            status = status.in(Phase.FENCED, message);
        } else {
            LOG.error("Trainer of model {} stops after step {}", config.modelName(), status.step(), failure);
            status = status.in(kind == FailureKind.REFUSED ? Phase.REFUSED : Phase.FAILED, describe(failure));
        }
    }

    /** What a person needs of a failure: a Kafka client's own often says only that something has failed. */
    private static String describe(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String one = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (text.indexOf(one) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(one);
            }
        }
        return text.toString();
    }
}
