package io.freshet.service.popularity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.EventClock;
import io.freshet.store.sequence.SequenceUpdate;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Counts the popular items among this task's clicks, in memory. Publishes the top items to their topic at wall-clock
 * intervals. Every instance reads them from there, and so does this task after a restart. After an unclean end, the clicks
 * since the last publication are missing, which is acceptable for a fallback.
 *
 * <p>The current time comes from an {@link EventClock}, which continues from the published time after a restart. A
 * published time that is later than the wall clock is ignored.
 */
public final class PopularityCounter extends ContextualProcessor<byte[], SequenceUpdate, byte[], byte[]> {
    static final int PUBLISHED_ITEMS = 1_000;

    private static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(1);

    private final EventTypes types;
    private final Trending trending;
    private final Popularity popularity;
    private EventClock clock = new EventClock();
    private boolean changedSincePublished;

    /** @param trending the items that were popular before this task began */
    public PopularityCounter(FreshetConfig config, Trending trending) {
        this.types = config.eventTypes();
        this.trending = trending;
        popularity = new Popularity(
                config.get(ScoringKeys.POPULARITY_HALF_LIFE).toMillis(),
                config.get(ScoringKeys.POPULARITY_ITEMS),
                PUBLISHED_ITEMS);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        PopularItems before = trending.of(context.taskId().partition());
        if (before != null) {
            popularity.restore(before);
            boolean believed = before.nowMs() > 0 && before.nowMs() <= context.currentSystemTimeMs();
            clock = believed ? EventClock.startingAt(before.nowMs()) : clock;
        }
        context.schedule(PUBLISH_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::publish);
    }

    /**
     * Counts the new interactions that are targets. Other interactions, from which no model learns, do not make an item
     * popular.
     */
    @Override
    public void process(Record<byte[], SequenceUpdate> record) {
        SequenceUpdate update = record.value();
        String user = new String(record.key(), UTF_8);
        for (int position : update.newPositions()) {
            if (update.sequence().isTarget(position, types)) {
                var click = update.sequence().interactions().get(position);
                long timeMs =
                        EventClock.timeOf(click.timestampMs(), update.cause().recordTimestampMs());
                clock.observe(user, timeMs);
                popularity.add(click.itemId(), timeMs, clock.nowMs());
                changedSincePublished = true;
            }
        }
    }

    private void publish(long nowMs) {
        if (changedSincePublished) {
            byte[] partition = Integer.toString(context().taskId().partition()).getBytes(UTF_8);
            byte[] items = PopularItemsCodec.encode(popularity.snapshot(clock.isKnown() ? clock.nowMs() : 0));
            context().forward(new Record<>(partition, items, nowMs));
            changedSincePublished = false;
        }
    }
}
