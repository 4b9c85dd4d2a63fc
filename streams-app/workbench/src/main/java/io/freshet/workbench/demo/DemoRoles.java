package io.freshet.workbench.demo;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelStores;
import io.freshet.service.http.HttpServer;
import io.freshet.service.http.page.PageMetrics;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ModelListener;
import io.freshet.service.telemetry.ProcessMeters;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.training.online.TrainerStatus;
import io.freshet.training.online.TrainerStatus.Phase;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.Optional;

/**
 * Both roles of a demo. They start together. The trainer is closed first, so that its last records are still read. Used
 * by one thread.
 */
final class DemoRoles implements AutoCloseable {
    private final SnapshotStore store;
    private final PrometheusMeterRegistry registry;
    private final StreamsRole streams;
    private final TrainerRole trainer;
    private ClickOutcomeCounts outcomes = new ClickOutcomeCounts(0, 0, 0);
    private boolean trainerClosed;
    private boolean streamsClosed;

    private DemoRoles(SnapshotStore store, PrometheusMeterRegistry registry, StreamsRole streams, TrainerRole trainer) {
        this.store = store;
        this.registry = registry;
        this.streams = streams;
        this.trainer = trainer;
    }

    /** @param listener notified of each served model */
    static DemoRoles start(FreshetConfig config, ModelListener listener) throws SnapshotStoreException {
        SnapshotStore store = ModelStores.open(config);
        PrometheusMeterRegistry registry = ProcessMeters.registry(config);
        Clock clock = Clock.systemUTC();
        StreamsRole streams = new StreamsRole(config, store, registry, clock);
        streams.liveModel().addListener(listener);
        TrainerRole trainer = new TrainerRole(config, store, registry, clock);
        streams.start();
        trainer.start();
        return new DemoRoles(store, registry, streams, trainer);
    }

    /** Returns the roles for an HTTP server, which must be closed before them. */
    HttpServer.Roles forHttp(PageMetrics.Source figures) {
        return new HttpServer.Roles(streams, trainer, store, registry, figures);
    }

    /** Returns the served model. */
    LiveModel liveModel() {
        return streams.liveModel();
    }

    /** Returns the outcome counts of the state stores, or the last known counts while the stores cannot be read. */
    ClickOutcomeCounts outcomes() {
        if (!streamsClosed) {
            outcomes = streams.clickOutcomes().orElse(outcomes);
        }
        return outcomes;
    }

    /** Returns the bytes in use of the memory that all state stores share. */
    long rocksDbBytes() {
        return streamsClosed ? 0 : streams.rocksDbBytes();
    }

    /** Returns the training time in seconds, over this run and earlier ones. */
    double trainingSeconds() {
        return trainer.status().training().seconds();
    }

    /** Returns whether the trainer is still loading a snapshot or replaying the journal that follows it. */
    boolean isTrainerRecovering() {
        return trainer.status().phase() == Phase.RECOVERING;
    }

    /** Signals that all clicks have been sequenced and that no more will come. */
    void endTrainerInput() {
        trainer.endInput();
    }

    /** Returns what both roles are doing at the moment, for an error message. */
    String describe() {
        TrainerStatus status = trainer.status();
        return "trainer phase=" + status.phase() + " step=" + status.step() + " restarts=" + trainer.restarts()
                + (status.message().isEmpty() ? "" : " because " + status.message())
                + ", streams state=" + streams.state();
    }

    /** Returns why a role ended early, if one did. */
    Optional<String> failure() {
        return streams.failure()
                .map(failure -> "the streams role failed: " + failure)
                .or(trainer::failure);
    }

    void closeTrainer() {
        if (!trainerClosed) {
            trainerClosed = true;
            trainer.close();
        }
    }

    void closeStreams() {
        if (!streamsClosed) {
            streamsClosed = true;
            streams.close();
        }
    }

    @Override
    public void close() {
        closeTrainer();
        closeStreams();
    }
}
