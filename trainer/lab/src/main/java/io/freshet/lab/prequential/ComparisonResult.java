package io.freshet.lab.prequential;

import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.metrics.StandardErrors;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Result of a comparison.
 *
 * @param records number of records run
 * @param curveRecords number of records run at each point of the curves
 * @param results results with the items ranked that the user has seen, and with these items left out, from the same scores
 * @param learnedRepeats results of the mixture among all items, with the probability of a repeat that it has learned
 * @param refits fits of the refitted network
 * @param calibration how well the probabilities of answers without seen items agree with the clicks; null if several
 *     learners learned
 * @param learnedCalibration the same of answers with learned repeats
 */
public record ComparisonResult(
        long records,
        List<Long> curveRecords,
        Map<SeenItems, Results> results,
        Figures learnedRepeats,
        List<Refit> refits,
        @Nullable Calibration calibration,
        @Nullable Calibration learnedCalibration) {
    /** Returns the results with seen items ranked or left out. */
    public Results of(SeenItems seen) {
        return Objects.requireNonNull(results.get(seen));
    }

    /**
     * Results of all methods.
     *
     * @param online results of the mixture that the online learner serves
     * @param network results of the online learner's network alone
     * @param memory results of the online learner's memory alone
     * @param methods results of the methods, in the order of {@link ComparedMethod}
     */
    public record Results(Figures online, Figures network, Figures memory, Map<ComparedMethod, Figures> methods) {}

    /**
     * Results of a runner.
     *
     * @param accuracy over the events after the first tenth of the stream
     * @param errors standard errors of the accuracy over {@link Slice#ALL}
     * @param curve accuracy over the newest events, at each point of the curve
     */
    public record Figures(Map<Slice, Accuracy> accuracy, StandardErrors errors, List<Accuracy> curve) {}

    /**
     * Calibration of the probabilities in answers, over the events after the first tenth of the stream.
     *
     * @param first of the first item of each answer
     * @param all of all items of each answer, at most {@link ComparisonConfig#K}
     */
    public record Calibration(Reliability first, Reliability all) {}

    /**
     * A fit from scratch.
     *
     * @param tenth number of the tenth of the stream before which it was made
     * @param clicks number of clicks that it learned from
     * @param epochs number of epochs of the kept model, chosen by validation
     */
    public record Refit(int tenth, long clicks, int epochs, double seconds) {}
}
