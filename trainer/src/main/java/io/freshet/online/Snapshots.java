package io.freshet.online;

import io.freshet.format.FormatException;
import io.freshet.model.ModelSnapshot;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestDraft;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One model's snapshots: finds the newest good one, adds new ones, and lets go of the oldest. Not thread-safe. */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    private final SnapshotStore store;
    private final OnlineConfig config;
    private long refused;

    Snapshots(SnapshotStore store, OnlineConfig config) {
        this.store = store;
        this.config = config;
    }

    /** A learner and the manifest of the snapshot that it came from. */
    record Restored(OnlineLearner learner, Manifest manifest) {}

    /** How many snapshots were passed over because they could not be used. */
    long refused() {
        return refused;
    }

    /** The newest snapshot that can be used, or null where there is none. */
    @Nullable
    Restored restoreNewest() throws IOException {
        for (String version : store.versions(config.modelName()).reversed()) {
            try (Snapshot snapshot = store.open(config.modelName(), version)) {
                Manifest manifest = snapshot.manifest();
                requireSameModel(manifest);
                warnOfOtherTraining(manifest);
                return new Restored(OnlineLearner.restore(snapshot, config.training(), config.learning()), manifest);
            } catch (IOException | FormatException e) {
                refused++;
                LOG.error("Snapshot {}/{} is not used, the one before it is", config.modelName(), version, e);
            }
        }
        return null;
    }

    /** Writes a snapshot, makes it known, and takes away what is more than to be kept. */
    void save(ManifestDraft draft, OnlineLearner learner, ModelLogWriter log) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        Manifest manifest = store.save(draft, files);
        List<String> gone = surplus(manifest.version());
        log.announce(manifest, gone);
        for (String version : gone) {
            store.delete(config.modelName(), version);
        }
        LOG.info("Snapshot {}/{} is written", config.modelName(), manifest.version());
    }

    /** The oldest ones beyond the number to keep; never the one just written. */
    private List<String> surplus(String justWritten) throws IOException {
        List<String> versions = new ArrayList<>(store.versions(config.modelName()));
        int count = Math.max(0, versions.size() - config.snapshotsKept());
        versions.remove(justWritten);
        return List.copyOf(versions.subList(0, Math.min(count, versions.size())));
    }

    private void requireSameModel(Manifest manifest) {
        ManifestDraft wanted = wanted(manifest);
        if (!wanted.complete(manifest.version(), manifest.files()).encoder().equals(manifest.encoder())
                || wanted.seed() != manifest.seed()) {
            throw new IllegalStateException("a model keeps its network and its seed for life; give another one another"
                    + " name: model=" + manifest.model() + " snapshot=" + manifest.version() + " has encoder="
                    + manifest.encoder() + " seed=" + manifest.seed() + ", configured are encoder=" + wanted.encoder()
                    + " seed=" + wanted.seed());
        }
    }

    private void warnOfOtherTraining(Manifest manifest) {
        var training =
                wanted(manifest).complete(manifest.version(), manifest.files()).training();
        if (!training.equals(manifest.training())) {
            LOG.warn(
                    "Training settings differ from those of snapshot {}: steps that are rerun from the journal come"
                            + " out differently. snapshot={} configured={}",
                    manifest.version(),
                    manifest.training(),
                    training);
        }
    }

    /** The manifest with the configuration's words in place of its own, so that the two compare. */
    private ManifestDraft wanted(Manifest manifest) {
        return new ManifestDraft(
                manifest.model(),
                manifest.step(),
                manifest.createdAt(),
                config.model().seed(),
                ModelSnapshot.describe(config.model()),
                LearnerDescription.training(config.training(), config.learning()),
                manifest.platform(),
                manifest.modelLog(),
                manifest.inputs(),
                manifest.metrics());
    }
}
