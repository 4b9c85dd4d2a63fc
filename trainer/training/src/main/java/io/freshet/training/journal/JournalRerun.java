package io.freshet.training.journal;

import io.freshet.store.modellog.MergeNote;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.PublishedStep;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.failure.MissingRecordsException;
import io.freshet.training.input.InputBatch;
import io.freshet.training.input.SequenceInput;
import io.freshet.training.publish.Progress;
import io.freshet.training.publish.StartingPoint;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.StepOutcome;
import io.freshet.training.step.UserUpdate;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reruns the journal on a learner: learns each step again from exactly its records, and ranks the same share of them.
 * Since learning is deterministic, this yields the same model. A rerun step whose ranks differ from the log, or published
 * weights that differ from the model's, are counted and logged as an error.
 *
 * <p>Owns none of its collaborators. Not thread-safe.
 */
public final class JournalRerun {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRerun.class);

    private final OnlineLearner learner;
    private final Stepper stepper;
    private final SequenceInput input;
    private final Progress progress;
    private long newestLineage;
    private long missingAfter; // highest step that was skipped
    private long missingAt; // offset of that step's record
    private long mismatches;
    private long steps;

    /** Makes a step of the learner that is rerun. */
    public interface Stepper {
        /** Ranks a share of the updates, then learns from all of them. */
        StepOutcome step(List<UserUpdate> updates, RankShare share);
    }

    /** @param input positioned where the learner is; each rerun step keeps the two together */
    public JournalRerun(StartingPoint start, SequenceInput input) {
        this(start, input, start.learner()::step);
    }

    /** @param stepper makes the steps of the starting point's learner */
    public JournalRerun(StartingPoint start, SequenceInput input, Stepper stepper) {
        this.learner = start.learner();
        this.stepper = stepper;
        this.input = input;
        this.progress = start.progress();
        this.newestLineage = learner.model().lineage();
    }

    /**
     * Takes the next record of the log. A step that does not continue the learner's state is skipped: it may be a
     * copy of an earlier step, or belong to another input. If it is neither, {@link #requireComplete} throws later.
     */
    public void accept(JournalEntry entry) {
        switch (entry.record()) {
            case StepRecord step -> {
                if (step.step() == learner.model().step() + 1 && input.isAt(step.ranges())) {
                    rerun(step);
                } else {
                    passOver(step, entry.offset());
                }
            }
            case PublishedStep published ->
                check(published.lineage(), published.step(), ModelDigest.agrees(learner.model(), published));
            case MergeNote note ->
                throw new MissingRecordsException(
                        "a single learner must continue from a snapshot of the learners that wrote the journal: the"
                                + " journal after the snapshot has steps of several learners: offset=" + entry.offset()
                                + " note=" + note
                                + ". Let the trainer continue from a snapshot with 'freshet models adopt'");
            case ModelDelta delta -> // journals of earlier versions have the deltas themselves
                check(delta.lineage(), delta.toStep(), DeltaCheck.agrees(learner.model(), delta));
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
     * Checks that no step is missing. Call it at the end of the journal.
     *
     * @throws MissingRecordsException if steps are missing, which a later step in the journal reveals
     */
    public void requireComplete() {
        if (missingAfter > learner.model().step()) {
            throw new MissingRecordsException("the journal must continue where the snapshot ends: model's step="
                    + learner.model().step() + " journal's=" + missingAfter + " at offset=" + missingAt);
        }
    }

    /** Returns the model's step. */
    public long step() {
        return learner.model().step();
    }

    /** Returns the newest of the learner's lineage and the lineages of the deltas read so far. */
    public long newestLineage() {
        return newestLineage;
    }

    /** Returns the number of steps whose ranks, and of deltas whose weights, differ from the log. */
    public long mismatches() {
        return mismatches;
    }

    /** Returns the number of steps rerun so far. */
    public long steps() {
        return steps;
    }

    private void rerun(StepRecord journal) {
        InputBatch batch = input.retake(journal.ranges());
        long started = System.nanoTime();
        StepOutcome outcome = stepper.step(batch.updates(), journal.rankShare());
        progress.addStep(batch.updates().size(), System.nanoTime() - started);
        steps++;
        int different = Arrays.mismatch(outcome.ranks(), journal.ranks());
        if (different >= 0) {
            mismatches++;
            LOG.error(
                    "The rerun of step {} differs from its journal entry: the model is not the same. First difference"
                            + " at target {}: journal={} rerun={}",
                    journal.step(),
                    different,
                    rankAt(journal.ranks(), different),
                    rankAt(outcome.ranks(), different));
        }
    }

    /** Takes in whether the model has the published weights. If it has, it belongs to their lineage. */
    private void check(long lineage, long step, boolean agrees) {
        newestLineage = Math.max(newestLineage, lineage);
        if (agrees) {
            learner.model().joinLineage(lineage);
        } else {
            mismatches++;
            LOG.error("The weights after step {} differ from the published ones: lineage={}", step, lineage);
        }
    }

    private static String rankAt(int[] ranks, int position) {
        return position < ranks.length ? Integer.toString(ranks[position]) : "none";
    }
}
