package io.freshet.training.fit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.Durability;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.format.Sha256;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.LearnerSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * State that a fit keeps in a folder after each validation, so that it can continue after an interruption and end
 * with the same bytes: the learner's state, the best epoch's state, and the curve.
 *
 * <pre>
 * progress.json     the settings, the curve, and which two snapshots belong to it; replaced atomically
 * last/VERSION/     a snapshot after the last validation
 * fit.lock          locked while a fit uses the folder
 * best/VERSION/     a snapshot of the best epoch
 * </pre>
 */
final class FitCheckpoint implements AutoCloseable {
    private static final String LAST = "last";
    private static final String BEST = "best";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String PROGRESS = "progress.json";
    private static final String LOCK = "fit.lock";

    private final Path folder;
    private final Path progressFile;
    private final FileSnapshotStore store;
    private final Map<String, String> settings;
    private final FileChannel lock;
    private @Nullable String best; // version of the best epoch's snapshot

    /**
     * Progress of a fit.
     *
     * @param settings settings of the fit and a digest of its data
     * @param epoch number of whole epochs learned
     * @param epochLoss mean loss over the targets of the last epoch
     * @param curve validations so far
     * @param bestPoint index of the best validation in the curve
     * @param last version of the snapshot after the last validation
     * @param best version of the snapshot after the best validation
     */
    record Progress(
            Map<String, String> settings,
            int epoch,
            double epochLoss,
            List<FitResult.CurvePoint> curve,
            int bestPoint,
            String last,
            String best) {}

    /**
     * Opens a folder, which must be new, empty or that of an earlier fit. No other process can open it until it is
     * closed.
     *
     * @param settings everything that the fit's result depends on
     * @throws IOException if the folder cannot be created or written
     * @throws IllegalArgumentException if the folder has other files, or another fit uses it
     */
    FitCheckpoint(Path folder, Map<String, String> settings) throws IOException {
        this.folder = folder;
        this.progressFile = folder.resolve(PROGRESS);
        this.store = new FileSnapshotStore(folder);
        this.settings = settings;
        Files.createDirectories(folder);
        Path lockFile = folder.resolve(LOCK);
        try (Stream<Path> files = Files.list(folder)) {
            if (!Files.exists(lockFile) && files.findAny().isPresent()) {
                throw new IllegalArgumentException("the folder " + folder
                        + " has files that are not those of a fit: name a new or an empty folder");
            }
        }
        this.lock = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
        } catch (OverlappingFileLockException e) {
            lock.close();
            throw new IllegalArgumentException("another fit uses the folder " + folder, e);
        }
    }

    /**
     * Returns everything that a fit's result depends on: its configuration, except the number of threads, and a
     * digest of its data.
     */
    static Map<String, String> settings(SequenceDataset data, List<String> items, FitConfig config, ModelConfig model) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("encoder", ModelSnapshot.describe(model).toString());
        settings.put("seed", Long.toString(config.seed()));
        settings.put("training", config.training().withWorkers(1).toString());
        settings.put("batch_users", Integer.toString(config.epochs().batchUsers()));
        settings.put("epochs", Integer.toString(config.epochs().most()));
        settings.put("validation_interval", Integer.toString(config.validation().interval()));
        settings.put("patience", Integer.toString(config.validation().patience()));
        settings.put("seen", config.validation().seen().toString());
        settings.put("held_out", config.validation().heldOut().toString());
        settings.put("schedule", config.epochs().schedule().toString());
        settings.put("data", digest(data, items));
        return settings;
    }

    private static String digest(SequenceDataset data, List<String> items) {
        MessageDigest digest = Sha256.begin();
        items.forEach(item -> addTo(digest, item));
        for (int user = 0; user < data.users(); user++) {
            addTo(digest, data.user(user));
            int[] rows = data.sequence(user);
            ByteBuffer bytes = ByteBuffer.allocate((1 + rows.length) * Integer.BYTES);
            bytes.putInt(rows.length);
            bytes.asIntBuffer().put(rows);
            digest.update(bytes.array());
        }
        return Sha256.hex(digest);
    }

    private static void addTo(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    /**
     * Returns the progress in the folder, if any.
     *
     * @throws IOException if the folder cannot be read
     * @throws IllegalArgumentException if the progress belongs to other settings or data
     */
    Optional<Progress> read() throws IOException {
        if (!Files.exists(progressFile)) {
            return Optional.empty();
        }
        Progress progress;
        try {
            progress = JSON.readValue(Files.readString(progressFile), Progress.class);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "the progress file of a fit is damaged: file=" + progressFile + ": " + e.getOriginalMessage(), e);
        }
        List<String> others = settings.entrySet().stream()
                .filter(setting ->
                        !setting.getValue().equals(progress.settings().get(setting.getKey())))
                .map(Map.Entry::getKey)
                .toList();
        if (!others.isEmpty()) {
            throw new IllegalArgumentException("the fit in " + progressFile.getParent() + " began with other " + others
                    + ": use the settings and the data that it began with, or choose another folder");
        }
        best = progress.best();
        return Optional.of(progress);
    }

    /** Restores the best epoch's state into the learner. */
    void restoreBest(Progress progress, Learner learner) throws IOException {
        restore(BEST, progress.best(), learner);
    }

    /** Restores the state after the last validation into the learner. */
    void restoreLast(Progress progress, Learner learner) throws IOException {
        restore(LAST, progress.last(), learner);
    }

    private void restore(String name, String version, Learner learner) throws IOException {
        try (Snapshot snapshot = store.open(name, version)) {
            LearnerSnapshot.restore(snapshot, learner);
        }
    }

    /**
     * Writes a fit's state after a validation, and then removes the previous state.
     *
     * @param learner learner in the state after the last point of the curve
     */
    void write(int epoch, double epochLoss, List<FitResult.CurvePoint> curve, int bestPoint, Learner learner)
            throws IOException {
        String last = save(LAST, learner);
        String bestVersion = best;
        if (bestVersion == null || bestPoint == curve.size() - 1) {
            bestVersion = save(BEST, learner);
            best = bestVersion;
        }
        Progress progress = new Progress(settings, epoch, epochLoss, curve, bestPoint, last, bestVersion);
        Durability.replaceSynced(folder, PROGRESS, JSON.writeValueAsBytes(progress));
        removeOthers(LAST, last);
        removeOthers(BEST, bestVersion);
    }

    private String save(String name, Learner learner) throws IOException {
        RecommenderModel model = learner.model();
        SnapshotFiles files = new SnapshotFiles();
        LearnerSnapshot.addTo(files, learner);
        ManifestDraft draft = ModelSnapshot.draft(name, model.config(), model.step(), Instant.now());
        return store.save(draft, files).version();
    }

    private void removeOthers(String name, String version) throws IOException {
        for (String other : store.versions(name)) {
            if (!other.equals(version)) {
                store.delete(name, other);
            }
        }
    }

    /** Releases the folder for other fits. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
