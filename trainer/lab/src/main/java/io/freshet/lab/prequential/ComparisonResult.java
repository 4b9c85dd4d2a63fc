package io.freshet.lab.prequential;

import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.StandardErrors;
import java.util.List;
import java.util.Map;

/**
 * Result of a comparison.
 *
 * @param records number of records run
 * @param curveRecords number of records run at each point of the curves
 * @param online results of the mixture that the online learner serves
 * @param network results of the online learner's network alone
 * @param memory results of the online learner's memory alone
 * @param methods results of the methods, in the order of {@link ComparedMethod}
 * @param refits fits of the refitted network
 */
public record ComparisonResult(
        long records,
        List<Long> curveRecords,
        Figures online,
        Figures network,
        Figures memory,
        Map<ComparedMethod, Figures> methods,
        List<Refit> refits) {
    /**
     * Results of a runner.
     *
     * @param accuracy over the events after the first tenth of the stream
     * @param errors standard errors of the accuracy over {@link Slice#ALL}
     * @param curve accuracy over the newest events, at each point of the curve
     */
    public record Figures(Map<Slice, Accuracy> accuracy, StandardErrors errors, List<Accuracy> curve) {}

    /**
     * A fit from scratch.
     *
     * @param tenth number of the tenth of the stream before which it was made
     * @param clicks number of clicks that it learned from
     * @param epochs number of epochs of the kept model, chosen by validation
     */
    public record Refit(int tenth, long clicks, int epochs, double seconds) {}
}
