package io.freshet.training.ranking;

import io.freshet.model.cooccurrence.CooccurrenceScores;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.training.learner.NaiveEncoder;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The oracle of the mixture: computes the probability of every item from network and memory, in double precision and
 * without shortcuts.
 */
final class NaiveMixture {
    private final RecommenderModel model;
    private final NaiveEncoder network;

    NaiveMixture(RecommenderModel model) {
        this.model = model;
        this.network = NaiveEncoder.of(model);
    }

    /** Returns the probabilities of the rows below {@code candidates} after a history. */
    double[] probabilities(int[] history, int candidates) {
        double[] p = networkProbabilities(history, candidates);
        CooccurrenceScores expectations = new CooccurrenceScores();
        model.memory().expect(history, 0, history.length, CooccurrenceScores.NO_TARGET, expectations);
        for (int row = 0; row < candidates; row++) {
            int place = expectations.placeOf(0, row);
            p[row] = expectations.networkShare(0) * p[row] + (place < 0 ? 0 : expectations.mass(place));
        }
        return p;
    }

    /** Returns the same probabilities with those of the history's items multiplied by their factors. */
    double[] weighed(int[] history, int candidates) {
        double[] p = probabilities(history, candidates);
        CooccurrenceScores expectations = new CooccurrenceScores();
        model.memory().expect(history, 0, history.length, CooccurrenceScores.NO_TARGET, expectations);
        Set<Integer> seen = Arrays.stream(history).boxed().collect(Collectors.toSet());
        for (int row = 0; row < candidates; row++) {
            int place = expectations.placeOf(0, row);
            p[row] *= seen.contains(row) && place >= 0 ? expectations.repeatFactor(place) : 1;
        }
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(probability -> probability / sum).toArray();
    }

    double[] networkProbabilities(int[] history, int candidates) {
        double[] p = scores(history, candidates);
        double max = Arrays.stream(p).max().orElseThrow();
        double sum = 0;
        for (int row = 0; row < candidates; row++) {
            p[row] = Math.exp(p[row] - max);
            sum += p[row];
        }
        for (int row = 0; row < candidates; row++) {
            p[row] /= sum;
        }
        return p;
    }

    /** Returns the network's scaled scores. */
    double[] scores(int[] history, int candidates) {
        double[][] states = network.encode(history, 0);
        double[] state = states[states.length - 1];
        double[] scores = new double[candidates];
        for (int row = 0; row < candidates; row++) {
            boolean isThere = model.vocabulary().isTaken(row);
            scores[row] =
                    isThere ? model.memory().networkScale() * network.score(state, row) : Double.NEGATIVE_INFINITY;
        }
        return scores;
    }
}
