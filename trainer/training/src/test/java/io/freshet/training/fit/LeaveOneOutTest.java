package io.freshet.training.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.TopKResults;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.SeenItems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compares ranks with the position of the held-out item in the complete list that a scorer returns for the same history.
 */
final class LeaveOneOutTest {
    private static final int ITEMS = 60;
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 8, 1, 1), .1f, 3);

    private final RecommenderModel model = RecommenderModel.initial(CONFIG);

    @AfterEach
    void close() {
        model.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRankAmongAllItemsNotSeenWhenMasked(HeldOut heldOut) {
        SequenceDataset data = randomData(2500, false);
        assertThat(ranks(data, SeenItems.MASKED, heldOut, 2)).isEqualTo(listedRanks(data, SeenItems.MASKED, heldOut));
    }

    @ParameterizedTest
    @EnumSource
    void shouldRankAmongAllItemsWhenNotMasked(HeldOut heldOut) {
        SequenceDataset data = randomData(200, true);
        assertThat(ranks(data, SeenItems.RANKED, heldOut, 1)).isEqualTo(listedRanks(data, SeenItems.RANKED, heldOut));
    }

    @Test
    void shouldMaskTheValidationItemWhenTesting() {
        SequenceDataset data = data("u a b c d");
        assertThat(HeldOut.TEST.seen(data.sequence(0))).containsExactly(0, 1, 2);
        assertThat(HeldOut.VALIDATION.seen(data.sequence(0))).containsExactly(0, 1);
    }

    @Test
    void shouldLearnFromWholeSequenceWhenThereIsNothingToHoldOut() {
        SequenceDataset data = data("u a b", "v a b c", "w a b c d");
        assertThat(HeldOut.learnedLength(data.sequence(0))).isEqualTo(2);
        assertThat(HeldOut.learnedLength(data.sequence(1))).isEqualTo(1);
        assertThat(HeldOut.learnedLength(data.sequence(2))).isEqualTo(2);
    }

    @Test
    void shouldPassOverUsersWhenTheyAreTooShort() {
        SequenceDataset data = data("u a b", "v a b c", "w a");
        assertThat(ranks(data, SeenItems.RANKED, HeldOut.TEST, 1)).hasSize(1);
    }

    @Test
    void shouldMissWhenTheHeldOutItemIsMasked() {
        SequenceDataset data = data("u a b a", "v a b c");
        assertThat(ranks(data, SeenItems.MASKED, HeldOut.TEST, 1)).containsExactly(StepRecord.MISS, 1);
    }

    @Test
    void shouldMaskSeenItemsWhenNobodyComesBackToOne() {
        assertThat(LeaveOneOut.usual(data("u a b c", "v c a"))).isEqualTo(SeenItems.MASKED);
        assertThat(LeaveOneOut.usual(data("u a b c", "v c c"))).isEqualTo(SeenItems.RANKED);
    }

    @Test
    void shouldRefuseWhenNobodyHasItemsToHoldOut() {
        SequenceDataset data = data("u a b", "v a");
        assertThatThrownBy(() -> new LeaveOneOut(data, SeenItems.RANKED, CONFIG, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 3 items");
    }

    private int[] ranks(SequenceDataset data, SeenItems seen, HeldOut heldOut, int workers) {
        try (LeaveOneOut evaluation = new LeaveOneOut(data, seen, CONFIG, workers)) {
            return evaluation.ranks(model, heldOut);
        }
    }

    private int[] listedRanks(SequenceDataset data, SeenItems seen, HeldOut heldOut) {
        List<Integer> ranks = new ArrayList<>();
        try (Scorer scorer = new Scorer(CONFIG)) {
            for (int user = 0; user < data.users(); user++) {
                int[] sequence = data.sequence(user);
                if (sequence.length < 3) {
                    continue;
                }
                int position = sequence.length - (heldOut == HeldOut.TEST ? 1 : 2);
                int[] excluded = seen == SeenItems.MASKED ? Arrays.copyOf(sequence, position) : new int[0];
                TopKResults answers = scorer.topK(model, Arrays.copyOf(sequence, position), excluded, ITEMS);
                List<Integer> listed = IntStream.range(0, answers.size(0))
                        .mapToObj(place -> answers.row(0, place))
                        .toList();
                ranks.add(1 + listed.indexOf(sequence[position]));
            }
        }
        return ranks.stream().mapToInt(rank -> rank).toArray();
    }

    /** Returns sequences of 1 to 14 items, so that some are too short, and some are longer than the encoder's input. */
    private SequenceDataset randomData(int users, boolean repeats) {
        SplittableRandom random = new SplittableRandom(5);
        for (int item = 0; item < ITEMS; item++) {
            model.addIfAbsent("item-" + item);
        }
        SequenceDataset.Builder builder = SequenceDataset.builder(model::addIfAbsent);
        for (int user = 0; user < users; user++) {
            String name = "user-" + user;
            random.ints(repeats ? 200 : 2000, 0, repeats ? 6 : ITEMS)
                    .boxed()
                    .limit(repeats ? 12 : 2000)
                    .distinct()
                    .limit(1 + random.nextInt(14))
                    .forEach(item -> builder.add(name, "item-" + item, 0));
            if (repeats) {
                builder.add(name, "item-" + random.nextInt(6), 1);
            }
        }
        return builder.build();
    }

    private SequenceDataset data(String... lines) {
        SequenceDataset.Builder builder = SequenceDataset.builder(model::addIfAbsent);
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            for (int i = 1; i < words.length; i++) {
                builder.add(words[0], words[i], 0);
            }
        }
        return builder.build();
    }
}
