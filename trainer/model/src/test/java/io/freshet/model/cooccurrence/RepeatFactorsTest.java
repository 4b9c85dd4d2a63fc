package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The network gives the items of the histories no probability, so all of theirs comes from the memory. */
final class RepeatFactorsTest {
    private static final int NEW = 90;
    private static final double NETWORK_PROBABILITY_OF_NEW = .5;
    private static final int FIRST = MixtureWeights.STATE + NetworkScale.STATE;

    private final CooccurrenceModel memory = new CooccurrenceModel(CooccurrenceConfig.DEFAULT);
    private final CooccurrenceScores expectations = new CooccurrenceScores();

    @BeforeEach
    void observe() {
        memory.observe(new int[] {80}, 0, 1, 81); // so that the memory is not empty
    }

    @Test
    void shouldBeginAsTheMixture() {
        expect(CooccurrenceScores.NO_TARGET, 1, 2, 1, 3);

        for (int item = 1; item <= 3; item++) {
            assertThat(expectations.isRepeat(expectations.placeOf(0, item))).isTrue();
        }
        for (int place = 0; place < expectations.end(0); place++) {
            assertThat(expectations.repeatFactor(place)).isEqualTo(1);
        }
    }

    @Test
    void shouldWeighItemsOfTheHistoryOnly() {
        memory.observe(new int[] {1}, 0, 1, 7);
        teach(2_000, .9, 1, 2, 1);

        expect(CooccurrenceScores.NO_TARGET, 2, 1);

        int follower = expectations.placeOf(0, 7);
        assertThat(expectations.isRepeat(follower)).isFalse();
        assertThat(expectations.repeatFactor(follower)).isEqualTo(1);
        assertThat(expectations.isRepeat(expectations.placeOf(0, 2))).isTrue();
    }

    @Test
    void shouldLearnHowOftenUsersReturnAndForgetIt() {
        teach(3_000, .8, 1, 2);
        assertThat(repeat(1, 2)).isCloseTo(.8, within(.08));

        teach(6_000, .1, 1, 2);
        assertThat(repeat(1, 2)).isCloseTo(.1, within(.05));
    }

    @Test
    void shouldTellUsersWhoReturnedFromOthersWhomTheMixtureTakesForAlike() {
        Random random = new Random(5);
        for (int i = 0; i < 4_000; i++) {
            click(random.nextDouble() < .8 ? 2 : NEW, 1, 2, 1);
            click(random.nextDouble() < .1 ? 4 : NEW, 3, 4, 5);
        }

        assertThat(repeat(1, 2, 1)).isCloseTo(.8, within(.1));
        assertThat(repeat(3, 4, 5)).isCloseTo(.1, within(.1));
        assertThat(repeat(6, 7, 6)).as("other items").isGreaterThan(.6);
    }

    @Test
    void shouldLearnNothingFromProbabilitiesThatAreNotNumbers() {
        teach(100, .5, 1, 2);
        double[] before = factors();
        expect(1, 1, 2);
        memory.learn(expectations, new double[] {.1}, new double[] {0}, probabilities(Double.NaN));

        assertThat(factors()).isEqualTo(before);
        click(1, 1, 2);
        assertThat(factors()).isNotEqualTo(before);
    }

    @Test
    void shouldKeepFactorsWithinBoundsWhateverHappens() {
        for (int i = 0; i < 20_000; i++) {
            expect(1, 1, 2, 3);
            memory.learn(expectations, new double[] {.9}, new double[] {0}, probabilities(1e-12));
        }

        assertThat(Arrays.stream(factors()).limit(30)).allMatch(factor -> factor >= 1.0 / 16 && factor <= 16);
        expect(1, 1, 2, 3);
        assertThat(expectations.targetFactor(0)).isGreaterThan(1).isLessThanOrEqualTo(16);
    }

    @Test
    void shouldBeginAnewWhenAMixtureHasNoFactors() {
        double[] fresh = factors();
        teach(500, .9, 1, 2);
        assertThat(factors()).isNotEqualTo(fresh);

        memory.restoreMixture(OlderMixtures.of(memory.mixture(), OlderMixtures.WITHOUT_LOG_AND_REPEATS));

        assertThat(factors()).isEqualTo(fresh);
    }

    @Test
    void shouldMergeByClicks() {
        double[] base = memory.mixture();
        teach(300, .9, 1, 2);
        double[] often = memory.mixture();
        memory.restoreMixture(base);
        teach(100, .1, 1, 2);
        double[] seldom = memory.mixture();

        double[] merged = CooccurrenceModel.mergeMixtures(base, List.of(often, seldom));

        assertThat(merged[merged.length - 1]).as("clicks").isEqualTo(400);
        for (int i = FIRST; i < merged.length - 1; i++) {
            assertThat(merged[i]).isCloseTo(.75 * often[i] + .25 * seldom[i], within(1e-9));
        }
        assertThat(CooccurrenceModel.mergeMixtures(base, List.of(often, base))).isEqualTo(often);
    }

    @Test
    void shouldForgetWithTheItemHowOftenUsersRepeatIt() {
        double before = repeat(1);
        for (int i = 0; i < 20; i++) {
            memory.observe(new int[] {1}, 0, 1, 1);
        }
        assertThat(repeat(1)).isGreaterThan(before);

        memory.forget(List.of(1));

        assertThat(repeat(1)).isEqualTo(before);
    }

    /** Lets users with a history click its first item with a probability, and otherwise a new one. */
    private void teach(int clicks, double probability, int... history) {
        Random random = new Random(3);
        for (int i = 0; i < clicks; i++) {
            click(random.nextDouble() < probability ? history[0] : NEW, history);
        }
    }

    private void click(int item, int... history) {
        expect(item, history);
        double[] expected = new double[expectations.end(0)];
        Arrays.setAll(expected, expectations::mass);
        memory.learn(
                expectations, new double[] {item == NEW ? NETWORK_PROBABILITY_OF_NEW : 0}, new double[] {0}, expected);
    }

    private double[] probabilities(double each) {
        double[] probabilities = new double[expectations.end(0)];
        Arrays.fill(probabilities, each);
        return probabilities;
    }

    private void expect(int target, int... history) {
        expectations.clear();
        memory.expect(history, 0, history.length, target, expectations);
    }

    /** Returns the probability that the next click is on an item of the history. */
    private double repeat(int... history) {
        expect(CooccurrenceScores.NO_TARGET, history);
        double normalizer = 1;
        double repeats = 0;
        for (int place = 0; place < expectations.end(0); place++) {
            if (expectations.isRepeat(place)) {
                normalizer += (expectations.repeatFactor(place) - 1) * expectations.mass(place);
                repeats += expectations.repeatFactor(place) * expectations.mass(place);
            }
        }
        return repeats / normalizer;
    }

    private double[] factors() {
        double[] mixture = memory.mixture();
        return Arrays.copyOfRange(mixture, FIRST, mixture.length);
    }
}
