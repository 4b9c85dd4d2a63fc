package io.freshet.lab.prequential;

import java.util.ArrayList;
import java.util.List;

/** Counts answers and clicks on them by the answer's probability. Not thread-safe. */
final class ReliabilityCounts {
    /** Lower ends of the bins: most answers have small probabilities. */
    private static final double[] FROM = {0, .001, .003, .01, .03, .1, .2, .3, .5, .7, .9};

    private final long[] answers = new long[FROM.length];
    private final long[] clicks = new long[FROM.length];
    private final double[] probabilities = new double[FROM.length]; // sums

    void observe(double probability, boolean clicked) {
        int bin = FROM.length - 1;
        while (bin > 0 && probability < FROM[bin]) {
            bin--;
        }
        answers[bin]++;
        clicks[bin] += clicked ? 1 : 0;
        probabilities[bin] += probability;
    }

    Reliability reliability() {
        List<Reliability.Bin> bins = new ArrayList<>();
        long all = 0;
        double error = 0;
        for (int bin = 0; bin < FROM.length; bin++) {
            all += answers[bin];
            error += Math.abs(probabilities[bin] - clicks[bin]);
            if (answers[bin] > 0) {
                bins.add(new Reliability.Bin(
                        FROM[bin],
                        bin + 1 < FROM.length ? FROM[bin + 1] : 1,
                        answers[bin],
                        probabilities[bin] / answers[bin],
                        (double) clicks[bin] / answers[bin]));
            }
        }
        return new Reliability(all, all == 0 ? 0 : error / all, bins);
    }
}
