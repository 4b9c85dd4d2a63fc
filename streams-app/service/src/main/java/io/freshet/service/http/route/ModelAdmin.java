package io.freshet.service.http.route;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.publish.ServedVersion;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the model's snapshots and rollback from the manifests topic, and writes rollbacks to it. A dedicated thread talks
 * to Kafka and connects on the first call. Callers wait for a few seconds at most. Thread-safe.
 */
public final class ModelAdmin implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelAdmin.class);
    private static final Duration MOST_WAIT = Duration.ofSeconds(8);

    private final FreshetConfig config;
    private final SnapshotStore store;
    private final InstantSource clock;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("http-model").daemon().factory());

    /** Used by the dedicated thread only. */
    private @Nullable ServedVersion connected;

    /** @param store snapshot files; only read */
    public ModelAdmin(FreshetConfig config, SnapshotStore store, InstantSource clock) {
        this.config = config;
        this.store = store;
        this.clock = clock;
    }

    /**
     * State of the manifests topic at one moment.
     *
     * @param snapshots newest first
     * @param rollback rollback in force; null for none
     */
    record ManifestState(List<Manifest> snapshots, @Nullable Rollback rollback) {}

    ManifestState state() {
        return ask(served ->
                new ManifestState(served.snapshots(), served.rollback().orElse(null)));
    }

    /** Makes all scorers serve this snapshot, as {@code freshet models rollback} does. */
    Rollback rollBack(String version) {
        requireUsable(version);
        return ask(served -> served.rollBack(version, clock.instant()));
    }

    /** Ends a rollback. Returns false if there was none. */
    boolean resume() {
        return ask(ServedVersion::resume);
    }

    /** Checks the snapshot before a rollback to it: scorers would ignore one that fails its checks. */
    private void requireUsable(String version) {
        try {
            store.open(config.get(ModelStoreKeys.MODEL_NAME), version).close();
        } catch (NoSuchFileException | IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_SNAPSHOT,
                    "the model store has no such snapshot of model " + config.get(ModelStoreKeys.MODEL_NAME)
                            + ": version=" + version);
        } catch (SnapshotStoreException e) {
            throw ProblemException.passing(ProblemType.STORE_UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (IOException | FormatException e) {
            throw new ProblemException(ProblemType.SNAPSHOT_UNUSABLE, String.valueOf(e.getMessage()));
        }
    }

    private <T> T ask(Function<ServedVersion, T> question) {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(() -> askConnected(question), thread);
        try {
            return answer.get(MOST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw problem(e.getCause());
        } catch (TimeoutException e) {
            throw ProblemException.passing(
                    ProblemType.KAFKA_UNAVAILABLE,
                    "the manifests could not be read within " + MOST_WAIT.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProblemException.passing(ProblemType.CLOSING, "the request was interrupted");
        }
    }

    private <T> T askConnected(Function<ServedVersion, T> question) {
        ServedVersion served = connected;
        if (served == null) {
            served = new ServedVersion(config.trainer());
            connected = served;
        }
        try {
            return question.apply(served);
        } catch (KafkaException e) {
            disconnect();
            throw e;
        }
    }

    private static RuntimeException problem(@Nullable Throwable failure) {
        return switch (failure) {
            case KafkaException kafka -> {
                LOG.warn("The manifests could not be read", kafka);
                yield ProblemException.passing(ProblemType.KAFKA_UNAVAILABLE, String.valueOf(kafka.getMessage()));
            }
            case IllegalStateException state ->
                new ProblemException(ProblemType.SNAPSHOT_UNUSABLE, String.valueOf(state.getMessage()));
            case RuntimeException other -> other;
            case null, default -> new IllegalStateException(failure);
        };
    }

    private void disconnect() {
        ServedVersion served = connected;
        connected = null;
        if (served != null) {
            served.close();
        }
    }

    @Override
    public void close() {
        thread.execute(this::disconnect);
        thread.shutdown();
    }
}
