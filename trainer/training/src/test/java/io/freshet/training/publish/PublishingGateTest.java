package io.freshet.training.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.metrics.PrequentialMetrics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishingGateTest {
    private static final int K = 10;
    private static final int WINDOW = 8;

    private final PrequentialMetrics metrics = new PrequentialMetrics(K, WINDOW);

    @Test
    void shouldStayOpenBeforeAWindowIsFull() {
        PublishingGate gate = new PublishingGate(0.5, List.of(snapshot(1, 0.9, false)), K);

        rank(gate, WINDOW - 1, 100);

        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldShutBelowItsShareOfTheBestWindowAndOpenAtIt() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);
        rank(gate, WINDOW, 1);

        rank(gate, WINDOW / 2, 100);
        boolean atHalf = gate.isOpen();
        boolean changed = rank(gate, 1, 100);
        boolean belowHalf = gate.isOpen();
        boolean changedBack = rank(gate, 4, 1);

        assertThat(atHalf).isTrue();
        assertThat(changed).isTrue();
        assertThat(belowHalf).isFalse();
        assertThat(changedBack).isTrue();
        assertThat(gate.isOpen()).isTrue();
        assertThat(gate.best()).as("shut at the end of one window").isEqualTo(Math.pow(.5, 1.0 / 20));
    }

    @Test
    void shouldOpenInAWorldThatHasChangedForGoodOnceItsStandardHasSunk() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);
        rank(gate, WINDOW, 1);

        rank(gate, 15 * WINDOW, 10); // NDCG .289; the standard falls from 1 to .578 in 15.8 windows
        boolean afterFifteen = gate.isOpen();
        rank(gate, 2 * WINDOW, 10);
        boolean afterSeventeen = gate.isOpen();
        rank(gate, 40 * WINDOW, 10);

        assertThat(afterFifteen).isFalse();
        assertThat(afterSeventeen).isTrue();
        assertThat(gate.isOpen()).as("it does not flutter").isTrue();
    }

    @Test
    void shouldJudgeRankedEventsOnly() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);
        rank(gate, WINDOW, 1);

        boolean shut = false;
        for (int click = 0; click < 10 * WINDOW; click++) {
            shut |= rank(gate, 1, StepRecord.UNRANKED);
        }
        boolean byUnranked = shut;
        int ranked = 0;
        while (!shut) {
            rank(gate, 9, StepRecord.UNRANKED);
            shut = rank(gate, 1, 100);
            ranked++;
        }

        assertThat(byUnranked).isFalse();
        assertThat(ranked).as("as many ranked events as without a sample").isEqualTo(WINDOW / 2 + 1);
    }

    @Test
    void shouldForgetWhatWasGoodLongAgoWhileItIsOpen() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);
        rank(gate, WINDOW, 1); // NDCG 1
        rank(gate, 20 * WINDOW, 2); // .631

        assertThat(gate.best()).isLessThan(.64);
        assertThat(rank(gate, 20 * WINDOW, 6)).isFalse(); // .356
        assertThat(gate.isOpen()).isTrue();
    }

    /**
     * Reproduces a run with one NaN in one item vector: the gate closed after 2,528 events and opened after 102,880 with
     * NDCG 0.
     */
    @Test
    void shouldNeverOpenOnWindowsOfABrokenModelHoweverManyThereAre() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);
        rank(gate, WINDOW, 1);

        rank(gate, 100 * WINDOW, 1_000_000);

        assertThat(gate.newest()).isZero();
        assertThat(gate.isOpen()).isFalse();
        assertThat(gate.best()).as("no window of the broken model counts").isPositive();
        assertThat(rank(gate, WINDOW, 1)).isFalse();
        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldNeverOpenOnAWindowOfNothingEvenWhereNothingIsTheStandard() {
        PublishingGate gate = new PublishingGate(0.5, List.of(snapshot(1, 0, true)), K);

        for (int window = 1; window <= 100; window++) {
            gate.observe(0, (long) window * WINDOW, WINDOW);
            assertThat(gate.isOpen()).isFalse();
        }
        gate.observe(.01, 101L * WINDOW, WINDOW);

        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldShutOnAWindowThatIsNotANumberAndNeverOpenOnOne() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);
        gate.observe(.3, WINDOW, WINDOW);

        boolean shut = gate.observe(Double.NaN, 2 * WINDOW, WINDOW);
        for (int window = 3; window <= 100; window++) {
            gate.observe(Double.NaN, (long) window * WINDOW, WINDOW);
            assertThat(gate.isOpen()).isFalse();
        }
        boolean opened = gate.observe(.3, 101L * WINDOW, WINDOW);

        assertThat(shut).isTrue();
        assertThat(opened).isTrue();
    }

    @Test
    void shouldNotTakeTheFiguresOfHeldSnapshotsForItsStandard() {
        List<Manifest> snapshots = new ArrayList<>(List.of(snapshot(1, 0.8, false)));
        for (int step = 2; step < 30; step++) {
            snapshots.add(snapshot(step, 0.1, true));
        }
        PublishingGate gate = new PublishingGate(0.5, snapshots, K);

        assertThat(gate.best()).isEqualTo(.8);
        gate.observe(.1, WINDOW, WINDOW);
        assertThat(gate.isOpen()).isFalse();
    }

    /** At the beginning an untrained model is the only one to publish. */
    @Test
    void shouldStayOpenWhileThereIsNoStandard() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);

        rank(gate, 3 * WINDOW, 1_000_000);

        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldNeverShutWithoutAShare() {
        PublishingGate gate = new PublishingGate(0, List.of(snapshot(1, 0.9, false)), K);

        rank(gate, 2 * WINDOW, 100);

        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void shouldGoOnFromSnapshots() {
        PublishingGate gate = new PublishingGate(0.5, List.of(snapshot(1, 0.9, false), snapshot(2, 0.1, true)), K);
        boolean before = gate.isOpen();

        boolean opened = rank(gate, WINDOW, 1);

        assertThat(before).isFalse();
        assertThat(opened).isTrue();
    }

    /** Observes events of one rank, and returns whether the last one changed the gate. */
    private boolean rank(PublishingGate gate, int events, int rank) {
        boolean changed = false;
        for (int i = 0; i < events; i++) {
            metrics.observe(rank);
            changed = gate.observe(metrics);
        }
        return changed;
    }

    private static Manifest snapshot(long step, double ndcg, boolean held) {
        return new ManifestDraft("main", step, Instant.EPOCH)
                .encoder(Map.of(), 1)
                .metrics(Map.of("prequential_window_ndcg10", ndcg))
                .held(held)
                .complete("version-" + step, List.of());
    }
}
