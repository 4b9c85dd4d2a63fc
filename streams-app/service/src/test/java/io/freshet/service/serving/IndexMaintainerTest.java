package io.freshet.service.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.training.liveness.Heartbeats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
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
        live.addListener(new IndexMaintainer(live, new Heartbeats(Duration.ofMinutes(1))));

        for (int step : new int[] {4, 5}) {
            live.open(new ServedModel(TinyModels.model(step, "a", "b", "c", "d"), 1, 4), "v" + step);

            await().atMost(Duration.ofSeconds(30)).until(this::isApproximate);
            requireAllItemsInAnswer();
        }
    }

    @Test
    void shouldFollowDeltasAfterwards() {
        live.addListener(new IndexMaintainer(live, new Heartbeats(Duration.ofMinutes(1))));
        live.open(new ServedModel(TinyModels.model(10, "a", "b"), 1, 2), "v10");
        await().atMost(Duration.ofSeconds(30)).until(this::isApproximate);

        live.accept(TinyModels.delta(10, 12, 2, "c", "d"), false);

        requireAllItemsInAnswer();
    }

    @Test
    void shouldStartAnewAfterTheModelHasBeenClosed() {
        IndexMaintainer keeper = new IndexMaintainer(live, new Heartbeats(Duration.ofMinutes(1)));
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

    private void requireAllItemsInAnswer() {
        assertThat(ServedAnswers.of(live, 10, "a")).containsOnlyKeys("a", "b", "c", "d");
    }
}
