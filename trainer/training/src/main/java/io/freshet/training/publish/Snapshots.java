package io.freshet.training.publish;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.OtherNetworkException;
import io.freshet.training.step.OnlineLearner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds and restores the newest usable snapshot of one model. Not thread-safe. */
public final class Snapshots {
    /** By lineage, then by step, newest first: a later lineage replaces all weights of an earlier one. */
    public static final Comparator<Manifest> NEWEST_FIRST = Comparator.comparingLong(Manifest::lineage)
            .thenComparing(Manifest::version)
            .reversed();

    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    private final SnapshotStore store;
    private final OnlineConfig config;
    private final Set<String> refusedVersions = new HashSet<>();

    public Snapshots(SnapshotStore store, OnlineConfig config) {
        this.store = store;
        this.config = config;
    }

    /** Returns the manifests of a model that can be read, in {@link #NEWEST_FIRST} order. */
    public static List<Manifest> readable(SnapshotStore store, String model) throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        for (String version : store.versions(model)) {
            try {
                manifests.add(store.manifest(model, version));
            } catch (SnapshotStoreException e) {
                throw e;
            } catch (IOException | FormatException e) {
                LOG.debug("The manifest of snapshot {}/{} cannot be read", model, version, e);
            }
        }
        manifests.sort(NEWEST_FIRST);
        return manifests;
    }

    /** Returns the number of snapshots that were skipped because they could not be used. */
    int refused() {
        return refusedVersions.size();
    }

    /**
     * Restores the newest usable snapshot, or starts a new model if there is none. A snapshot that was held back is
     * skipped if the model can continue from an older one that was not held back: the cause of its poor metrics may
     * be in the weights rather than in the clicks.
     *
     * @param canBeContinued whether the journal and the input hold everything since a snapshot; only called if there
     *     is a snapshot that was held back
     */
    public StartingPoint newest(Predicate<Manifest> canBeContinued) throws IOException {
        StartingPoint restored =
                hasHeld() ? restoreNewest(manifest -> !manifest.held() && canBeContinued.test(manifest)) : null;
        if (restored == null) {
            restored = restoreNewest(manifest -> true);
        }
        if (restored == null) {
            LOG.info("Model {} starts empty: there is no snapshot", config.modelName());
            return StartingPoint.nothing(config);
        }
        LOG.info(
                "Model {} continues from snapshot {}{}",
                config.modelName(),
                restored.version(),
                restored.isHeld() ? ", which was held back: no older one can be continued" : "");
        return restored;
    }

    /**
     * Restores the newest usable snapshot that {@code wanted} accepts, or returns null if there is none.
     *
     * @throws SnapshotStoreException if the store cannot be used, so that it is unknown whether there is such a
     *     snapshot
     */
    @Nullable
    public StartingPoint restoreNewest(Predicate<Manifest> wanted) throws IOException {
        while (true) {
            List<String> listed = store.versions(config.modelName());
            StartingPoint restored = restoreNewest(listed, wanted);
            // A trainer that learns may have deleted some of the listed snapshots; it has then written newer ones.
            if (restored != null || store.versions(config.modelName()).containsAll(listed)) {
                return restored;
            }
            LOG.info("Snapshots of model {} were deleted while they were read; reading again", config.modelName());
        }
    }

    private @Nullable StartingPoint restoreNewest(List<String> versions, Predicate<Manifest> wanted)
            throws IOException {
        for (Manifest manifest : newestFirst(versions)) {
            try {
                if (wanted.test(manifest)) {
                    return restore(manifest.version());
                }
            } catch (SnapshotStoreException e) {
                throw e;
            } catch (IOException | FormatException e) {
                refuse(manifest.version(), e);
            }
        }
        return null;
    }

    /** Returns whether any snapshot with a readable manifest was held back. */
    private boolean hasHeld() throws IOException {
        return newestFirst(store.versions(config.modelName())).stream().anyMatch(Manifest::held);
    }

    /** Returns the manifests that can be read. */
    private List<Manifest> newestFirst(List<String> versions) throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        for (String version : versions.reversed()) {
            try {
                manifests.add(store.manifest(config.modelName(), version));
            } catch (SnapshotStoreException e) {
                throw e;
            } catch (IOException | FormatException e) {
                refuse(version, e);
            }
        }
        manifests.sort(NEWEST_FIRST);
        return manifests;
    }

    /** Marks a snapshot as unusable, unless it has been deleted meanwhile. */
    private void refuse(String version, Exception e) throws IOException {
        if (store.versions(config.modelName()).contains(version) && refusedVersions.add(version)) {
            LOG.error("Snapshot {}/{} is not used; the one before it is used", config.modelName(), version, e);
        }
    }

    /**
     * Restores the given snapshot.
     *
     * @throws IOException if the snapshot cannot be read, or differs from its manifest
     */
    public StartingPoint restore(String version) throws IOException {
        try (Snapshot snapshot = store.open(config.modelName(), version)) {
            Manifest manifest = snapshot.manifest();
            requireSameModel(manifest);
            warnOfOtherTraining(manifest);
            return StartingPoint.of(OnlineLearner.restore(snapshot, config.training(), config.learning()), manifest);
        }
    }

    /**
     * Reads the model of a snapshot, without its learner. The caller owns it.
     *
     * @throws IOException if the snapshot cannot be read, or differs from its manifest
     */
    public RecommenderModel model(String version) throws IOException {
        try (Snapshot snapshot = store.open(config.modelName(), version)) {
            return ModelSnapshot.read(snapshot);
        }
    }

    private void requireSameModel(Manifest manifest) {
        ModelConfig found;
        try {
            found = ModelSnapshot.config(manifest);
        } catch (IllegalArgumentException e) {
            throw new OtherNetworkException("the network of a snapshot cannot be made: " + e.getMessage(), e);
        }
        if (!found.equals(config.model())) {
            Manifest wanted = wanted(manifest);
            throw new OtherNetworkException("a model's network and seed cannot change; give a model with others"
                    + " another name: model=" + manifest.model() + " snapshot=" + manifest.version() + " has encoder="
                    + manifest.encoder() + " seed=" + manifest.seed() + ", configured are encoder=" + wanted.encoder()
                    + " seed=" + wanted.seed());
        }
    }

    private void warnOfOtherTraining(Manifest manifest) {
        var training = wanted(manifest).training();
        if (!training.equals(LearnerDescription.training(manifest))) {
            LOG.warn(
                    "Training settings differ from those of snapshot {}: steps that are rerun from the journal give"
                            + " other results. snapshot={} configured={}",
                    manifest.version(),
                    manifest.training(),
                    training);
        }
    }

    /** Returns the manifest with its settings replaced by the configured ones, so that the two can be compared. */
    private Manifest wanted(Manifest manifest) {
        return ManifestDraft.like(manifest)
                .encoder(ModelSnapshot.describe(config.model()), config.model().seed())
                .training(LearnerDescription.training(config.training(), config.learning()))
                .complete(manifest.version(), manifest.files());
    }
}
