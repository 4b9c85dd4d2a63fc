package io.freshet.online;

import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.TopicPosition;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
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

    /**
     * The newest snapshot that can be used, or a model that has seen nothing where there is none. A snapshot that was held
     * back is passed over where an older one that was not can be continued from: what spoilt the figures may be in the
     * weights and not in the clicks.
     *
     * @param canBeContinued whether the journal and the input hold everything since a snapshot; asked only where one was held
     *     back
     */
    static StartingPoint newest(Snapshots snapshots, OnlineConfig config, Predicate<Manifest> canBeContinued)
            throws IOException {
        Snapshots.@Nullable Restored restored = snapshots.hasHeld()
                ? snapshots.restoreNewest(manifest -> !manifest.held() && canBeContinued.test(manifest))
                : null;
        if (restored == null) {
            restored = snapshots.restoreNewest();
        }
        if (restored == null) {
            LOG.info("Model {} begins from nothing: there is no snapshot", config.modelName());
            return nothing(config);
        }
        LOG.info(
                "Model {} goes on from snapshot {}{}",
                config.modelName(),
                restored.manifest().version(),
                restored.manifest().held() ? ", which was held back: no older one can be continued" : "");
        return new StartingPoint(restored.learner(), restored.manifest());
    }

    /** A model that has seen nothing. */
    static StartingPoint nothing(OnlineConfig config) {
        return new StartingPoint(OnlineLearner.initial(config.model(), config.training(), config.learning()), null);
    }

    /** Those of the snapshots that hold no step which the learner has not, itself among them. */
    List<Manifest> upToIt(List<Manifest> snapshots) {
        long step = learner.model().step();
        return snapshots.stream().filter(snapshot -> snapshot.step() <= step).toList();
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
