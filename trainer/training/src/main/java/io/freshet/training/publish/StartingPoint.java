package io.freshet.training.publish;

import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.step.OnlineLearner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A learner, and the position in the journal from which it continues. The caller that obtains a starting point owns the
 * learner.
 *
 * @param manifest manifest of the snapshot that the learner was restored from, or null for a learner that has seen
 *     nothing
 * @param progress cost of the learner's training up to this point; later training is added to it
 */
public record StartingPoint(OnlineLearner learner, @Nullable Manifest manifest, Progress progress) {
    private static final String LEARNERS = "learners";
    private static final String MERGES = "learner_merges";

    static StartingPoint of(OnlineLearner learner, Manifest manifest) {
        return new StartingPoint(learner, manifest, new Progress(manifest.metrics()));
    }

    /** Returns a model that has seen nothing. */
    public static StartingPoint nothing(OnlineConfig config) {
        return new StartingPoint(
                OnlineLearner.initial(config.model(), config.training(), config.learning()), null, new Progress());
    }

    /** Returns the number of learners that learned the model of a snapshot. */
    public static int learners(Manifest manifest) {
        return manifest.metrics().getOrDefault(LEARNERS, 1.0).intValue();
    }

    /** Returns the number of merges from the beginning of the snapshot's lineage. */
    public static long merges(Manifest manifest) {
        return manifest.metrics().getOrDefault(MERGES, 0.0).longValue();
    }

    /** Returns a snapshot's metrics with what {@link #learners} and {@link #merges} return for it. */
    static Map<String, Double> withLearners(Map<String, Double> metrics, int learners, long merges) {
        Map<String, Double> all = new LinkedHashMap<>(metrics);
        all.put(LEARNERS, (double) learners);
        all.put(MERGES, (double) merges);
        return all;
    }

    /** Returns the number of learners that learned the model up to this point. */
    public int learners() {
        return manifest == null ? 1 : learners(manifest);
    }

    /** Returns the snapshots that contain no step beyond the learner's, including the learner's own snapshot. */
    public List<Manifest> upToIt(List<Manifest> snapshots) {
        long step = learner.model().step();
        return snapshots.stream().filter(snapshot -> snapshot.step() <= step).toList();
    }

    /** Returns the version of the snapshot; empty if there is none. */
    public String version() {
        return manifest == null ? "" : manifest.version();
    }

    /** Returns whether the snapshot was held back. */
    boolean isHeld() {
        return manifest != null && manifest.held();
    }

    /** Returns the first offset of the model log that the learner has not seen. */
    public long modelLogOffset() {
        return manifest == null ? 0 : manifest.modelLog().offset();
    }

    /**
     * Returns the next offset to learn from for each partition. A partition that is not listed starts at its
     * beginning.
     */
    public List<TopicPosition> inputs() {
        return manifest == null ? List.of() : manifest.inputs();
    }
}
