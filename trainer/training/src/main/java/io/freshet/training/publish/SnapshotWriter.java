package io.freshet.training.publish;

import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.step.OnlineLearner;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one model's snapshots to the store, announces them, and deletes the oldest ones, but never one that is to be
 * served. Owns none of its collaborators. Not thread-safe.
 */
public final class SnapshotWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);

    private final SnapshotStore store;
    private final OnlineConfig config;
    private final ModelLogWriter log;
    private final ManifestsReader manifests;

    public SnapshotWriter(SnapshotStore store, OnlineConfig config, ModelLogWriter log, ManifestsReader manifests) {
        this.store = store;
        this.config = config;
        this.log = log;
        this.manifests = manifests;
    }

    /** Returns the announced snapshots in ascending order of step. */
    public List<Manifest> known() {
        return manifests.readOn().newestFirst().reversed();
    }

    /**
     * Announces a snapshot again, as its writer may have died between the files and the record. Returns false if the
     * snapshot is gone.
     */
    public boolean announceAgain(Manifest manifest) throws IOException {
        boolean isThere = store.versions(config.modelName()).contains(manifest.version());
        if (isThere) {
            log.announce(manifest, List.of());
        }
        return isThere;
    }

    /** Writes a snapshot, announces it, and deletes the snapshots that need not be kept. */
    public void save(ManifestDraft draft, OnlineLearner learner) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        Manifest manifest = store.save(draft, files);
        List<String> gone = surplus(manifest.version());
        log.announce(manifest, gone);
        takeAway(gone);
        LOG.info("Wrote snapshot {}/{}", config.modelName(), manifest.version());
    }

    /**
     * Deletes snapshots whose manifests have just been withdrawn. A rollback to one of them may have been written
     * meanwhile. The writer of a rollback checks after its write that the version is still known, and this method
     * checks for a rollback after the withdrawal, so at least one of the two sees the other.
     */
    private void takeAway(List<String> versions) throws IOException {
        Optional<String> served = versions.isEmpty() ? Optional.empty() : served();
        for (String version : versions) {
            if (served.isPresent() && served.get().equals(version)) {
                log.announce(store.manifest(config.modelName(), version), List.of());
            } else {
                delete(version);
            }
        }
    }

    /** Deletes a snapshot. If that fails, the next {@link #save} tries again, because the snapshot is still surplus. */
    private void delete(String version) {
        try {
            store.delete(config.modelName(), version);
        } catch (IOException e) {
            LOG.warn(
                    "Could not delete snapshot {}/{}; it stays for now: {}",
                    config.modelName(),
                    version,
                    e.getMessage());
        }
    }

    /**
     * Returns the versions that need not be kept. They never include the one just written or one that is to be
     * served.
     */
    private List<String> surplus(String justWritten) {
        ManifestIndex known = manifests.readOn();
        Set<String> wanted = new HashSet<>(Set.of(justWritten));
        known.rollback().map(Rollback::served).ifPresent(wanted::add);
        known.newestToServe().stream().map(Manifest::version).findFirst().ifPresent(wanted::add);
        try {
            return config.publishing().retention().surplus(store, config.modelName(), wanted);
        } catch (IOException e) {
            LOG.warn(
                    "Could not list old snapshots of model {}; they stay for now: {}",
                    config.modelName(),
                    e.getMessage());
            return List.of();
        }
    }

    private Optional<String> served() {
        return manifests.readOn().rollback().map(Rollback::served);
    }
}
