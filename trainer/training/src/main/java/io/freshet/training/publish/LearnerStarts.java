package io.freshet.training.publish;

import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.model.tensor.Products;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.MissingRecordsException;
import io.freshet.training.input.LogPosition;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds where one of several learners starts. Learner 0 begins a lineage with a snapshot of the model, from which each other
 * learner starts once. After that, each continues from its own snapshots of the lineage. Not thread-safe.
 */
public final class LearnerStarts {
    private final OnlineConfig config;
    private final SnapshotStore store;
    private final ManifestsReader ofModel;

    /**
     * @param config configuration of a learner other than learner 0
     * @param ofModel reads the manifests of learner 0; owned by the caller
     */
    public LearnerStarts(OnlineConfig config, SnapshotStore store, ManifestsReader ofModel) {
        this.config = config;
        this.store = store;
        this.ofModel = ofModel;
    }

    /**
     * Returns whether the snapshot is of a lineage of as many learners as are configured, and was computed with this
     * program's arithmetic: learners with another one would not agree on the digests of merges.
     */
    public static boolean isContinued(@Nullable Manifest manifest, OnlineConfig config) {
        return manifest != null
                && StartingPoint.learners(manifest) == config.learners().count()
                && hasThisArithmetic(manifest)
                && manifest.inputs().stream()
                        .anyMatch(position ->
                                position.topic().equals(config.topics().modelMerges()));
    }

    private static boolean hasThisArithmetic(Manifest manifest) {
        return SnapshotPlatform.arithmetic(manifest)
                .equals(SnapshotPlatform.arithmetic(Products.forThisCpu().name()));
    }

    /** Returns what this learner waits for while {@link #find} returns null. */
    public String awaited() {
        List<Manifest> known = ofModel.readOn().newestFirst();
        if (!known.isEmpty() && isContinued(known.getFirst(), config)) {
            return "learner 0 must begin the next lineage: differences since snapshot "
                    + known.getFirst().version() + " have expired";
        }
        if (!known.isEmpty()
                && StartingPoint.learners(known.getFirst()) == config.learners().count()
                && !hasThisArithmetic(known.getFirst())) {
            return "learner 0 must begin the next lineage: another version has computed snapshot "
                    + known.getFirst().version();
        }
        return "learner 0 must begin with learners.count=" + config.learners().count() + "; the newest snapshot "
                + (known.isEmpty()
                        ? "is missing"
                        : "is " + known.getFirst().version() + " with learners.count="
                                + StartingPoint.learners(known.getFirst()));
    }

    /**
     * Returns where the learner starts, or null if learner 0 has not begun with this number of learners. The caller owns the
     * returned learner.
     *
     * @throws IOException if a snapshot cannot be read
     * @throws MissingRecordsException if the learner's snapshots are gone
     */
    public @Nullable StartingPoint find() throws IOException {
        List<Manifest> known = ofModel.readOn().newestFirst();
        if (known.isEmpty() || !isContinued(known.getFirst(), config)) {
            return null;
        }
        long lineage = known.getFirst().lineage();
        Predicate<Manifest> isOfLineage = manifest -> manifest.lineage() == lineage && isContinued(manifest, config);
        Optional<Manifest> newest = Snapshots.readable(store, config.modelName()).stream()
                .filter(isOfLineage)
                .findFirst();
        if (newest.isPresent() && !hasAllDifferences(newest.get()) && !hasAllDifferences(known.getFirst())) {
            return null; // learner 0 begins the next lineage
        }
        StartingPoint own = new Snapshots(store, config).restoreNewest(isOfLineage);
        if (own != null) {
            return own; // its session refuses to go on if differences are missing that learner 0 needs no more
        }
        if (StartingPoint.merges(known.getFirst()) > 0) {
            throw missingSnapshot(lineage);
        }
        for (Manifest manifest : known) {
            if (manifest.lineage() == lineage && StartingPoint.merges(manifest) == 0) {
                StartingPoint first = new Snapshots(store, config.ofTheModel()).restore(manifest.version());
                return new StartingPoint(first.learner(), manifest, new Progress());
            }
        }
        throw missingSnapshot(lineage);
    }

    private boolean hasAllDifferences(Manifest manifest) {
        try (var consumer = KafkaClients.consumer(config, "bounds", 1)) {
            return LogPosition.hasAllSince(consumer, config.topics().modelMerges(), manifest.inputs());
        }
    }

    private MissingRecordsException missingSnapshot(long lineage) {
        return new MissingRecordsException("learner " + config.learners().number()
                + " must have a snapshot of lineage=" + lineage + " in the store: model=" + config.modelName()
                + ". Let all trainers run with learners.count=1 first: they continue from the newest snapshot of the"
                + " model");
    }
}
