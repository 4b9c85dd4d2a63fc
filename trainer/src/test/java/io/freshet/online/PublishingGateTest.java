package io.freshet.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.evaluation.PrequentialMetrics;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestDraft;
import io.freshet.snapshot.TopicPosition;
import java.time.Instant;
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
        assertThat(gate.best()).isEqualTo(1.0);
    }

    @Test
    void shouldForgetWhatWasGoodLongAgo() {
        PublishingGate gate = new PublishingGate(0.5, List.of(), K);
        rank(gate, WINDOW, 1);

        rank(gate, 19 * WINDOW, 10);
        boolean stillRemembered = gate.isOpen();
        rank(gate, WINDOW, 10);

        assertThat(stillRemembered).isFalse();
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

    /** Events of a rank, one by one; whether the last changed the gate. */
    private boolean rank(PublishingGate gate, int events, int rank) {
        boolean changed = false;
        for (int i = 0; i < events; i++) {
            metrics.observe(rank);
            changed = gate.observe(metrics);
        }
        return changed;
    }

    private static Manifest snapshot(long step, double ndcg, boolean held) {
        return new ManifestDraft(
                        "main",
                        step,
                        Instant.EPOCH,
                        1,
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        new TopicPosition("model-log", 0, 0),
                        List.of(),
                        Map.of("prequential_window_ndcg10", ndcg),
                        held)
                .complete("version-" + step, List.of());
    }
}
