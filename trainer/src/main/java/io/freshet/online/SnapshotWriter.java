package io.freshet.online;

import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestDraft;
import io.freshet.snapshot.Rollback;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        return List.copyOf(manifests.readOn().newestFirst()).reversed();
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
                store.delete(config.modelName(), version);
            }
        }
    }

    /** The oldest ones beyond the number to keep; never the one just written, nor one that is to be served. */
    private List<String> surplus(String justWritten) throws IOException {
        List<String> versions = new ArrayList<>(store.versions(config.modelName()));
        int count = Math.max(0, versions.size() - config.snapshotsKept());
        versions.remove(justWritten);
        List<String> oldest = new ArrayList<>(versions.subList(0, Math.min(count, versions.size())));
        SnapshotCatalogue known = manifests.readOn();
        known.rollback().map(Rollback::served).ifPresent(oldest::remove);
        known.newestToServe().stream().map(Manifest::version).findFirst().ifPresent(oldest::remove);
        return oldest;
    }

    private Optional<String> served() {
        return manifests.readOn().rollback().map(Rollback::served);
    }
}
