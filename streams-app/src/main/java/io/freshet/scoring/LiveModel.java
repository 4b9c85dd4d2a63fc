package io.freshet.scoring;

import io.freshet.delta.ModelDelta;
import io.freshet.delta.ModelLogRecord;
import io.freshet.delta.StepRecord;
import io.freshet.metrics.LatencyTimers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A model that this process serves, changed by one follower while any number of scorers read.
 *
 * <p>A scorer holds the model for one record, from {@link #acquire} to {@link #release}; so snapshots swap in and deltas
 * are applied between two records, never within one. Owns the model it was given last and closes it when another takes
 * its place.
 */
public final class LiveModel implements AutoCloseable {
    private static final int MAX_PENDING_STEPS = 100_000;
    private static final String VARIANT = "variant";

    private final Clock clock;
    private final Timer clickToModel;
    private final Counter refusedRecords;
    private final Counter refusedSnapshots;
    private final List<ModelListener> listeners = new CopyOnWriteArrayList<>();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /** Guarded by the lock. */
    private @Nullable ServedModel model;

    /** The follower's own: journal records of steps that no applied delta has brought yet. */
    private final Deque<StepRecord> pendingSteps = new ArrayDeque<>();

    private final DeltaAssembler assembler = new DeltaAssembler();

    private volatile String version = "";
    private volatile long step = -1;
    private volatile long lineage = -1;
    private volatile long changedAtMs;
    private volatile boolean rolledBack;
    private volatile boolean waiting;

    /** The one model of a process that has no variants. */
    public LiveModel(Clock clock, MeterRegistry registry) {
        this(clock, registry, "");
    }

    /** @param variant tells the metrics of a process's models apart */
    LiveModel(Clock clock, MeterRegistry registry, String variant) {
        this.clock = clock;
        clickToModel = LatencyTimers.freshness(
                        "freshet.click.to.model",
                        "Timestamp of a click's Kafka record to its being learned from in the weights that this instance serves")
                .tag(VARIANT, variant)
                .register(registry);
        refusedRecords = refused(registry, variant, "record");
        refusedSnapshots = refused(registry, variant, "snapshot");
        Gauge.builder("freshet.model.waiting", this, live -> live.waiting ? 1 : 0)
                .description(
                        "1 while the served weights stay as they are until a snapshot leads past what is missing on the"
                                + " model's log")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.lineage", this, LiveModel::lineage)
                .description("Lineage of the served weights, which the trainer's should be; -1 without a model")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.step", this, LiveModel::step)
                .description("Training steps behind the served weights, -1 without a model")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.rolled.back", this, live -> live.rolledBack ? 1 : 0)
                .description("1 while a rollback holds an older snapshot in place of the newest weights")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.age", this, LiveModel::ageSeconds)
                .description("Time since the served weights changed")
                .baseUnit("seconds")
                .tag(VARIANT, variant)
                .register(registry);
    }

    private static Counter refused(MeterRegistry registry, String variant, String what) {
        return Counter.builder("freshet.model.refused")
                .description(
                        "Records of the model's log and snapshots that were damaged, did not fit or held numbers that"
                                + " are not finite; what was served before stays")
                .tag(VARIANT, variant)
                .tag("what", what)
                .register(registry);
    }

    /** A record of the model's log could not be used. */
    void countRefusedRecord() {
        refusedRecords.increment();
    }

    /** A snapshot could not be used. */
    void countRefusedSnapshot() {
        refusedSnapshots.increment();
    }

    /** Says whether the served weights wait for a snapshot, because the log does not lead on from them. */
    void setWaiting(boolean isWaiting) {
        waiting = isWaiting;
    }

    /** Says whether somebody has had an older snapshot put in place of the newest weights. */
    void setRolledBack(boolean isRolledBack) {
        rolledBack = isRolledBack;
    }

    /** Whether an older snapshot is served in place of the newest weights, because somebody said so. */
    public boolean isRolledBack() {
        return rolledBack;
    }

    /** Adds a listener that is told of all later changes. */
    public void addListener(ModelListener listener) {
        listeners.add(listener);
    }

    /** Whether there is a model to serve. */
    public boolean isLoaded() {
        return step >= 0;
    }

    /** Training steps behind the served weights, -1 without a model. */
    public long step() {
        return step;
    }

    /** The lineage that the served weights belong to, -1 without a model. */
    long lineage() {
        return lineage;
    }

    /** The newest snapshot at or before the served weights, from which the log leads to them; empty without a model. */
    public String version() {
        return version;
    }

    /** Milliseconds since the served weights changed; -1 without a model. */
    public long ageMs() {
        return isLoaded() ? Math.max(0, clock.millis() - changedAtMs) : -1;
    }

    /** Holds the model as it is until {@link #release}, which must follow in any case; null while there is none. */
    @Nullable
    ServedModel acquire() {
        lock.readLock().lock();
        return model;
    }

    void release() {
        lock.readLock().unlock();
    }

    /** Takes in what the catalogue says now of an item. By one thread, and after the catalogue itself. */
    void catalogued(String itemId, CatalogueItem item) {
        ServedModel served = acquire();
        try {
            if (served != null) {
                served.catalogued(itemId, item);
            }
        } finally {
            release();
        }
    }

    /** Serves {@code next}, which becomes this object's own, in place of the model before. */
    void open(ServedModel next, String nextVersion) {
        long nextStep = next.step();
        long nextLineage = next.lineage();
        lock.writeLock().lock();
        try {
            replaceModel(next);
            step = nextStep;
            lineage = nextLineage;
            version = nextVersion;
        } finally {
            lock.writeLock().unlock();
        }
        assembler.clear();
        pendingSteps.clear();
        changedAtMs = clock.millis();
        listeners.forEach(listener -> listener.opened(nextVersion, nextStep));
    }

    /** Names a snapshot that was taken of the weights served, or of ones before them, as their base. */
    void rebase(String newerVersion) {
        lock.writeLock().lock();
        try {
            version = newerVersion;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Takes the next record of the model's log.
     *
     * @param catchingUp whether it stood there when the model was opened
     */
    ModelChange accept(ModelLogRecord record, boolean catchingUp) {
        return switch (record) {
            case StepRecord taken -> remember(taken);
            case ModelDelta part -> accept(part, catchingUp);
        };
    }

    private ModelChange remember(StepRecord taken) {
        if (taken.step() <= step) {
            return ModelChange.KNOWN;
        }
        if (pendingSteps.size() >= MAX_PENDING_STEPS) {
            pendingSteps.removeFirst();
        }
        pendingSteps.addLast(taken);
        return ModelChange.NONE;
    }

    private ModelChange accept(ModelDelta part, boolean catchingUp) {
        if (part.lineage() > lineage) {
            return ModelChange.NEW_LINEAGE;
        }
        if (part.lineage() < lineage) {
            return ModelChange.KNOWN;
        }
        if (part.toStep() <= step) {
            return ModelChange.KNOWN;
        }
        if (part.fromStep() > step) {
            return ModelChange.GAP;
        }
        List<ModelDelta> whole = assembler.add(part);
        if (whole.isEmpty()) {
            return ModelChange.NONE;
        }
        apply(whole);
        announce(catchingUp);
        return ModelChange.ADVANCED;
    }

    private void apply(List<ModelDelta> whole) {
        lock.writeLock().lock();
        try {
            if (model == null) {
                throw new IllegalStateException("A delta needs a model: " + whole.getFirst());
            }
            model.apply(whole);
            step = whole.getFirst().toStep();
        } finally {
            lock.writeLock().unlock();
        }
        changedAtMs = clock.millis();
    }

    private void announce(boolean catchingUp) {
        List<StepRecord> learned = new ArrayList<>();
        while (!pendingSteps.isEmpty() && pendingSteps.getFirst().step() <= step) {
            learned.add(pendingSteps.removeFirst());
        }
        ModelAdvance advance = new ModelAdvance(step, learned, changedAtMs, catchingUp);
        if (!catchingUp) {
            recordFreshness(advance);
        }
        listeners.forEach(listener -> listener.advanced(advance));
    }

    private void recordFreshness(ModelAdvance advance) {
        for (StepRecord taken : advance.learned()) {
            for (long clickMs : taken.clickTimestampsMs()) {
                clickToModel.record(Math.max(0, advance.appliedAtMs() - clickMs), TimeUnit.MILLISECONDS);
            }
        }
    }

    private double ageSeconds() {
        return isLoaded() ? ageMs() / 1_000.0 : Double.NaN;
    }

    private void replaceModel(@Nullable ServedModel next) {
        if (model != null) {
            model.close();
        }
        model = next;
    }

    /** Waits for the scorers that hold the model, then closes it. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            replaceModel(null);
            step = -1;
            lineage = -1;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
