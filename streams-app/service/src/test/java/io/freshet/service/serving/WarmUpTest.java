package io.freshet.service.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
    private final LiveModel live = new LiveModel(Clock.systemUTC(), new SimpleMeterRegistry());
    private final WarmUp warmUp = new WarmUp("streams", live, 3, 4);

    @AfterEach
    void closeModel() {
        live.close();
    }

    @Test
    void shouldNotBeWarmBeforeThereIsAModel() {
        live.addListener(warmUp);

        assertThat(warmUp.isDone()).isFalse();
    }

    @Test
    void shouldBeWarmWhenTheFirstModelHasAnswered() {
        live.addListener(warmUp);

        live.open(new ServedModel(TinyModels.model(4, "a", "b", "c", "d", "e", "f"), 1), "v4");

        await().atMost(Duration.ofSeconds(30)).until(warmUp::isDone);
        assertThat(live.step()).isEqualTo(4);
    }

    @Test
    void shouldBeWarmAtOnceWhenTheModelKnowsNoItem() {
        live.addListener(warmUp);

        live.open(new ServedModel(TinyModels.model(4), 1), "v4");

        await().atMost(Duration.ofSeconds(30)).until(warmUp::isDone);
    }
}
