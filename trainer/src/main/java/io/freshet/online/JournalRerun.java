package io.freshet.online;

import io.freshet.delta.ModelDelta;
import io.freshet.delta.StepRecord;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a learner along the journal: each step again with exactly its records. Determinism makes it the same model;
 * where a rerun step's ranks or a delta's weights are not what the log says, that is counted and logged as an error.
 *
 * <p>Borrows everything. Not thread-safe.
 */
final class JournalRerun {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRerun.class);

    private final OnlineLearner learner;
    private final SequenceInput input;
    private final Progress progress;
    private long newestLineage;
    private long missingAfter; // highest step that was passed over
    private long missingAt; // and its offset
    private long mismatches;
    private long steps;

    /** @param input stands where the learner does, and after each step again */
    JournalRerun(OnlineLearner learner, SequenceInput input, Progress progress) {
        this.learner = learner;
        this.input = input;
        this.progress = progress;
        this.newestLineage = learner.model().lineage();
    }

    /**
     * Takes the next record of the log. A step that does not go on from where the learner is, is passed over: it may be a copy of
     * an earlier one, or of another input. If it was neither, {@link #requireComplete} throws.
     */
    void accept(JournalEntry entry) {
        switch (entry.record()) {
            case StepRecord step -> {
                if (step.step() == learner.model().step() + 1 && input.isAt(step.ranges())) {
                    rerun(step);
                } else {
                    passOver(step, entry.offset());
                }
            }
            case ModelDelta delta -> check(delta);
        }
    }

    private void passOver(StepRecord step, long offset) {
        LOG.error(
                "Skipped a step of the journal that does not continue the model: offset={} step={} model's step={}"
                        + " ranges={}",
                offset,
                step.step(),
                learner.model().step(),
                step.ranges());
        if (input.has(step.ranges())
                && step.step() > missingAfter
                && step.step() > learner.model().step()) {
            missingAfter = step.step();
            missingAt = offset;
        }
    }

    /**
     * To be called at the end of the journal.
     *
     * @throws MissingRecordsException if steps are missing: a later one is in the journal
     */
    void requireComplete() {
        if (missingAfter > learner.model().step()) {
            throw new MissingRecordsException("the journal must go on where the snapshot ends: model's step="
                    + learner.model().step() + " journal's=" + missingAfter + " at offset=" + missingAt);
        }
    }

    /** The model's step. */
    long step() {
        return learner.model().step();
    }

    /** The newest lineage among the learner's own and those of the deltas that came by. */
    long newestLineage() {
        return newestLineage;
    }

    /** Steps whose ranks, and deltas whose weights, came out otherwise than the log says. */
    long mismatches() {
        return mismatches;
    }

    /** Steps that were rerun so far. */
    long steps() {
        return steps;
    }

    private void rerun(StepRecord journal) {
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

    /** A model that has the weights of a delta is of its lineage. */
    private void check(ModelDelta delta) {
        newestLineage = Math.max(newestLineage, delta.lineage());
        if (DeltaCheck.agrees(learner.model(), delta)) {
            learner.model().joinLineage(delta.lineage());
        } else {
            mismatches++;
            LOG.error("The weights after step {} are not those that were published: {}", delta.toStep(), delta);
        }
    }

    private static String rankAt(int[] ranks, int position) {
        return position < ranks.length ? Integer.toString(ranks[position]) : "none";
    }
}
