package io.freshet.training.publish;

import io.freshet.store.RetentionPolicy;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.failure.TrainerLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the snapshots of a model on a thread of its own, one at a time, and deletes those that are not kept. A snapshot that
 * has been saved is in the store, and is not announced yet.
 *
 * <p>All methods belong to one thread. {@link #close} returns when no file is being written any more. It abandons a snapshot
 * that is still being sent to a bucket.
 */
final class SnapshotSaver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSaver.class);
    private static final Duration DELETION_PATIENCE = Duration.ofSeconds(2);

    private final SnapshotStore store;
    private final String modelName;
    private final ExecutorService thread;
    private @Nullable Save running;

    /**
     * A snapshot in the store.
     *
     * @param stored the snapshots in the store, including this one; none if they could not be listed
     */
    record Saved(Manifest manifest, RetentionPolicy.Stored stored, SnapshotFiles.Written written) {}

    /**
     * A save that has begun.
     *
     * @param claimed set by whoever closes the files: the thread that writes them, or the one that abandons them before
     */
    private record Save(Future<Saved> result, SnapshotFiles files, AtomicBoolean claimed) {}

    SnapshotSaver(SnapshotStore store, String modelName) {
        this.store = store;
        this.modelName = modelName;
        this.thread = Executors.newSingleThreadExecutor(Thread.ofPlatform()
                .daemon()
                .name("snapshot-saver of model=" + modelName)
                .factory());
    }

    /**
     * Begins to save a snapshot, and closes its files. The one before must have been taken.
     *
     * @param files files that this saver owns from now on
     */
    void begin(ManifestDraft draft, SnapshotFiles files) {
        if (running != null) {
            throw new IllegalStateException("snapshots must be saved one at a time: step=" + draft.step());
        }
        AtomicBoolean claimed = new AtomicBoolean();
        running = new Save(thread.submit(() -> save(draft, files, claimed)), files, claimed);
    }

    private Saved save(ManifestDraft draft, SnapshotFiles files, AtomicBoolean claimed) throws IOException {
        TrainerLog.begin(modelName);
        if (!claimed.compareAndSet(false, true)) {
            throw new IOException("the snapshot was abandoned before it was begun");
        }
        try (files) {
            Manifest manifest = store.save(draft, files);
            return new Saved(manifest, stored(), files.written());
        }
    }

    private RetentionPolicy.Stored stored() {
        try {
            return RetentionPolicy.Stored.of(store, modelName);
        } catch (IOException e) {
            LOG.warn("Could not list old snapshots of model {}; they stay for now: {}", modelName, e.getMessage());
            return new RetentionPolicy.Stored(List.of(), List.of());
        }
    }

    /** Returns whether a snapshot has been begun and not been taken. */
    boolean isRunning() {
        return running != null;
    }

    /** Waits until the snapshot that was begun can be taken. Returns false on timeout, or if none was begun. */
    boolean await(Duration time) {
        Save save = running;
        if (save == null) {
            return false;
        }
        try {
            var _ = save.result().get(time.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Takes the snapshot that was begun, after {@link #await} has returned true.
     *
     * @throws IOException if it could not be saved
     */
    Saved take() throws IOException {
        Save save = running;
        if (save == null) {
            throw new IllegalStateException("a snapshot must have been begun");
        }
        running = null;
        try {
            return save.result().get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Deletes snapshots in the background. If that fails, they are surplus again after the next snapshot. */
    void delete(List<String> versions) {
        for (String version : versions) {
            thread.execute(() -> {
                try {
                    store.delete(modelName, version);
                } catch (IOException e) {
                    LOG.warn(
                            "Could not delete snapshot {}/{}; it stays for now: {}",
                            modelName,
                            version,
                            e.getMessage());
                }
            });
        }
    }

    @Override
    public void close() {
        Save save = running;
        if (save == null) {
            endDeletions();
            return;
        }
        thread.shutdownNow();
        if (save.claimed().compareAndSet(false, true)) {
            save.files().close();
        } else {
            save.files().awaitClosed();
        }
    }

    private void endDeletions() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(DELETION_PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
