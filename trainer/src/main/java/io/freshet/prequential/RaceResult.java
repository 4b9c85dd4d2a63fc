package io.freshet.prequential;

import io.freshet.evaluation.Accuracy;
import java.util.List;
import java.util.Map;

/**
 * What a race came to.
 *
 * @param records of the stream that were run
 * @param curveRecords how many records had been run at each point of the curves
 * @param online what the online learner serves
 * @param network its network alone
 * @param memory its memory alone
 * @param rivals in the order of {@link Rival}
 * @param refits what the refitted network was fitted to
 */
public record RaceResult(
        long records,
        List<Long> curveRecords,
        Figures online,
        Figures network,
        Figures memory,
        Map<Rival, Figures> rivals,
        List<Refit> refits) {
    /**
     * A runner's.
     *
     * @param accuracy over the events after the first tenth of the stream
     * @param curve over the newest events, at each point
     */
    public record Figures(Map<Slice, Accuracy> accuracy, List<Accuracy> curve) {}

    /**
     * A fit from scratch.
     *
     * @param tenth of the stream that it stands before
     * @param clicks that it was given
     * @param epochs over them, chosen by validation
     */
    public record Refit(int tenth, long clicks, int epochs, double seconds) {}
}
