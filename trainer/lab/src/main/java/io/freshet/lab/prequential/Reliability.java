package io.freshet.lab.prequential;

import java.util.List;

/**
 * How well probabilities agree with what happened. A perfect forecast has bins in which the mean probability is the share
 * of answers that were clicked (Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
 * Binning", AAAI 2015).
 *
 * @param answers number of answered items
 * @param expectedError expected calibration error: the mean over the answers of the difference between the two, by bin
 * @param bins bins with an answer, from the lowest probabilities on
 */
public record Reliability(long answers, double expectedError, List<Bin> bins) {
    /**
     * The answers with a probability from {@code from} on, below {@code to}.
     *
     * @param clicked share of the answers on which the user's next click was
     */
    public record Bin(double from, double to, long answers, double meanProbability, double clicked) {}
}
