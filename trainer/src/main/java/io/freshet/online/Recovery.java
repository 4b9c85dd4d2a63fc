package io.freshet.online;

import io.freshet.delta.ModelDelta;
import io.freshet.delta.StepRecord;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.TopicPosition;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a learner to where the model log ends: the newest snapshot that can be used, or a fresh model, and then each
 * step of the journal again with exactly its records. Determinism makes it the same model; where a rerun step's ranks or
 * a delta's weights are not what the log says, that is counted and logged as an error.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Snapshots snapshots;
    private final OnlineConfig config;
    private final Progress progress;
    private final BooleanSupplier stopped;
    private long mismatches;
    private long steps;

    /**
     * Nothing happens yet.
     *
     * @param stopped asked between steps: whether to give up
     */
    Recovery(Snapshots snapshots, OnlineConfig config, Progress progress, BooleanSupplier stopped) {
        this.snapshots = snapshots;
        this.config = config;
        this.progress = progress;
        this.stopped = stopped;
    }

    /**
     * Where recovery starts from.
     *
     * @param manifest of the snapshot that the learner came from, or null for a learner that has seen nothing
     */
    record Start(OnlineLearner learner, @Nullable Manifest manifest) {
        /** First offset of the model log that the learner does not know. */
        long modelLogOffset() {
            return manifest == null ? 0 : manifest.modelLog().offset();
        }

        /** Next offset to learn from for each partition; the beginning for those that are not named. */
        List<TopicPosition> inputs() {
            return manifest == null ? List.of() : manifest.inputs();
        }
    }

    /** Takes up the newest snapshot that can be used, or a model that has seen nothing. The caller owns the learner. */
    Start start() throws IOException {
        Snapshots.@Nullable Restored restored = snapshots.restoreNewest();
        if (restored == null) {
            LOG.info("Model {} begins from nothing: there is no snapshot", config.modelName());
            OnlineLearner learner = OnlineLearner.initial(config.model(), config.training(), config.learning());
            return new Start(learner, null);
        }
        progress.resume(restored.manifest());
        LOG.info(
                "Model {} goes on from snapshot {}",
                config.modelName(),
                restored.manifest().version());
        return new Start(restored.learner(), restored.manifest());
    }

    /**
     * Reruns the journal.
     *
     * @param input stands where the learner does, and afterwards again
     * @return whether it came to the end, and was not stopped before
     */
    boolean rerun(JournalReader journal, SequenceInput input, OnlineLearner learner) {
        long from = learner.model().step();
        for (var record = journal.next(); record != null; record = journal.next()) {
            if (stopped.getAsBoolean()) {
                return false;
            }
            switch (record) {
                case StepRecord step -> rerun(step, input, learner);
                case ModelDelta delta -> check(delta, learner);
            }
        }
        learner.forgetChanges();
        if (steps > 0) {
            LOG.info(
                    "Reran steps {} to {} of the journal",
                    from + 1,
                    learner.model().step());
        }
        return true;
    }

    /** Steps whose ranks, and deltas whose weights, came out otherwise than the log says. */
    long mismatches() {
        return mismatches;
    }

    /** Steps that were rerun so far. */
    long steps() {
        return steps;
    }

    private void rerun(StepRecord journal, SequenceInput input, OnlineLearner learner) {
        if (journal.step() != learner.model().step() + 1) {
            throw new IllegalStateException("the journal must go on where the snapshot ends: model's step="
                    + learner.model().step() + " journal's=" + journal.step());
        }
        InputBatch batch = input.retake(journal.ranges());
        long started = System.nanoTime();
        StepOutcome outcome = learner.step(batch.updates());
        progress.addStep(batch.updates().size(), System.nanoTime() - started);
        steps++;
        int different = Arrays.mismatch(outcome.ranks(), journal.ranks());
        if (different >= 0) {
            mismatches++;
            LOG.error(
                    "Step {} came out otherwise than its journal entry says: the rerun is not the same model. First"
                            + " difference at target {}: journal={} rerun={}",
                    journal.step(),
                    different,
                    rankAt(journal.ranks(), different),
                    rankAt(outcome.ranks(), different));
        }
    }

    private void check(ModelDelta delta, OnlineLearner learner) {
        if (!DeltaCheck.agrees(learner.model(), delta)) {
            mismatches++;
            LOG.error("The weights after step {} are not those that were published: {}", delta.toStep(), delta);
        }
    }

    private static String rankAt(int[] ranks, int position) {
        return position < ranks.length ? Integer.toString(ranks[position]) : "none";
    }
}
