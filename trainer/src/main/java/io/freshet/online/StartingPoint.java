package io.freshet.online;

import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.TopicPosition;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A learner from which the journal leads on. Who asks for one owns the learner.
 *
 * @param manifest of the snapshot that the learner came from, or null for a learner that has seen nothing
 */
record StartingPoint(OnlineLearner learner, @Nullable Manifest manifest) {
    private static final Logger LOG = LoggerFactory.getLogger(StartingPoint.class);

    /** The newest snapshot that can be used, or a model that has seen nothing where there is none. */
    static StartingPoint newest(Snapshots snapshots, OnlineConfig config) throws IOException {
        Snapshots.@Nullable Restored restored = snapshots.restoreNewest();
        if (restored == null) {
            LOG.info("Model {} begins from nothing: there is no snapshot", config.modelName());
            return nothing(config);
        }
        LOG.info(
                "Model {} goes on from snapshot {}",
                config.modelName(),
                restored.manifest().version());
        return new StartingPoint(restored.learner(), restored.manifest());
    }

    /** A model that has seen nothing. */
    static StartingPoint nothing(OnlineConfig config) {
        return new StartingPoint(OnlineLearner.initial(config.model(), config.training(), config.learning()), null);
    }

    /** First offset of the model log that the learner does not know. */
    long modelLogOffset() {
        return manifest == null ? 0 : manifest.modelLog().offset();
    }

    /** Next offset to learn from for each partition; the beginning for those that are not named. */
    List<TopicPosition> inputs() {
        return manifest == null ? List.of() : manifest.inputs();
    }

    /** What has been done so far. */
    Progress progress() {
        Progress progress = new Progress();
        if (manifest != null) {
            progress.resume(manifest);
        }
        return progress;
    }
}
