package io.freshet.service.serving;

import io.freshet.client.item.CatalogueItem;
import io.freshet.service.catalogue.ContentMap;
import io.freshet.store.modellog.MergeNote;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.PublishedStep;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.telemetry.LatencyTimers;
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
 * A model served by this process. One follower changes it while any number of scorers read.
 *
 * <p>A scorer holds the model for one record, from {@link #acquire} to {@link #release}, so snapshots are swapped in and
 * deltas applied between two records, never within one. Owns the current model, and closes it when another model replaces
 * it.
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

    /** Journal records of steps that no applied delta contains yet. Used by the follower's thread only. */
    private final Deque<StepRecord> pendingSteps = new ArrayDeque<>();

    /** Highest step that the opened snapshot has, or that was reported as served. Used by the follower's thread only. */
    private long reportedStep = -1;

    private final DeltaAssembler assembler = new DeltaAssembler();

    private volatile String version = "";
    private volatile long step = -1;
    private volatile long lineage = -1;
    private volatile long changedAtMs;
    private volatile double explained = Double.NaN;
    private volatile boolean rolledBack;
    private volatile boolean waiting;

    /** Creates the only model of a process without variants. */
    public LiveModel(Clock clock, MeterRegistry registry) {
        this(clock, registry, "");
    }

    /** @param variant name of the variant, a tag of the metrics */
    public LiveModel(Clock clock, MeterRegistry registry, String variant) {
        this.clock = clock;
        clickToModel = LatencyTimers.freshness(
                        "freshet.click.to.model",
                        "Time from the timestamp of a click's Kafka record until this instance serves weights that"
                                + " were trained on the click")
                .tag(VARIANT, variant)
                .register(registry);
        refusedRecords = refused(registry, variant, "record");
        refusedSnapshots = refused(registry, variant, "snapshot");
        Gauge.builder("freshet.model.waiting", this, live -> live.waiting ? 1 : 0)
                .description("1 while the served weights stay unchanged because deltas are missing,"
                        + " until a snapshot covers the gap")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.lineage", this, LiveModel::lineage)
                .description("Lineage of the served weights, which should equal the trainer's; -1 without a model")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.step", this, LiveModel::step)
                .description("Number of training steps in the served weights; -1 without a model")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.contents.explained", this, served -> served.explained)
                .description(
                        "Share of the variance of item vectors that titles, categories and embeddings explain, for items"
                                + " left out of the fit; NaN without explore.share, or without titles and embeddings")
                .tag(VARIANT, variant)
                .register(registry);
        Gauge.builder("freshet.model.rolled.back", this, live -> live.rolledBack ? 1 : 0)
                .description("1 while a rollback serves an older snapshot instead of the newest weights")
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
                .description("Records of the model and snapshots that were damaged, did not fit or contained numbers"
                        + " that are not finite; the previous weights stay served")
                .tag(VARIANT, variant)
                .tag("what", what)
                .register(registry);
    }

    /** Counts a record of the model's log that could not be used. */
    void countRefusedRecord() {
        refusedRecords.increment();
    }

    /** Counts a snapshot that could not be used. */
    void countRefusedSnapshot() {
        refusedSnapshots.increment();
    }

    /** Sets whether the served weights wait for a snapshot, because the log does not continue from them. */
    void setWaiting(boolean isWaiting) {
        waiting = isWaiting;
    }

    /** Sets whether a rollback has put an older snapshot in place of the newest weights. */
    void setRolledBack(boolean isRolledBack) {
        rolledBack = isRolledBack;
    }

    /** Returns whether a rollback has put an older snapshot in place of the newest weights. */
    public boolean isRolledBack() {
        return rolledBack;
    }

    /** Adds a listener, which is notified of all later changes. */
    public void addListener(ModelListener listener) {
        listeners.add(listener);
    }

    /** Returns whether a model is loaded. */
    public boolean isLoaded() {
        return step >= 0;
    }

    /** Returns the number of training steps in the served weights, or -1 without a model. */
    public long step() {
        return step;
    }

    /** Returns the lineage of the served weights, or -1 without a model. */
    long lineage() {
        return lineage;
    }

    /**
     * Returns the version of the newest snapshot at or before the served weights, from which the log leads to them; empty
     * without a model.
     */
    public String version() {
        return version;
    }

    /** Returns the milliseconds since the served weights changed, or -1 without a model. */
    public long ageMs() {
        return isLoaded() ? Math.max(0, clock.millis() - changedAtMs) : -1;
    }

    /**
     * Returns the model, or null if there is none, and keeps it unchanged until {@link #release}, which the caller must
     * call in any case.
     */
    @Nullable
    public ServedModel acquire() {
        lock.readLock().lock();
        return model;
    }

    public void release() {
        lock.readLock().unlock();
    }

    /** Updates the catalogue entry of an item. Called by one thread, after the catalogue itself has been updated. */
    public void catalogued(String itemId, CatalogueItem item) {
        ServedModel served = acquire();
        try {
            if (served != null) {
                served.catalogued(itemId, item);
            }
        } finally {
            release();
        }
    }

    /** Sets the map from contents to item vectors of a model, unless another model has replaced it. */
    void publish(ServedModel of, ContentMap map) {
        ServedModel served = acquire();
        try {
            if (served == of) {
                served.setContentMap(map);
                explained = map.explained();
            }
        } finally {
            release();
        }
    }

    /** Replaces the served model by {@code next}, and takes ownership of it. */
    public void open(ServedModel next, String nextVersion) {
        long nextStep = next.step();
        long nextLineage = next.lineage();
        lock.writeLock().lock();
        try {
            replaceModel(next);
            step = nextStep;
            lineage = nextLineage;
            version = nextVersion;
            explained = Double.NaN;
        } finally {
            lock.writeLock().unlock();
        }
        reportedStep = nextStep;
        assembler.clear();
        pendingSteps.clear();
        changedAtMs = clock.millis();
        listeners.forEach(listener -> listener.opened(nextVersion, nextStep));
    }

    /** Changes the version to a newer snapshot, which was taken of the served weights or of earlier ones. */
    void rebase(String newerVersion) {
        lock.writeLock().lock();
        try {
            version = newerVersion;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Accepts the next record of the model's journal or deltas.
     *
     * @param catchingUp whether the record was there before the model was opened
     */
    public ModelChange accept(ModelLogRecord record, boolean catchingUp) {
        return switch (record) {
            case StepRecord taken -> remember(taken, catchingUp);
            case PublishedStep _, MergeNote _ -> ModelChange.NONE;
            case ModelDelta part -> accept(part, catchingUp);
        };
    }

    private ModelChange remember(StepRecord taken, boolean catchingUp) {
        if (taken.step() <= reportedStep) {
            return ModelChange.KNOWN;
        }
        if (taken.step() <= step) {
            announce(List.of(taken), catchingUp);
            return ModelChange.NONE;
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
        List<StepRecord> learned = new ArrayList<>();
        while (!pendingSteps.isEmpty() && pendingSteps.getFirst().step() <= step) {
            learned.add(pendingSteps.removeFirst());
        }
        announce(learned, catchingUp);
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

    private void announce(List<StepRecord> learned, boolean catchingUp) {
        for (StepRecord taken : learned) {
            reportedStep = Math.max(reportedStep, taken.step());
        }
        ModelAdvance advance = new ModelAdvance(step, learned, changedAtMs, catchingUp);
        if (!catchingUp) {
            recordFreshness(advance);
        }
        listeners.forEach(listener -> listener.advanced(advance));
    }

    private void recordFreshness(ModelAdvance advance) {
        for (StepRecord taken : advance.learned()) {
            for (long clickMs : taken.liveClickTimestampsMs()) {
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
