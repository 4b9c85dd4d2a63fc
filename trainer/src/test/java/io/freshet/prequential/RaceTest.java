package io.freshet.prequential;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.delta.StepRecord;
import io.freshet.evaluation.Accuracy;
import io.freshet.evaluation.Baseline;
import io.freshet.evaluation.DecayedPopularity;
import io.freshet.evaluation.SeenItems;
import io.freshet.evaluation.SequentialRules;
import io.freshet.evaluation.WindowedPopularity;
import io.freshet.online.OnlineLearner;
import io.freshet.online.UserUpdate;
import io.freshet.sequence.Interaction;
import io.freshet.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RaceTest {
    private static final int RECORDS = 205;
    private static final Set<Rival> BASELINES = EnumSet.of(Rival.POPULARITY, Rival.DECAYED_POPULARITY, Rival.RULES);

    private final List<UserUpdate> updates = TinyStream.updates(RECORDS);

    @ParameterizedTest
    @EnumSource
    void shouldCountAsANaiveLoopDoes(SeenItems seen) {
        RaceResult result = run(seen, BASELINES, updates);

        assertThat(result.records()).isEqualTo(RECORDS);
        assertThat(of(result.online(), Slice.ALL)).isEqualTo(counted(learnerRanks(seen), Slice.ALL));
        assertThat(of(result.network(), Slice.ALL).events())
                .isEqualTo(of(result.memory(), Slice.ALL).events())
                .isEqualTo(of(result.online(), Slice.ALL).events());
        assertThat(of(result.network(), Slice.ALL)).isNotEqualTo(of(result.online(), Slice.ALL));
        for (Slice slice : Slice.values()) {
            assertThat(of(figures(result, Rival.POPULARITY), slice))
                    .isEqualTo(counted(ranks(new WindowedPopularity(10_000, seen)), slice));
            assertThat(of(figures(result, Rival.DECAYED_POPULARITY), slice))
                    .isEqualTo(counted(ranks(new DecayedPopularity(3_500, seen)), slice));
            assertThat(of(figures(result, Rival.RULES), slice))
                    .isEqualTo(counted(ranks(new SequentialRules(10_000, seen)), slice));
        }
    }

    @Test
    void shouldShowTheNewestEventsAlongTheStream() {
        RaceResult result = run(SeenItems.RANKED, Set.of(), updates);

        int[] ranks = learnerRanks(SeenItems.RANKED);
        assertThat(result.curveRecords()).hasSize(30).startsWith(7L, 14L).endsWith(203L, 205L);
        assertThat(result.online().curve()).hasSize(30);
        assertThat(result.online().curve().getLast()).isEqualTo(newest(ranks, RECORDS, 30));
        assertThat(result.online().curve().get(14)).isEqualTo(newest(ranks, 105, 30));
    }

    @Test
    void shouldTellWhatThereIsWhenTheStreamIsCutShort() {
        try (Race race = race(SeenItems.RANKED, BASELINES)) {
            assertThat(of(race.result().online(), Slice.ALL)).isEqualTo(Accuracy.NONE);
            updates.subList(0, 60).forEach(race::accept);

            RaceResult result = race.result();
            assertThat(result.records()).as("whole steps").isEqualTo(56);
            assertThat(of(result.online(), Slice.ALL).events()).isBetween(1L, 36L);
        }
    }

    @Test
    void shouldLearnOnlyTheFirstFifthWhenFrozen() {
        RaceResult result = run(SeenItems.RANKED, Set.of(Rival.FROZEN), updates);

        List<Integer> ranks = new ArrayList<>();
        try (OnlineLearner learner = TinyStream.learner(SeenItems.RANKED)) {
            int records = 0;
            for (List<UserUpdate> step : TinyStream.steps(updates)) {
                records += step.size();
                int[] ofStep = records <= RECORDS / 5 ? learner.step(step).ranks() : learner.rank(step);
                for (int rank : ofStep) {
                    ranks.add(rank);
                }
            }
        }
        assertThat(of(figures(result, Rival.FROZEN), Slice.ALL))
                .isEqualTo(counted(ranks.stream().mapToInt(rank -> rank).toArray(), Slice.ALL));
    }

    @Test
    void shouldFitAnewAtEachTenthToNoMoreThanWhatCameBefore() {
        RaceResult result = run(SeenItems.RANKED, Set.of(Rival.REFIT), updates);

        assertThat(result.refits()).extracting(RaceResult.Refit::tenth).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(result.refits()).allSatisfy(refit -> {
            int due = Math.ceilDiv(RECORDS * refit.tenth(), 10);
            assertThat(refit.clicks()).isBetween(due - (long) TinyStream.STEP, (long) due);
            assertThat(refit.epochs()).isBetween(1, 2);
        });
        Accuracy refitted = of(figures(result, Rival.REFIT), Slice.ALL);
        assertThat(refitted.events()).isEqualTo(of(result.online(), Slice.ALL).events());
        assertThat(refitted.mrr()).isPositive();
        assertThat(figures(result, Rival.REFIT).curve().getFirst().events()).isZero();
    }

    private RaceResult run(SeenItems seen, Set<Rival> rivals, List<UserUpdate> stream) {
        try (Race race = race(seen, rivals)) {
            stream.forEach(race::accept);
            race.finish();
            return race.result();
        }
    }

    private static Race race(SeenItems seen, Set<Rival> rivals) {
        return new Race(TinyStream.config(seen, rivals), RECORDS, RaceListener.SILENT, () -> false);
    }

    private static RaceResult.Figures figures(RaceResult result, Rival rival) {
        return Objects.requireNonNull(result.rivals().get(rival));
    }

    private static Accuracy of(RaceResult.Figures figures, Slice slice) {
        return Objects.requireNonNull(figures.accuracy().get(slice));
    }

    private int[] learnerRanks(SeenItems seen) {
        List<Integer> ranks = new ArrayList<>();
        try (OnlineLearner learner = TinyStream.learner(seen)) {
            for (List<UserUpdate> step : TinyStream.steps(updates)) {
                for (int rank : learner.step(step).ranks()) {
                    ranks.add(rank);
                }
            }
        }
        return ranks.stream().mapToInt(rank -> rank).toArray();
    }

    private int[] ranks(Baseline baseline) {
        Vocabulary items = new Vocabulary();
        int[] ranks = new int[RECORDS];
        for (int i = 0; i < RECORDS; i++) {
            int[] sequence = updates.get(i).update().sequence().interactions().stream()
                    .mapToInt(interaction -> items.addIfAbsent(interaction.itemId()))
                    .toArray();
            int last = sequence.length - 1;
            ranks[i] = last == 0 ? StepRecord.NO_EVENT : baseline.rank(sequence, last, sequence[last]);
            baseline.observe(sequence, last, sequence[last]);
        }
        return ranks;
    }

    /** Returns the accuracy over the slice's events after the first tenth of the stream. */
    private Accuracy counted(int[] ranks, Slice slice) {
        List<Integer> counted = new ArrayList<>();
        Map<String, Integer> clicksOf = new HashMap<>();
        for (int i = 0; i < RECORDS; i++) {
            List<Interaction> sequence = updates.get(i).update().sequence().interactions();
            int earlier = clicksOf.merge(sequence.getLast().itemId(), 1, Integer::sum) - 1;
            boolean included = switch (slice) {
                case ALL -> true;
                case COLD_ITEM -> earlier < 5;
                case WARM_ITEM -> earlier >= 5;
                case SHORT_HISTORY -> sequence.size() == 2;
                case LONG_HISTORY -> sequence.size() > 2;
            };
            if (i >= .1 * RECORDS && sequence.size() > 1 && included) {
                counted.add(ranks[i]);
            }
        }
        return Accuracy.of(counted.stream().mapToInt(rank -> rank).toArray(), 10);
    }

    /** Returns the accuracy over the newest events before a record. */
    private static Accuracy newest(int[] ranks, int end, int window) {
        List<Integer> events = new ArrayList<>();
        for (int i = 0; i < end; i++) {
            if (ranks[i] != StepRecord.NO_EVENT) {
                events.add(ranks[i]);
            }
        }
        List<Integer> newest = events.subList(Math.max(0, events.size() - window), events.size());
        return Accuracy.of(newest.stream().mapToInt(rank -> rank).toArray(), 10);
    }
}
