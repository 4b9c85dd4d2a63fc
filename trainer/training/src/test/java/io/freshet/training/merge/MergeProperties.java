package io.freshet.training.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class MergeProperties {
    private static final int DIM = 16;
    private static final int ITEMS = 12;

    @Property(tries = 100)
    void shouldLeaveTheDifferenceOfASingleLearnerAsItIs(@ForAll long seed) {
        try (RecommenderModel base = base()) {
            Difference own = random(base, new Random(seed));

            Merge merge = Merge.of(base, List.of(own));

            assertThat(merge.delta()).isEqualTo(own.delta());
            assertThat(merge.targetCounts()).containsExactly(own.targetCounts());
        }
    }

    @Property(tries = 100)
    void shouldReturnTheBitsThatAllLearnersAgreeOn(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 9) int learners) {
        try (RecommenderModel base = base()) {
            Difference own = random(base, new Random(seed));
            List<Difference> all = new ArrayList<>();
            Random random = new Random(seed + 1);
            for (int i = 0; i < learners; i++) {
                int[] weights = random.ints(own.rowWeights().length, 1, 1024).toArray();
                all.add(new Difference(own.delta(), random.nextInt(1000), weights, own.targetCounts()));
            }

            Merge merge = Merge.of(base, all);

            assertThat(merge.delta().rows()).containsExactly(own.delta().rows());
            assertThat(merge.delta().rowValues()).containsExactly(own.delta().rowValues());
            assertThat(merge.delta().dense()).containsExactly(own.delta().dense());
            assertThat(merge.delta().newItems()).isEqualTo(own.delta().newItems());
        }
    }

    @Property(tries = 100)
    void shouldKeepEachValueBetweenThoseOfTheLearners(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int learners) {
        try (RecommenderModel base = base()) {
            Random random = new Random(seed);
            List<Difference> all = IntStream.range(0, learners)
                    .mapToObj(i -> random(base, random))
                    .toList();

            Merge merge = Merge.of(base, all);

            base.apply(List.of(merge.delta()));
            assertThat(merge.delta().rows()).isSorted();
            assertThat(merge.delta().rows()).doesNotHaveDuplicates();
            Map<String, List<Float>> valuesByItem = valuesByItem(base, all);
            assertThat(merge.delta().rows())
                    .containsExactlyInAnyOrder(valuesByItem.keySet().stream()
                            .mapToInt(base.vocabulary()::rowOf)
                            .toArray());
            valuesByItem.forEach((item, values) -> {
                int row = base.vocabulary().rowOf(item);
                float merged = base.items().chunk(0).get(row, 0);
                assertThat(merged)
                        .isBetween(
                                (float) values.stream()
                                        .mapToDouble(v -> v)
                                        .min()
                                        .orElseThrow(),
                                (float) values.stream()
                                        .mapToDouble(v -> v)
                                        .max()
                                        .orElseThrow());
            });
        }
    }

    @Property(tries = 100)
    void shouldReadWhatItWrote(@ForAll long seed) {
        try (RecommenderModel base = base()) {
            Difference own = random(base, new Random(seed));

            assertThat(DifferenceCodec.decode(DifferenceCodec.encode(own))).isEqualTo(own);
        }
    }

    /** Returns the values that the learners gave the rows of each item, by item. */
    private static Map<String, List<Float>> valuesByItem(RecommenderModel base, List<Difference> all) {
        return all.stream()
                .flatMap(difference -> IntStream.range(0, difference.delta().rows().length)
                        .mapToObj(i -> Map.entry(
                                itemOf(base, difference, difference.delta().rows()[i]),
                                difference.delta().rowValues()[i * DIM])))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private static String itemOf(RecommenderModel base, Difference difference, int row) {
        int[] newRows = difference.delta().newItemRows();
        for (int i = 0; i < newRows.length; i++) {
            if (newRows[i] == row) {
                return difference.delta().newItems().get(i);
            }
        }
        return base.vocabulary().itemAt(row);
    }

    private static RecommenderModel base() {
        RecommenderModel base = RecommenderModel.initial(
                new ModelConfig(new SasRecConfig(DIM, 8, 1, 1), 0.5f, 3), new CooccurrenceConfig(2, 8, 100));
        for (int item = 0; item < ITEMS; item++) {
            base.addIfAbsent("item-" + item);
        }
        base.evict(List.of(2, 3, 7));
        return base;
    }

    /** Returns a difference with some known rows, and some new items in the rows that a learner would give them. */
    private static Difference random(RecommenderModel base, Random random) {
        float[] dense = new float[base.denseSize()];
        for (int i = 0; i < dense.length; i++) {
            dense[i] = (float) random.nextGaussian();
        }
        DifferenceDraft draft = new DifferenceDraft(base, random.nextInt(500), dense);
        List<Integer> free = List.of(2, 3, 7, ITEMS, ITEMS + 1, ITEMS + 2);
        List<String> fresh = random.ints(0, 8)
                .distinct()
                .limit(random.nextInt(free.size() + 1))
                .mapToObj(item -> "new-" + item)
                .toList();
        int next = 0;
        for (int row = 0; row < ITEMS + 3; row++) {
            float value = (float) random.nextGaussian();
            if (next < fresh.size() && free.get(next) == row) {
                draft.item(row, fresh.get(next++), value);
            } else if (base.vocabulary().isTaken(row) && random.nextBoolean()) {
                draft.row(row, random.nextInt(1, 1024), value);
            }
        }
        Difference built = draft.build();
        return new Difference(
                built.delta(),
                built.clicks(),
                built.rowWeights(),
                random.longs(built.rowWeights().length, 0, 50).toArray());
    }
}
