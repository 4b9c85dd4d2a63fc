package io.freshet.demo;

import io.freshet.config.FreshetConfig;
import io.freshet.config.ModelStores;
import io.freshet.http.Figures;
import io.freshet.http.HttpServer;
import io.freshet.online.TrainerStatus.Phase;
import io.freshet.scoring.LiveModel;
import io.freshet.scoring.ModelListener;
import io.freshet.sequencer.ClickOutcomeCounts;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.telemetry.ProcessMeters;
import io.freshet.topology.StreamsRole;
import io.freshet.training.TrainerRole;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.Optional;

/**
 * Both roles of a demo. They start together; the trainer ends first, so that what it wrote last is still read. Used by
 * one thread.
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

    /** @param listener is told of the served model */
    static DemoRoles start(FreshetConfig config, ModelListener listener) throws SnapshotStoreException {
        SnapshotStore store = ModelStores.open(config);
        PrometheusMeterRegistry registry = ProcessMeters.registry();
        Clock clock = Clock.systemUTC();
        StreamsRole streams = new StreamsRole(config, store, registry, clock);
        streams.liveModel().addListener(listener);
        TrainerRole trainer = new TrainerRole(config, store, registry, clock);
        streams.start();
        trainer.start();
        return new DemoRoles(store, registry, streams, trainer);
    }

    /** What an HTTP server over these roles needs, which must be closed before them. */
    HttpServer.Roles forHttp(Figures.Source figures) {
        return new HttpServer.Roles(streams, null, trainer, store, registry, figures);
    }

    /** The model that is served. */
    LiveModel liveModel() {
        return streams.liveModel();
    }

    /** As the stores have them; the last ones known while the stores cannot be read. */
    ClickOutcomeCounts outcomes() {
        if (!streamsClosed) {
            outcomes = streams.clickOutcomes().orElse(outcomes);
        }
        return outcomes;
    }

    /** Memory that all state stores share, as far as it is in use. */
    long rocksDbBytes() {
        return streamsClosed ? 0 : streams.rocksDbBytes();
    }

    /** Time that training has taken, in this run and those before it. */
    double trainingSeconds() {
        return trainer.status().trainedSeconds();
    }

    /** Whether the trainer still reads a snapshot or reruns the journal that came after it. */
    boolean isTrainerRecovering() {
        return trainer.status().phase() == Phase.RECOVERING;
    }

    /** Says that all clicks have been sequenced and no more will come. */
    void endTrainerInput() {
        trainer.endInput();
    }

    /** What ended a role before its time, if something did. */
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
