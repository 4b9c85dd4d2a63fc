package io.freshet.lab.prequential;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.store.Durability;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.fit.Fit;
import io.freshet.training.fit.FitResult;
import io.freshet.training.fit.FitSnapshot;
import io.freshet.training.step.OnlineLearner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * Copies learners by way of a snapshot in a temporary folder, so that a copy has all of a model's state. Copies mask the
 * same items.
 *
 * <p>A failure of that folder is thrown as an {@link UncheckedIOException}, as callers can only pass it on.
 */
final class LearnerCopies {
    private LearnerCopies() {}

    /** Returns a copy of a learner in its present state. */
    static OnlineLearner of(OnlineLearner learner) {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        ManifestDraft draft = ModelSnapshot.draft(
                "copy", learner.model().config(), learner.model().step(), Instant.EPOCH);
        return restored(store -> store.save(draft, files), learner);
    }

    /**
     * Returns an online learner that continues from a fit.
     *
     * @param like learner whose configuration of learning is used
     */
    static OnlineLearner of(Fit fit, FitResult result, OnlineLearner like) {
        LearningConfig learning = like.learningConfig();
        return restored(
                store -> new FitSnapshot(fit, result, Map.of(), learning).save(store, "copy", Instant.EPOCH), like);
    }

    /** Lets a copy rank the step's clicks without learning from them. */
    static StepRanks rank(OnlineLearner copy, Step step) {
        int[] amongUnseen = copy.rank(step.updates());
        return new StepRanks(copy.ranksAmongAll().served(), amongUnseen);
    }

    private interface Saving {
        Manifest save(SnapshotStore store) throws IOException;
    }

    private static OnlineLearner restored(Saving saving, OnlineLearner like) {
        try {
            Path folder = Files.createTempDirectory("freshet-evaluate");
            try {
                SnapshotStore store = new FileSnapshotStore(folder);
                Manifest manifest = saving.save(store);
                try (Snapshot snapshot = store.open(manifest.model(), manifest.version())) {
                    return OnlineLearner.restore(
                            snapshot, like.trainingConfig(), like.learningConfig(), like.repeats());
                }
            } finally {
                Durability.removeRecursively(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
