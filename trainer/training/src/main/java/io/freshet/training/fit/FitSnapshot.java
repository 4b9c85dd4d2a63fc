package io.freshet.training.fit;

import io.freshet.model.cooccurrence.CooccurrenceFile;
import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.LearnerSnapshot;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.ModelMetrics;
import io.freshet.training.metrics.PrequentialFile;
import io.freshet.training.replaybuffer.ReplayFile;
import io.freshet.training.replaybuffer.ReplayReservoir;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a fitted model as a snapshot that online learning can start from. The snapshot covers no record of any
 * topic. Its reservoir holds the users' sequences, including their held-out items. Its prequential metrics and its
 * memory are empty.
 *
 * @param fit a fit that has run
 * @param settings settings to describe in the manifest
 * @param online configuration of the online learner that continues from the snapshot
 */
public record FitSnapshot(Fit fit, FitResult result, Map<String, Object> settings, LearningConfig online) {
    /** Writes the snapshot. Equal data and configuration yield files with equal bytes. */
    public Manifest save(SnapshotStore store, String modelName, Instant now) throws IOException {
        Learner learner = fit.learner();
        RecommenderModel model = learner.model();
        ReplayReservoir reservoir = reservoir(model.config().seed());
        ModelMetrics none =
                ModelMetrics.none(online.metrics().k(), online.metrics().window());
        SnapshotFiles files = new SnapshotFiles();
        LearnerSnapshot.addTo(files, learner);
        files.add(ReplayFile.NAME, file -> ReplayFile.write(file, reservoir));
        files.add(PrequentialFile.NAME, file -> PrequentialFile.write(file, none));
        if (online.memory().isOn()) {
            files.add(
                    CooccurrenceFile.NAME,
                    file -> CooccurrenceFile.write(file, new CooccurrenceModel(online.memory())));
        }
        ManifestDraft draft = ModelSnapshot.draft(modelName, model.config(), model.step(), now)
                .training(settings)
                .platform(SnapshotPlatform.describe(
                        learner.productsName(), learner.config().workers()))
                .metrics(figures());
        return store.save(draft, files);
    }

    private ReplayReservoir reservoir(long seed) {
        SequenceDataset data = fit.data();
        int length = Math.max(online.replay().length(), online.newLength());
        ReplayReservoir reservoir = new ReplayReservoir(online.replay().capacity(), length, seed);
        for (int user = 0; user < data.users(); user++) {
            int[] sequence = data.sequence(user);
            if (sequence.length > 1) {
                reservoir.put(data.user(user), sequence, 0, sequence.length);
            }
        }
        return reservoir;
    }

    private Map<String, Double> figures() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("epochs", (double) result.bestEpoch());
        put(values, "validation", result.validation().at10());
        put(values, "test", result.test().at10());
        return values;
    }

    private static void put(Map<String, Double> values, String prefix, Accuracy at10) {
        values.put(prefix + "_hr10", at10.hr());
        values.put(prefix + "_ndcg10", at10.ndcg());
        values.put(prefix + "_mrr10", at10.mrr());
    }
}
