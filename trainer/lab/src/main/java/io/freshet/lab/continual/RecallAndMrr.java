package io.freshet.lab.continual;

import io.freshet.training.metrics.Accuracy;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Recall at 10 and 20, which is the share of targets ranked among the first 10 or 20, and mean reciprocal rank at 10
 * and 20, in which a target with a worse rank counts 0.
 */
public record RecallAndMrr(double recall10, double recall20, double mrr10, double mrr20) {
    static RecallAndMrr of(int[] ranks) {
        Accuracy at10 = Accuracy.of(ranks, 10);
        Accuracy at20 = Accuracy.of(ranks, 20);
        return new RecallAndMrr(at10.hr(), at20.hr(), at10.mrr(), at20.mrr());
    }

    /** Returns the unweighted mean, whatever the number of events behind each element; 0 if there are none. */
    public static RecallAndMrr mean(List<RecallAndMrr> all) {
        return new RecallAndMrr(
                mean(all, RecallAndMrr::recall10),
                mean(all, RecallAndMrr::recall20),
                mean(all, RecallAndMrr::mrr10),
                mean(all, RecallAndMrr::mrr20));
    }

    private static double mean(List<RecallAndMrr> all, ToDoubleFunction<RecallAndMrr> value) {
        return all.stream().mapToDouble(value).average().orElse(0);
    }
}
