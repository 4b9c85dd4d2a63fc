package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.MemoryDelta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

final class CooccurrenceModelProperties {
    private static final int ITEMS = 8;
    private static final int ERASURE = -1;

    /** @param item item after the history, or {@link #ERASURE} if the history is that of a user to erase */
    record Click(List<Integer> history, int item) {
        boolean erases() {
            return item == ERASURE;
        }

        void applyTo(CooccurrenceModel memory) {
            if (erases()) {
                memory.erase(rows(), 0, history.size());
            } else {
                memory.observe(rows(), 0, history.size(), item);
            }
        }

        int[] rows() {
            return history.stream().mapToInt(row -> row).toArray();
        }
    }

    @Provide
    Arbitrary<List<Click>> clicks() {
        Arbitrary<Integer> rows = Arbitraries.integers().between(0, ITEMS - 1);
        Arbitrary<Integer> next = Arbitraries.integers().between(ERASURE, ITEMS - 1);
        return Combinators.combine(rows.list().ofMinSize(1).ofMaxSize(8), next)
                .as(Click::new)
                .list()
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<CooccurrenceConfig> configs() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.integers().between(1, 12))
                .as(CooccurrenceConfig::new);
    }

    @Property
    void shouldExpectWhatTheNaiveMemoryExpects(
            @ForAll("configs") CooccurrenceConfig config, @ForAll("clicks") List<Click> clicks, @ForAll long seed) {
        CooccurrenceModel memory = new CooccurrenceModel(config);
        NaiveMemory naive = new NaiveMemory(config);
        Random random = new Random(seed);
        CooccurrenceScores expectations = new CooccurrenceScores();
        for (Click click : clicks) {
            if (click.erases()) {
                click.applyTo(memory);
                naive.erase(click.history());
                continue;
            }
            expectations.clear();
            expect(memory, click, expectations);
            assertSame(memory, naive, click, expectations);
            memory.learn(
                    expectations,
                    new double[] {random.nextDouble()},
                    new double[] {random.nextGaussian()},
                    masses(expectations));
            click.applyTo(memory);
            naive.observe(click.history(), click.item());
        }
    }

    @Example
    void shouldExpectWhatTheNaiveMemoryExpectsBeyondTheBoundsOfASearch() {
        CooccurrenceConfig config = new CooccurrenceConfig(10, 64, 256);
        CooccurrenceModel memory = new CooccurrenceModel(config);
        NaiveMemory naive = new NaiveMemory(config);
        Random random = new Random(1);
        for (int session = 0; session < 500; session++) {
            List<Integer> history = new ArrayList<>(List.of(random.nextInt(20)));
            for (int click = 0; click < 1 + random.nextInt(12); click++) {
                int item = random.nextInt(20);
                memory.observe(history.stream().mapToInt(row -> row).toArray(), 0, history.size(), item);
                naive.observe(history, item);
                history.add(item);
            }
        }

        for (int query = 0; query < 100; query++) {
            List<Integer> history =
                    random.ints(1 + random.nextInt(12), 0, 20).boxed().toList();
            Click click = new Click(history, random.nextInt(20));
            CooccurrenceScores expectations = new CooccurrenceScores();
            expect(memory, click, expectations);
            assertSame(memory, naive, click, expectations);
        }
    }

    private static void assertSame(
            CooccurrenceModel memory, NaiveMemory naive, Click click, CooccurrenceScores expectations) {
        Map<Component, Map<Integer, Double>> distributions = naive.distributions(click.history());
        Map<Component, Double> weights = weights(memory, click, distributions);
        Map<Integer, Double> masses = new HashMap<>();
        distributions.forEach((component, distribution) -> {
            double weight = weights.getOrDefault(component, 0.0);
            distribution.forEach((row, probability) -> masses.merge(row, weight * probability, Double::sum));
        });

        assertThat(expectations.networkShare(0)).isCloseTo(weights.getOrDefault(Component.NETWORK, 0.0), within(1e-12));
        assertThat(expectations.end(0)).isEqualTo(masses.size());
        double sum = expectations.networkShare(0);
        for (int place = 0; place < expectations.end(0); place++) {
            assertThat(expectations.mass(place))
                    .isCloseTo(masses.getOrDefault(expectations.row(place), 0.0), within(1e-12));
            assertThat(expectations.placeOf(0, expectations.row(place))).isEqualTo(place);
            sum += expectations.mass(place);
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(expectations.targetMass(0)).isCloseTo(masses.getOrDefault(click.item(), 0.0), within(1e-12));
    }

    /** Returns the weights of the components that have a distribution, normalised to a sum of 1. */
    private static Map<Component, Double> weights(
            CooccurrenceModel memory, Click click, Map<Component, Map<Integer, Double>> distributions) {
        double[] mixture = memory.mixture();
        NeighbourList list = memory.neighboursOf(click.history().getLast());
        int context = MixtureWeights.contextOf(
                list == null ? 0 : list.total(), click.history().size());
        Map<Component, Double> weights = new HashMap<>();
        for (Component component : Component.values()) {
            if (component == Component.NETWORK || distributions.containsKey(component)) {
                weights.put(component, mixture[context * Component.COUNT + component.place()]);
            }
        }
        double sum = weights.values().stream().mapToDouble(weight -> weight).sum();
        weights.replaceAll((component, weight) -> weight / sum);
        return weights;
    }

    @Property
    void shouldGoOnAlikeWhenReadFromItsFile(
            @ForAll("configs") CooccurrenceConfig config,
            @ForAll("clicks") List<Click> before,
            @ForAll("clicks") List<Click> after) {
        CooccurrenceModel memory = new CooccurrenceModel(config);
        run(memory, before);
        CooccurrenceModel read = CooccurrenceFile.decode(CooccurrenceFile.encode(memory), ITEMS);

        run(memory, after);
        run(read, after);

        assertThat(CooccurrenceFile.encode(read)).isEqualTo(CooccurrenceFile.encode(memory));
        assertThat(read.networkScale()).isEqualTo(memory.networkScale());
    }

    @Property
    void shouldComeToTheSameBytesByDeltas(
            @ForAll("configs") CooccurrenceConfig config,
            @ForAll @Size(max = 4) List<@From("clicks") List<Click>> steps) {
        CooccurrenceModel memory = new CooccurrenceModel(config);
        CooccurrenceModel reader = new CooccurrenceModel(config);
        List<Integer> clicksOfStep = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        List<Eviction> evictions = new ArrayList<>();
        for (List<Click> step : steps) {
            run(memory, step);
            clicksOfStep.add(step.size());
            List<Integer> gone =
                    clicksIn(step).map(Click::item).limit(2).distinct().sorted().toList();
            memory.forget(gone);
            evictions.add(new Eviction(3 + clicksOfStep.size(), gone));
            for (Click click : step) {
                lengths.add((click.erases() ? -1 : 1) * click.history().size());
                rows.addAll(click.history());
                if (!click.erases()) {
                    rows.add(click.item());
                }
            }
        }
        if (!steps.isEmpty()) {
            run(reader, steps.getFirst()); // the reader already has the first step
            reader.forget(evictions.getFirst().rows());
        }

        MemoryDelta delta = new MemoryDelta(ints(clicksOfStep), ints(lengths), ints(rows), memory.mixture());
        if (!steps.isEmpty()) {
            reader.apply(MemoryDeltas.of(3, delta, evictions), 4);
        }

        assertThat(CooccurrenceFile.encode(reader)).isEqualTo(CooccurrenceFile.encode(memory));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(value -> value).toArray();
    }

    @Property
    void shouldRankByItsMassesAlone(
            @ForAll("configs") CooccurrenceConfig config,
            @ForAll("clicks") List<Click> clicks,
            @ForAll("clicks") List<Click> questions) {
        List<Click> asked = clicksIn(questions).toList();
        CooccurrenceModel memory = new CooccurrenceModel(config);
        run(memory, clicks);
        CooccurrenceScores expectations = new CooccurrenceScores();
        asked.forEach(click -> expect(memory, click, expectations));
        for (int i = 0; i < asked.size(); i++) {
            double[] masses = new double[ITEMS];
            for (int place = expectations.start(i); place < expectations.end(i); place++) {
                masses[expectations.row(place)] = expectations.mass(place);
            }
            int target = asked.get(i).item();
            int masked = (target + 1) % ITEMS;
            int rank = 1;
            for (int row = 0; row < ITEMS; row++) {
                rank += row != target && row != masked && masses[row] >= masses[target] ? 1 : 0;
            }
            assertThat(expectations.rank(i, ITEMS, new int[] {masked})).isEqualTo(rank);
        }
    }

    private static void run(CooccurrenceModel memory, List<Click> clicks) {
        CooccurrenceScores expectations = new CooccurrenceScores();
        for (Click click : clicks) {
            if (!click.erases()) {
                expect(memory, click, expectations);
            }
            click.applyTo(memory);
        }
        int[] items = clicksIn(clicks).mapToInt(Click::item).toArray();
        double[] probabilities = new double[items.length];
        double[] gaps = new double[items.length];
        for (int i = 0; i < items.length; i++) {
            probabilities[i] = 1.0 / (2 + items[i]);
            gaps[i] = items[i] - 3;
        }
        memory.learn(expectations, probabilities, gaps, masses(expectations));
    }

    private static Stream<Click> clicksIn(List<Click> clicks) {
        return clicks.stream().filter(click -> !click.erases());
    }

    private static double[] masses(CooccurrenceScores expectations) {
        double[] masses = new double[expectations.size() == 0 ? 0 : expectations.end(expectations.size() - 1)];
        Arrays.setAll(masses, expectations::mass);
        return masses;
    }

    private static void expect(CooccurrenceModel memory, Click click, CooccurrenceScores into) {
        memory.expect(click.rows(), 0, click.history().size(), click.item(), into);
    }
}
