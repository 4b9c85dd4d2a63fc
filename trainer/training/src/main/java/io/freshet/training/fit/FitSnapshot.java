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
import io.freshet.store.snapshot.TopicPosition;
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
import java.util.List;
import java.util.Map;

/**
 * Writes a fitted model as a snapshot that online learning can start from. The snapshot covers no record of any
 * topic. Its reservoir holds the users' sequences, including their held-out items. Its prequential metrics and its
 * memory are empty.
 */
public final class FitSnapshot {
    private static final String MODEL_LOG = "model-log";

    private FitSnapshot() {}

    /**
     * Writes the snapshot. Equal data and configuration yield files with equal bytes.
     *
     * @param fit a fit that has run
     * @param settings settings to describe in the manifest
     * @param online configuration of the online learner that continues from the snapshot
     */
    public static Manifest save(
            SnapshotStore store,
            String modelName,
            Fit fit,
            FitResult result,
            Map<String, Object> settings,
            LearningConfig online,
            Instant now)
            throws IOException {
        Learner learner = fit.learner();
        RecommenderModel model = learner.model();
        ReplayReservoir reservoir = reservoir(fit.data(), online, model.config().seed());
        ModelMetrics none = ModelMetrics.none(online.k(), online.metricsWindow());
        SnapshotFiles files = new SnapshotFiles();
        LearnerSnapshot.addTo(files, learner);
        files.add(ReplayFile.NAME, file -> ReplayFile.write(file, reservoir));
        files.add(PrequentialFile.NAME, file -> PrequentialFile.write(file, none));
        if (online.memory().isOn()) {
            files.add(
                    CooccurrenceFile.NAME,
                    file -> CooccurrenceFile.write(file, new CooccurrenceModel(online.memory())));
        }
        ManifestDraft draft = new ManifestDraft(
                modelName,
                model.step(),
                Manifest.NO_LINEAGE,
                now,
                model.config().seed(),
                ModelSnapshot.describe(model.config()),
                settings,
                SnapshotPlatform.describe(
                        learner.productsName(), learner.config().workers()),
                new TopicPosition(MODEL_LOG, 0, 0),
                List.of(),
                figures(result),
                false);
        return store.save(draft, files);
    }

    private static ReplayReservoir reservoir(SequenceDataset data, LearningConfig online, long seed) {
        int length = Math.max(online.replayLength(), online.newLength());
        ReplayReservoir reservoir = new ReplayReservoir(online.replayCapacity(), length, seed);
        for (int user = 0; user < data.users(); user++) {
            int[] sequence = data.sequence(user);
            if (sequence.length > 1) {
                reservoir.put(data.user(user), sequence, 0, sequence.length);
            }
        }
        return reservoir;
    }

    private static Map<String, Double> figures(FitResult result) {
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
