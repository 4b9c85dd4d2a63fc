package io.freshet.training.publish;

import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.step.OnlineLearner;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A learner, and the position in the journal from which it continues. The caller that obtains a starting point owns the
 * learner.
 *
 * @param manifest manifest of the snapshot that the learner was restored from, or null for a learner that has seen
 *     nothing
 */
public record StartingPoint(OnlineLearner learner, @Nullable Manifest manifest) {
    private static final Logger LOG = LoggerFactory.getLogger(StartingPoint.class);

    /**
     * Restores the newest usable snapshot, or starts a new model if there is none. A snapshot that was held back is
     * skipped if the model can continue from an older one that was not held back: the cause of its poor metrics may
     * be in the weights rather than in the clicks.
     *
     * @param canBeContinued whether the journal and the input hold everything since a snapshot; only called if there
     *     is a snapshot that was held back
     */
    public static StartingPoint newest(Snapshots snapshots, OnlineConfig config, Predicate<Manifest> canBeContinued)
            throws IOException {
        Snapshots.@Nullable Restored restored = snapshots.hasHeld()
                ? snapshots.restoreNewest(manifest -> !manifest.held() && canBeContinued.test(manifest))
                : null;
        if (restored == null) {
            restored = snapshots.restoreNewest();
        }
        if (restored == null) {
            LOG.info("Model {} starts empty: there is no snapshot", config.modelName());
            return nothing(config);
        }
        LOG.info(
                "Model {} continues from snapshot {}{}",
                config.modelName(),
                restored.manifest().version(),
                restored.manifest().held() ? ", which was held back: no older one can be continued" : "");
        return new StartingPoint(restored.learner(), restored.manifest());
    }

    /** Returns a model that has seen nothing. */
    public static StartingPoint nothing(OnlineConfig config) {
        return new StartingPoint(OnlineLearner.initial(config.model(), config.training(), config.learning()), null);
    }

    /** Returns the snapshots that contain no step beyond the learner's, including the learner's own snapshot. */
    public List<Manifest> upToIt(List<Manifest> snapshots) {
        long step = learner.model().step();
        return snapshots.stream().filter(snapshot -> snapshot.step() <= step).toList();
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

    /** Returns the training progress up to this point. */
    public Progress progress() {
        Progress progress = new Progress();
        if (manifest != null) {
            progress.resume(manifest);
        }
        return progress;
    }
}
