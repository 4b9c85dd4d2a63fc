package io.freshet.online;

import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestDraft;
import io.freshet.snapshot.Rollback;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds one model's snapshots to the store, makes them known, and lets go of the oldest, but never of one that somebody
 * wants served. Borrows everything. Not thread-safe.
 */
final class SnapshotWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);

    private final SnapshotStore store;
    private final OnlineConfig config;
    private final ModelLogWriter log;
    private final ManifestsReader manifests;

    SnapshotWriter(SnapshotStore store, OnlineConfig config, ModelLogWriter log, ManifestsReader manifests) {
        this.store = store;
        this.config = config;
        this.log = log;
        this.manifests = manifests;
    }

    /** What is known, the one of the lowest step first. */
    List<Manifest> known() {
        return manifests.readOn().newestFirst().reversed();
    }

    /** Makes a snapshot known again, as its writer may have died between the files and the record; false if it is gone. */
    boolean announceAgain(Manifest manifest) throws IOException {
        boolean isThere = store.versions(config.modelName()).contains(manifest.version());
        if (isThere) {
            log.announce(manifest, List.of());
        }
        return isThere;
    }

    /** Writes a snapshot, makes it known, and takes away what is more than to be kept. */
    void save(ManifestDraft draft, OnlineLearner learner) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        Manifest manifest = store.save(draft, files);
        List<String> gone = surplus(manifest.version());
        log.announce(manifest, gone);
        takeAway(gone);
        LOG.info("Snapshot {}/{} is written", config.modelName(), manifest.version());
    }

    /**
     * A rollback may have come while these were being made unknown. Whoever rolls back looks whether the version is still
     * known after having said so; this looks again after having made them unknown: one of both sees the other.
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

    /** What cannot be deleted now is surplus once more after the next snapshot. */
    private void delete(String version) {
        try {
            store.delete(config.modelName(), version);
        } catch (IOException e) {
            LOG.warn("Snapshot {}/{} stays for now: {}", config.modelName(), version, e.getMessage());
        }
    }

    /** What is kept no longer; never the one just written, nor one that is to be served. */
    private List<String> surplus(String justWritten) {
        SnapshotCatalogue known = manifests.readOn();
        Set<String> wanted = new HashSet<>(Set.of(justWritten));
        known.rollback().map(Rollback::served).ifPresent(wanted::add);
        known.newestToServe().stream().map(Manifest::version).findFirst().ifPresent(wanted::add);
        try {
            return config.retention().surplus(store, config.modelName(), wanted);
        } catch (IOException e) {
            LOG.warn("Old snapshots of model {} stay for now: {}", config.modelName(), e.getMessage());
            return List.of();
        }
    }

    private Optional<String> served() {
        return manifests.readOn().rollback().map(Rollback::served);
    }
}
