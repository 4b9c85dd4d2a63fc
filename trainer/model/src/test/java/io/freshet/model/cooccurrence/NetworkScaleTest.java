package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NetworkScaleTest {
    private static final int ITEMS = 50;

    @Test
    void shouldFindTheScaleAtWhichScoresAreTrue() {
        assertThat(learned(.4, 40)).isCloseTo(.4, within(.08));
        assertThat(learned(2.5, 40)).isCloseTo(2.5, within(.5));
    }

    @Test
    void shouldStayWhereItIsWhenNothingIsLearned() {
        NetworkScale scale = new NetworkScale();
        scale.learn();

        assertThat(scale.scale()).isEqualTo(1);
    }

    @Test
    void shouldStayANumberWhenTheNetworksScoresAreNone() {
        NetworkScale scale = new NetworkScale();
        scale.add(0, Double.NaN);
        scale.learn();

        assertThat(scale.scale()).isEqualTo(1);
    }

    /** Returns the scale after steps of 128 clicks drawn from the softmax of the scores times {@code truth}. */
    private static double learned(double truth, int steps) {
        Random random = new Random(5);
        NetworkScale scale = new NetworkScale();
        for (int step = 0; step < steps; step++) {
            float now = scale.scale();
            for (int click = 0; click < 128; click++) {
                double[] scores = random.doubles(ITEMS, -3, 3).toArray();
                double target = scores[draw(softmax(scores, truth), random)];
                double[] believed = softmax(scores, now);
                double mean = 0;
                for (int i = 0; i < ITEMS; i++) {
                    mean += now * scores[i] * believed[i];
                }
                scale.add(1, mean - now * target);
            }
            scale.learn();
        }
        return scale.scale();
    }

    private static double[] softmax(double[] scores, double scale) {
        double[] e = Arrays.stream(scores).map(score -> Math.exp(scale * score)).toArray();
        double sum = Arrays.stream(e).sum();
        return Arrays.stream(e).map(value -> value / sum).toArray();
    }

    private static int draw(double[] probabilities, Random random) {
        double left = random.nextDouble();
        int i = 0;
        while (i < ITEMS - 1 && left > probabilities[i]) {
            left -= probabilities[i];
            i++;
        }
        return i;
    }
}
