package io.freshet.workbench.demo.count;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalReconcilerTest {
    private final PrequentialRace race = new PrequentialRace();
    private final JournalReconciler clicks = new JournalReconciler(race);

    @Test
    void shouldWaitForTheRecordsWhenTheJournalIsAhead() {
        clicks.step(step(1, 0, 2, 0, 1));
        clicks.accepted(0, accepted(0, 5));
        assertThat(clicks.learned()).isZero();
        clicks.accepted(0, accepted(1, 5, 6));
        assertThat(clicks.learned()).isEqualTo(2);
        assertThat(clicks.waiting()).isZero();
        assertThat(race.recent().model().events()).isEqualTo(1);
    }

    @Test
    void shouldWaitForTheJournalWhenTheRecordsAreAhead() {
        clicks.accepted(0, accepted(0, 5));
        clicks.accepted(0, accepted(3, 5, 6)); // offsets have gaps where transactions ended
        clicks.accepted(0, accepted(4, 7));
        clicks.step(step(1, 0, 4, 0, 2));
        assertThat(clicks.learned()).isEqualTo(2);
        assertThat(clicks.waiting()).isEqualTo(1);
    }

    @Test
    void shouldKeepPartitionsApartWhenAStepTakesFromTwo() {
        clicks.accepted(0, accepted(0, 5));
        clicks.accepted(1, accepted(0, 6));
        clicks.accepted(1, accepted(1, 7));
        clicks.step(new StepRecord(
                1,
                List.of(new InputRange("sequences", 1, 0, 1), new InputRange("sequences", 0, 0, 1)),
                new TargetRanks(new int[] {0, 0}, new int[] {0, 0}, new int[] {0, 0}),
                new long[] {1, 1}));
        assertThat(clicks.learned()).isEqualTo(2);
        assertThat(clicks.waiting()).isEqualTo(1);
    }

    @Test
    void shouldCountAsLearnedTwiceWhenAStepTakesARecordAgain() {
        clicks.accepted(0, accepted(0, 5));
        clicks.step(step(1, 0, 1, 0));
        clicks.step(step(2, 0, 1, 0));
        assertThat(clicks.learned()).isEqualTo(1);
        assertThat(clicks.learnedTwice()).isEqualTo(1);
    }

    @Test
    void shouldCompareOnRankedClicksOnly() {
        clicks.accepted(0, accepted(0, 4, 5));
        clicks.accepted(0, accepted(1, 5, 6));
        int[] ranks = {StepRecord.UNRANKED, 3};
        clicks.step(new StepRecord(
                1,
                List.of(new InputRange("sequences", 0, 0, 2)),
                new TargetRanks(ranks, ranks.clone(), ranks.clone()),
                RankShare.of(.5),
                new long[2]));
        assertThat(clicks.targets()).isEqualTo(2);
        assertThat(race.recent().model().events()).isEqualTo(1);
        assertThat(race.recent().rules().events()).isEqualTo(1);
    }

    @Test
    void shouldPassOverWhatNobodyLearnsFrom() {
        var mark = new JournalReconciler.Target(new int[] {4}, 1, 9, false);
        clicks.accepted(0, accepted(0, 4, 5));
        clicks.accepted(0, new JournalReconciler.Accepted(1, true, List.of(mark)));
        clicks.step(step(1, 0, 2, 1, 0));
        assertThat(clicks.learned()).isEqualTo(2);
        assertThat(clicks.targets()).isEqualTo(1);
        assertThat(race.recent().popularity().events()).isEqualTo(1);
    }

    private static JournalReconciler.Accepted accepted(long offset, int... rows) {
        return new JournalReconciler.Accepted(offset, true, List.of(target(rows)));
    }

    private static JournalReconciler.Target target(int[] rows) {
        int last = rows.length - 1;
        return new JournalReconciler.Target(rows, last, rows[last], true);
    }

    private static StepRecord step(long step, long from, long to, int... ranks) {
        return new StepRecord(
                step,
                List.of(new InputRange("sequences", 0, from, to)),
                new TargetRanks(ranks, ranks.clone(), ranks.clone()),
                new long[ranks.length]);
    }
}
