package io.freshet.training.publish;

import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.step.OnlineLearner;
import java.util.List;
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
    static StartingPoint of(OnlineLearner learner, Manifest manifest) {
        return new StartingPoint(learner, manifest, new Progress(manifest.metrics()));
    }

    /** Returns a model that has seen nothing. */
    public static StartingPoint nothing(OnlineConfig config) {
        return new StartingPoint(
                OnlineLearner.initial(config.model(), config.training(), config.learning()), null, new Progress());
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
