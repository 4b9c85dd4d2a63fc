package io.freshet.lab.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.metrics.StreamAccuracy;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Compares the baselines with independent counts on the same files: means over the events after the first tenth of the
 * stream.
 */
final class PublishedFloorsTest {
    private static final double TOLERANCE = .01;

    @Test
    void shouldAgreeWithIndependentCountOnRsc15() throws IOException {
        int window = WindowedPopularity.DEFAULT_WINDOW;
        List<StreamAccuracy> figures = run(
                "rsc15/clicks.stream.tsv",
                SeenItems.RANKED,
                List.of(
                        new WindowedPopularity(window),
                        new SequentialRules(window),
                        SessionNeighbours.vsknn(window),
                        SessionNeighbours.stan(window)));

        assertFloor(figures.get(0), 47_291, .0822, .0412);
        assertFloor(figures.get(1), 47_291, .5577, .3824);
        assertThat(figures.get(2).afterFirst(.1).ndcg()).as("V-SKNN").isCloseTo(.3859, within(TOLERANCE));
        assertThat(figures.get(3).afterFirst(.1).ndcg()).as("STAN").isCloseTo(.3958, within(TOLERANCE));
    }

    @Test
    void shouldAgreeWithIndependentCountOnBeautyWithSeenItemsMasked() throws IOException {
        int window = WindowedPopularity.DEFAULT_WINDOW;
        List<StreamAccuracy> figures = run(
                "beauty/beauty.stream.tsv",
                SeenItems.MASKED,
                List.of(new WindowedPopularity(window), new SequentialRules(window)));

        assertFloor(figures.get(0), 162_242, .0440, .0228);
        assertFloor(figures.get(1), 162_242, .1166, .0743);
    }

    private static List<StreamAccuracy> run(String file, SeenItems seenItems, List<Baseline> baselines)
            throws IOException {
        return Replay.over(DataFolder.fileOrSkip(file), seenItems, baselines);
    }

    private static void assertFloor(StreamAccuracy figures, long events, double hr, double ndcg) {
        Accuracy accuracy = figures.afterFirst(.1);
        assertThat(accuracy.events()).isCloseTo(events, within(4L)); // spacing of the checkpoints in the longer stream
        assertThat(accuracy.hr()).isCloseTo(hr, within(TOLERANCE));
        assertThat(accuracy.ndcg()).isCloseTo(ndcg, within(TOLERANCE));
    }
}
