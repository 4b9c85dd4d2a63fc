package io.freshet.service.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.model.search.RowFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class IndexMaintainerTest {
    private final LiveModel live = new LiveModel(Clock.systemUTC(), new SimpleMeterRegistry());

    @AfterEach
    void closeModel() {
        live.close();
    }

    @Test
    void shouldMakeClustersOfEachModelThatHasSoManyItems() {
        live.addListener(new IndexMaintainer(
                live, new io.freshet.training.liveness.Heartbeats(java.time.Duration.ofMinutes(1))));

        for (int step : new int[] {4, 5}) {
            live.open(new ServedModel(TinyModels.model(step, "a", "b", "c", "d"), 1, 4), "v" + step);

            await().atMost(Duration.ofSeconds(30)).until(this::isApproximate);
            assertThat(answered()).isEqualTo(3);
        }
    }

    @Test
    void shouldFollowDeltasAfterwards() {
        live.addListener(new IndexMaintainer(
                live, new io.freshet.training.liveness.Heartbeats(java.time.Duration.ofMinutes(1))));
        live.open(new ServedModel(TinyModels.model(10, "a", "b"), 1, 2), "v10");
        await().atMost(Duration.ofSeconds(30)).until(this::isApproximate);

        live.accept(TinyModels.delta(10, 12, 2, "c", "d"), false);

        assertThat(answered()).isEqualTo(3);
    }

    @Test
    void shouldStartAnewAfterTheModelHasBeenClosed() {
        IndexMaintainer keeper =
                new IndexMaintainer(live, new io.freshet.training.liveness.Heartbeats(java.time.Duration.ofMinutes(1)));
        live.addListener(keeper);
        live.open(new ServedModel(TinyModels.model(4, "a", "b"), 1, 2), "v4");
        live.close();
        await().atMost(Duration.ofSeconds(30)).until(() -> !keeper.isRunning());

        live.open(new ServedModel(TinyModels.model(5, "a", "b", "c", "d"), 1, 2), "v5");

        await().atMost(Duration.ofSeconds(30)).until(this::isApproximate);
    }

    private boolean isApproximate() {
        ServedModel model = live.acquire();
        try {
            return model != null && model.isApproximate();
        } finally {
            live.release();
        }
    }

    /** Returns the number of items in the answer for the first item. */
    private int answered() {
        ServedModel model = Objects.requireNonNull(live.acquire());
        try {
            List<RowSelection.Pick> picks = model.topK(new int[] {0}, 1, new int[] {0}, 1, RowFilter.ALL, 10);
            assertThat(picks.subList(0, 3)).extracting(RowSelection.Pick::row).containsExactlyInAnyOrder(1, 2, 3);
            return picks.size();
        } finally {
            live.release();
        }
    }
}
