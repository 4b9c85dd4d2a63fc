package io.freshet.training.publish;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.NewItems;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.ModelMetrics;
import io.freshet.training.metrics.PrequentialMetrics;
import io.freshet.training.step.OnlineLearner;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Describes a learner in the terms of a snapshot's manifest. */
public final class LearnerDescription {
    private static final String MAX_GRADIENT_NORM = "max_gradient_norm";
    private static final String SEQUENCE_TARGETS = "sequence_targets";
    private static final String NEW_ITEMS = "new_items";

    private LearnerDescription() {}

    /** Returns the manifest of the learner in its present state, covering no record of any topic. */
    public static ManifestDraft draft(String modelName, OnlineLearner learner, Progress progress, Instant now) {
        Map<String, Double> metrics = figures(learner.modelMetrics());
        progress.describeTo(metrics);
        return ModelSnapshot.draft(
                        modelName, learner.model().config(), learner.model().step(), now)
                .lineage(learner.model().lineage())
                .training(training(learner.trainingConfig(), learner.learningConfig()))
                .platform(platform(learner))
                .metrics(metrics);
    }

    /**
     * Returns a manifest's training settings, completed with the values that were implicit in older manifests: gradients
     * were not clipped, encoders predicted every position, and new items began with random vectors.
     */
    static Map<String, Object> training(Manifest manifest) {
        Map<String, Object> values = new LinkedHashMap<>(manifest.training());
        values.putIfAbsent(MAX_GRADIENT_NORM, 0.0);
        values.putIfAbsent(SEQUENCE_TARGETS, TrainingConfig.DEFAULT_SEQUENCE_TARGETS);
        values.putIfAbsent(NEW_ITEMS, NewItems.RANDOM.code());
        return values;
    }

    /**
     * Returns every setting that must be equal for a rerun to produce the same bytes. The number of threads is not one of
     * them.
     */
    public static Map<String, Object> training(TrainingConfig training, LearningConfig learning) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("learning_rate", training.optimizer().learningRate());
        values.put("beta1", training.optimizer().beta1());
        values.put("beta2", training.optimizer().beta2());
        values.put("epsilon", training.optimizer().epsilon());
        values.put("weight_decay", training.optimizer().weightDecay());
        values.put("dropout", training.dropout());
        describe(training.loss(), values);
        values.put("shards", training.shards());
        values.put(MAX_GRADIENT_NORM, training.maxGradientNorm());
        values.put(SEQUENCE_TARGETS, training.sequenceTargets());
        values.put("optimizer_steps", learning.optimizerSteps());
        if (learning.fullStepClicks() < Integer.MAX_VALUE) {
            values.put("full_step_clicks", learning.fullStepClicks());
        }
        values.put("new_length", learning.newLength());
        values.put("replay_sequences", learning.replay().sequences());
        values.put("replay_length", learning.replay().length());
        values.put("replay_capacity", learning.replay().capacity());
        values.put("k", learning.metrics().k());
        values.put("metrics_window", learning.metrics().window());
        values.put("memory_window", learning.memory().window());
        values.put("memory_neighbours", learning.memory().neighbours());
        values.put("memory_halving_clicks", learning.memory().halvingClicks());
        values.put("item_retention_ms", learning.itemRetention().toMillis());
        values.put(NEW_ITEMS, learning.newItems().code());
        learning.types().describeTo(values);
        return values;
    }

    private static void describe(LossConfig loss, Map<String, Object> values) {
        values.put("loss", loss.kind().code());
        values.put("sampling", loss.sampling().code());
        values.put("negatives", loss.negatives());
        values.put("alpha", loss.alpha() == LossConfig.AUTO_ALPHA ? "auto" : loss.alpha());
        values.put("eta", loss.eta());
        values.put("c", loss.c());
        values.put("popularity_power", loss.popularityPower());
    }

    /** Returns the platform and the arithmetic that the learner computes with. */
    static Map<String, Object> platform(OnlineLearner learner) {
        return SnapshotPlatform.describe(
                learner.productsName(), learner.trainingConfig().workers());
    }

    /** Returns the manifest's name of the metric NDCG at k of the served ranking over the newest window. */
    static String windowedNdcg(int k) {
        return "prequential_window_ndcg" + k;
    }

    private static Map<String, Double> figures(ModelMetrics metrics) {
        Map<String, Double> values = new LinkedHashMap<>();
        put(values, "prequential", metrics.served());
        put(values, "prequential_network", metrics.network());
        put(values, "prequential_memory", metrics.memory());
        return values;
    }

    private static void put(Map<String, Double> values, String prefix, PrequentialMetrics metrics) {
        put(values, prefix, metrics.k(), metrics.running());
        put(values, prefix + "_window", metrics.k(), metrics.windowed());
    }

    private static void put(Map<String, Double> values, String prefix, int k, Accuracy accuracy) {
        values.put(prefix + "_events", (double) accuracy.events());
        values.put(prefix + "_hr" + k, accuracy.hr());
        values.put(prefix + "_ndcg" + k, accuracy.ndcg());
        values.put(prefix + "_mrr" + k, accuracy.mrr());
    }
}
