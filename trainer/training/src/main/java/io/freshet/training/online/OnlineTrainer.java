package io.freshet.training.online;

import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.FailureKind;
import io.freshet.training.failure.OtherLearnersException;
import io.freshet.training.failure.TrainerLog;
import io.freshet.training.input.SequenceInput;
import io.freshet.training.journal.DifferencesReader;
import io.freshet.training.journal.JournalReader;
import io.freshet.training.lease.LearnerLeases;
import io.freshet.training.lease.Lease;
import io.freshet.training.liveness.DeadlyErrors;
import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.LearnerStarts;
import io.freshet.training.publish.ManifestsReader;
import io.freshet.training.publish.ModelWriter;
import io.freshet.training.publish.Snapshots;
import io.freshet.training.publish.StartingPoint;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.ParallelLearner;
import io.freshet.training.telemetry.KafkaMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer that learns from {@code sequences} as they arrive and publishes the model. At most one trainer of a model
 * learns at a time. A second one stands by: it reruns the journal while the first one writes it, and takes over where
 * the first one ends. Without a {@linkplain OnlineConfig#leaseTimeout lease} no trainer stands by: a trainer that
 * starts fences an older one, which then stops.
 *
 * <p>Each input record is learned from exactly once, whenever the trainer dies: a step's journal entry names the
 * step's records and is committed together with the resulting weights. A trainer that starts continues from the
 * newest snapshot and reruns the journal from there, which yields the same bytes.
 *
 * <p>With {@linkplain OnlineConfig.Learners several learners}, a trainer is one of them. It restores nothing before it holds
 * its lease: a process that learns would otherwise also make the steps of the others. {@link ProcessTrainers} runs those of
 * a process.
 *
 * <p>A failure that may pass, such as unresponsive brokers or an unreachable store, ends a session. The next session
 * begins after a wait, from the newest snapshot. Only a failure that needs an operator ends the trainer.
 *
 * <p>{@link #run} must be called once, on a thread of its own. {@link #close} and {@link #status} may be called by any
 * thread.
 */
public final class OnlineTrainer implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OnlineTrainer.class);
    private static final int MANIFEST_RECORDS = 500;
    private static final int JOURNAL_RECORDS = 64;
    private static final int MOST_RECOVERIES_IN_PLACE = 3;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 10;
    private static final Duration LEASE_LOOK = Duration.ofMillis(100);
    private static final Duration START_LOOK = Duration.ofMillis(500);

    /**
     * Number of consecutive refusals that end the trainer. After the loss of a broker, a log can look shorter for a
     * moment.
     */
    private static final int REFUSALS = 3;

    /**
     * Number of consecutive failures after which one of several learners gives up its lease, and with it those of the other
     * learners of its process: the machine may be the cause.
     */
    private static final int FAILURES_PER_LEASE = 3;

    private final OnlineConfig config;
    private final SnapshotStore store;
    private final MeterRegistry registry;
    private final Clock clock;
    private final Heartbeats heartbeats;
    private final @Nullable LearnerLeases leases; // null for a single learner
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Heartbeat heartbeat;
    private final TrainerSignals signals;
    private long farthestStep = -1; // used by the trainer's thread only
    private int recoveriesInPlace; // used by the trainer's thread only
    private final AtomicInteger restarts = new AtomicInteger();
    private int failuresInARow; // since a step was learned; used by the trainer's thread only, like the next one
    private int refusalsInARow;

    /**
     * Creates a trainer that has not started.
     *
     * @param clock source of the dates in manifests; learning does not depend on it
     * @param heartbeats watch the trainer's loops while they run
     */
    public OnlineTrainer(
            OnlineConfig config, SnapshotStore store, MeterRegistry registry, Clock clock, Heartbeats heartbeats) {
        this(config, store, registry, clock, heartbeats, null);
    }

    /** @param leases leases of this process, owned by the caller; null for a single learner */
    OnlineTrainer(
            OnlineConfig config,
            SnapshotStore store,
            MeterRegistry registry,
            Clock clock,
            Heartbeats heartbeats,
            @Nullable LearnerLeases leases) {
        if (config.learners().areSeveral() != (leases != null)) {
            throw new IllegalArgumentException("one of several learners must have leases that its process shares:"
                    + " learners=" + config.learners());
        }
        this.config = config;
        this.leases = leases;
        this.store = store;
        this.registry = registry;
        this.clock = clock;
        this.heartbeats = heartbeats;
        heartbeat = heartbeats.of(
                leases == null ? "trainer" : "trainer-" + config.learners().number());
        signals = new TrainerSignals(heartbeat);
    }

    /**
     * Learns until the trainer is closed, is fenced out for good or fails; {@link #status} says which. Throws only
     * errors after which no thread can continue, such as a lack of memory.
     */
    @Override
    public void run() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("a trainer can run only once: model=" + config.modelName());
        }
        TrainerLog.begin(config.modelName());
        heartbeat.begin();
        try {
            train();
            signals.enter(Phase.CLOSED, "");
        } catch (Throwable e) {
            stoppedBy(e);
            DeadlyErrors.throwIfDeadly(e);
        } finally {
            heartbeat.close();
            finished.countDown();
        }
    }

    /** Returns the status. Its metrics are those of the end of the last step. */
    public TrainerStatus status() {
        return signals.status();
    }

    /** Returns how often a session has failed and another one has begun. */
    public int restarts() {
        return restarts.get();
    }

    /** Returns the time since the last step was learned. */
    public Duration stepAge() {
        return signals.stepAge();
    }

    /**
     * Declares that the input ends with the records of {@code sequences} that can be read now. A record becomes
     * readable a moment after its commit. This matters only if steps take a fixed number of records: the last step
     * then takes the remaining records.
     */
    public void endInput() {
        signals.endInput();
    }

    /** Registers an action that runs once between two steps, on the trainer's thread. Tests inject faults with it. */
    public void onceBetweenSteps(Consumer<OnlineLearner> what) {
        signals.onceBetweenSteps(what);
    }

    /** Makes the trainer finish its step, publish it, write a snapshot and end, and waits up to 30 s for that. */
    @Override
    public void close() {
        beginClose();
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

    /** Makes the trainer end, as {@link #close} does, and does not wait. */
    void beginClose() {
        signals.close();
    }

    private void train() throws IOException {
        try (TrainerMetrics metrics = new TrainerMetrics(
                        registry,
                        config.learners(),
                        this::status,
                        () -> stepAge().toMillis() / 1_000.0);
                Lease lease = leases == null
                        ? Lease.of(config, registry, heartbeats)
                        : leases.of(config.learners().number())) {
            while (signals.nextTurn()) {
                signals.beginSession();
                try {
                    if (leases == null) {
                        runSession(lease, metrics);
                    } else {
                        runParallelSession(lease, metrics);
                    }
                    failuresInARow = 0;
                    refusalsInARow = 0;
                } catch (NonFiniteModelException e) {
                    recoverOrThrow(e);
                    metrics.recovered();
                } catch (IOException | RuntimeException | Error e) {
                    DeadlyErrors.throwIfDeadly(e);
                    if (signals.hasLearnedInSession()) {
                        failuresInARow = 0;
                        refusalsInARow = 0;
                    }
                    if (isFinal(lease, e)) {
                        throw e;
                    }
                    awaitNextSession(lease, metrics, e);
                }
            }
        }
    }

    /** Returns whether the failure ends the trainer. */
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

    /** Gives the lease to another trainer if one is waiting, then waits before the next session. */
    private void awaitNextSession(Lease lease, TrainerMetrics metrics, Throwable failure) {
        boolean isFenced = FailureKind.of(failure) == FailureKind.FENCED;
        if (isFenced || (failuresInARow + 1) % FAILURES_PER_LEASE == 0) {
            lease.giveUp(); // a fenced trainer that holds its lease does not know yet that it has lost it
        } else {
            lease.renounce();
        }
        if (isFenced) {
            LOG.warn("Another trainer of model {} has taken over after step {}", config.modelName(), status().step());
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
                status().step(),
                wait,
                restarts.get(),
                failure);
        signals.enter(Phase.RESTARTING, describe(failure));
        boolean _ = signals.isClosingWithin(wait);
    }

    private void runSession(Lease lease, TrainerMetrics metrics) throws IOException {
        StartingPoint start = newest(lease);
        if (start == null) {
            return;
        }
        try (OnlineLearner _ = start.learner();
                KafkaMeters meters = new KafkaMeters(registry);
                ManifestsReader manifests = manifests(meters, config.modelName());
                ModelWriter writer =
                        new ModelWriter(config, store, meters.watch(KafkaClients.producer(config)), manifests, clock);
                SequenceInput input = new SequenceInput(
                        meters.watch(KafkaClients.consumer(
                                config, "sequences", config.steps().pollRecords())),
                        config.topics().sequences())) {
            new TrainerSession(config, start, input, writer, signals, metrics)
                    .run(lease, () -> meters.watch(KafkaClients.consumer(config, "journal", JOURNAL_RECORDS)));
        }
    }

    private void runParallelSession(Lease lease, TrainerMetrics metrics) throws IOException {
        signals.enter(Phase.STANDING_BY, "");
        signals.report(signals.status().withLag(0)); // the lag of a learner is that of the process that runs it
        if (!awaitLease(lease)) {
            return;
        }
        signals.enter(Phase.RECOVERING, "");
        StartingPoint start = config.learners().number() == 0 ? newest(lease) : awaitStart(lease);
        if (start == null) {
            return;
        }
        try (ParallelLearner learner = parallel(start);
                KafkaMeters meters = new KafkaMeters(registry);
                ManifestsReader manifests = manifests(meters, config.modelName());
                ModelWriter writer =
                        new ModelWriter(config, store, meters.watch(KafkaClients.producer(config)), manifests, clock);
                SequenceInput input = new SequenceInput(
                        meters.watch(KafkaClients.consumer(
                                config, "sequences", config.steps().pollRecords())),
                        config.topics().sequences(),
                        config.learners()::owns);
                DifferencesReader differences = new DifferencesReader(
                        meters.watch(KafkaClients.consumer(config, "differences", JOURNAL_RECORDS)),
                        config.topics().modelMerges(),
                        config.learners().names())) {
            new ParallelSession(
                            config,
                            start,
                            learner,
                            new ParallelSession.Links(input, writer, differences),
                            signals,
                            metrics)
                    .run(lease, () -> meters.watch(KafkaClients.consumer(config, "journal", JOURNAL_RECORDS)));
        }
    }

    /**
     * Restores the newest snapshot. If trainers with another number of learners have written it, they must have stopped; the
     * newest snapshot is then read again, because a trainer saves its last one while it stops. Returns null if the trainer is
     * closed before it may start.
     */
    private @Nullable StartingPoint newest(Lease lease) throws IOException {
        Snapshots snapshots = new Snapshots(store, config);
        StartingPoint start = snapshots.newest(this::canBeContinued);
        if (start.learners() == config.learners().count()) {
            return start;
        }
        start.learner().close();
        if (!lease.isHeld()) {
            signals.enter(Phase.STANDING_BY, "");
        }
        if (!awaitLease(lease)) {
            return null;
        }
        List<String> alive = LearnerLeases.othersAlive(config, start.learners());
        if (!alive.isEmpty()) {
            throw new OtherLearnersException(config.learners().count(), start.learners(), alive);
        }
        return snapshots.newest(this::canBeContinued);
    }

    /** Waits until the lease is held. Returns false if the trainer is closed before that. */
    private boolean awaitLease(Lease lease) {
        while (!lease.isHeld()) {
            if (signals.isClosingWithin(LEASE_LOOK)) {
                return false;
            }
        }
        return true;
    }

    private ManifestsReader manifests(KafkaMeters meters, String modelName) {
        return new ManifestsReader(
                meters.watch(KafkaClients.consumer(config, "manifests", MANIFEST_RECORDS)),
                config.topics().modelManifests(),
                modelName);
    }

    /** Waits until learner 0 has begun. Returns null if the trainer is closed or loses its lease before that. */
    private @Nullable StartingPoint awaitStart(Lease lease) throws IOException {
        try (KafkaMeters meters = new KafkaMeters(registry);
                ManifestsReader ofModel = manifests(meters, config.learners().model())) {
            LearnerStarts starts = new LearnerStarts(config, store, ofModel);
            while (lease.isHeld()) {
                StartingPoint start = starts.find();
                if (start != null) {
                    return start;
                }
                signals.enter(Phase.RECOVERING, starts.awaited());
                if (signals.isClosingWithin(START_LOOK)) {
                    return null;
                }
            }
            return null;
        }
    }

    /** Takes over the starting point's learner, and closes it if that fails. */
    private ParallelLearner parallel(StartingPoint start) throws IOException {
        try {
            Manifest manifest = start.manifest();
            RecommenderModel base = manifest == null
                    ? RecommenderModel.initial(config.model(), config.learning().memory())
                    : new Snapshots(store, manifest.model().equals(config.modelName()) ? config : config.ofTheModel())
                            .model(manifest.version());
            return ParallelLearner.of(config.learners().number(), start.learner(), base);
        } catch (IOException | RuntimeException e) {
            start.learner().close();
            throw e;
        }
    }

    private boolean canBeContinued(Manifest manifest) {
        try (var consumer = KafkaClients.consumer(config, "bounds", 1)) {
            return StartingPoint.learners(manifest) == config.learners().count()
                    ? JournalReader.canContinue(manifest, consumer)
                    : JournalReader.hasInput(manifest, config.topics().sequences(), consumer);
        }
    }

    /**
     * Lets the next session begin from a snapshot, where finite weights learn the steps since the last commit again.
     * Throws if the weights have become non-finite too many times in a row without any progress, because this would
     * then repeat for ever.
     */
    private void recoverOrThrow(NonFiniteModelException e) {
        recoveriesInPlace = status().step() > farthestStep ? 1 : recoveriesInPlace + 1;
        farthestStep = Math.max(farthestStep, status().step());
        if (recoveriesInPlace > MOST_RECOVERIES_IN_PLACE) {
            throw new IllegalStateException(
                    "weights must stay finite; they became non-finite " + recoveriesInPlace
                            + " times in a row after step " + farthestStep + "; a smaller learning rate may help",
                    e);
        }
        LOG.error(
                "Model {} goes back to its newest good snapshot after step {}: {}",
                config.modelName(),
                status().step(),
                e.getMessage());
    }

    private void stoppedBy(Throwable failure) {
        FailureKind kind = FailureKind.of(failure);
        if (kind == FailureKind.FENCED) {
            String message = "another trainer of model=" + config.modelName() + " has started with transactional.id="
                    + config.clients().transactionalId() + "; at most one trainer of a model learns";
            LOG.warn("Trainer stops after step {}: {}", status().step(), message);
            signals.enter(Phase.FENCED, message);
        } else {
            LOG.error("Trainer of model {} stops after step {}", config.modelName(), status().step(), failure);
            signals.enter(kind == FailureKind.REFUSED ? Phase.REFUSED : Phase.FAILED, describe(failure));
        }
    }

    /**
     * Describes a failure by the messages of all its causes: a Kafka client's own message often says only that
     * something failed.
     */
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
