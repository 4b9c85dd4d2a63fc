package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

final class MixtureWeightsProperties {
    private static final int ALL = (1 << Component.COUNT) - 1;
    private static final int CONTEXT = 7;

    /**
     * @param present set of the components that have a distribution, which always contains the network
     * @param given (components): probability of the clicked item under each
     */
    record Click(int present, List<Double> given) {
        double[] probabilities() {
            double[] probabilities = new double[Component.COUNT];
            for (Component component : Component.values()) {
                int place = component.place();
                probabilities[place] = component.isIn(present) ? given.get(place) : 0;
            }
            return probabilities;
        }
    }

    @Provide
    Arbitrary<List<Click>> clicks() {
        Arbitrary<Integer> present = Arbitraries.integers().between(0, ALL).map(set -> set | Component.NETWORK.bit());
        Arbitrary<Double> probability = Arbitraries.doubles().between(0, 1).edgeCases(edges -> edges.add(0.0));
        return Combinators.combine(present, probability.list().ofSize(Component.COUNT))
                .as(Click::new)
                .list()
                .ofMaxSize(400);
    }

    @Property(tries = 300)
    void shouldStayADistributionThatKeepsAllComponents(@ForAll("clicks") List<Click> clicks) {
        MixtureWeights weights = new MixtureWeights();
        for (Click click : clicks) {
            double thanks = weights.learn(CONTEXT, click.present(), click.probabilities());
            assertThat(thanks).isBetween(0.0, 1.0 + 1e-12);
        }
        double sum = 0;
        for (Component component : Component.values()) {
            double share = weights.share(CONTEXT, ALL, component);
            assertThat(share).isGreaterThan(9e-4);
            sum += share;
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
    }

    @Property(tries = 300)
    void shouldShareOutAmongThosePresent(
            @ForAll("clicks") List<Click> clicks, @ForAll @IntRange(max = ALL) int others) {
        MixtureWeights weights = new MixtureWeights();
        clicks.forEach(click -> weights.learn(CONTEXT, click.present(), click.probabilities()));
        int present = others | Component.NETWORK.bit();

        double sum = Arrays.stream(Component.values())
                .filter(component -> component.isIn(present))
                .mapToDouble(component -> weights.share(CONTEXT, present, component))
                .sum();

        assertThat(sum).isCloseTo(1, within(1e-12));
    }

    @Property(tries = 20)
    void shouldComeToTheSharesThatClicksWereDrawnBy(@ForAll long seed) {
        Random random = new Random(seed);
        double[] truth = {.4, .2, .15, .1, .05, .05, .05};
        MixtureWeights weights = new MixtureWeights();
        double[] means = new double[Component.COUNT];
        for (int click = 0; click < 6_000; click++) {
            weights.learn(CONTEXT, ALL, drawn(truth, random));
            for (Component component : Component.values()) {
                means[component.place()] += click < 2_000 ? 0 : weights.share(CONTEXT, ALL, component) / 4_000;
            }
        }
        for (int c = 0; c < Component.COUNT; c++) {
            assertThat(means[c]).isCloseTo(truth[c], within(.05));
        }
    }

    /**
     * Draws a component, and returns a click on an item to which this component gives a high probability and the others
     * do not.
     */
    private static double[] drawn(double[] truth, Random random) {
        double left = random.nextDouble();
        int component = 0;
        while (component < truth.length - 1 && left > truth[component]) {
            left -= truth[component++];
        }
        double[] probabilities = new double[Component.COUNT];
        Arrays.fill(probabilities, .01);
        probabilities[component] = .9;
        return probabilities;
    }
}
