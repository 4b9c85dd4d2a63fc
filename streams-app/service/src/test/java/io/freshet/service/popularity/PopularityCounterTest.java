package io.freshet.service.popularity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.service.config.FreshetConfig;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/** Tests wrong clocks in the counting of popular items; the half-life is a day. */
final class PopularityCounterTest {
    private static final FreshetConfig CONFIG = FreshetConfig.of(Map.of());
    private static final long NOW = 1_700_000_000_000L;
    private static final long YEARS = Duration.ofDays(3_650).toMillis();
    private static final long PAST = NOW - YEARS;

    private final Trending trending = new Trending(Duration.ofDays(1), Duration.ofSeconds(1), Clock.systemUTC());
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();

    /** A click of today's time in a file of old clicks. */
    @Test
    void shouldCountAClickOfTodayAsOneOfThePresentOfTheFile() {
        PopularityCounter counter = begin();
        click(counter, "liar", "ahead", NOW);
        for (int user = 0; user < 10; user++) {
            click(counter, "user-" + user, "a", PAST + user);
            click(counter, "liar", "ahead", NOW);
        }
        click(counter, "user-0", "b", PAST + 20);

        PopularItems published = published();
        assertThat(published.nowMs()).isBetween(PAST, PAST + 20);
        assertThat(published.totalWeight()).isCloseTo(22, within(.01));
        assertThat(published.items())
                .extracting(PopularItems.Item::itemId)
                .containsExactly("ahead", "a", "b"); // by their numbers of clicks
    }

    @Test
    void shouldNotBelieveATimeThatTheWallClockHasNotReached() {
        long ahead = NOW + YEARS;
        trending.put(0, new PopularItems(ahead, ahead, 3, List.of(new PopularItems.Item("old", 3))));
        PopularityCounter counter = begin();
        for (int user = 0; user < 10; user++) {
            click(counter, "user-" + user, "new", NOW + user);
        }

        PopularItems published = published();
        assertThat(published.nowMs()).isBetween(NOW, NOW + 10);
        assertThat(published.items()).extracting(PopularItems.Item::itemId).containsExactly("new", "old");
        assertThat(published.totalWeight()).isCloseTo(13, within(.01));
    }

    /** The first clicks after a restart are old: popularity known so far must not be counted at their time. */
    @Test
    void shouldGoOnFromThePublishedTimeAfterARestart() {
        trending.put(0, new PopularItems(NOW, NOW, 3, List.of(new PopularItems.Item("old", 3))));
        PopularityCounter counter = begin();
        for (int user = 0; user < 10; user++) {
            click(counter, "user-" + user, "past", PAST);
        }

        PopularItems published = published();
        assertThat(published.nowMs()).isEqualTo(NOW);
        assertThat(published.items().getFirst()).isEqualTo(new PopularItems.Item("old", 3));
        assertThat(published.totalWeight()).isCloseTo(3, within(.01));
    }

    private PopularityCounter begin() {
        context.setCurrentSystemTimeMs(NOW + YEARS / 2);
        PopularityCounter counter = new PopularityCounter(CONFIG, trending);
        counter.init(context);
        return counter;
    }

    private static void click(PopularityCounter counter, String user, String item, long clickMs) {
        Interaction click = new Interaction(item, clickMs, null, Interaction.NO_EVENT_ID);
        counter.process(new Record<>(
                user.getBytes(UTF_8),
                new SequenceUpdate(
                        new UserSequence(List.of(click)), List.of(0), new ClickOrigin("clicks", 0, 0, NOW + 100)),
                NOW));
    }

    private PopularItems published() {
        context.scheduledPunctuators().getFirst().getPunctuator().punctuate(NOW);
        return PopularItemsCodec.decode(context.forwarded().getLast().record().value());
    }
}
