package io.freshet.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.config.ScoringConfig;
import io.freshet.event.EventTypes;
import io.freshet.sequence.EventClock;
import io.freshet.sequence.SequenceUpdate;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Counts what is popular among this task's clicks, in memory. The top of it goes to its topic when the wall clock says so,
 * from where every instance reads it, and this task again after a restart; the clicks of the last moment before an unclean
 * end are missing from it, which a fallback can bear.
 *
 * <p>The present is that of an {@link EventClock}, which goes on after a restart from the time that was published. A time
 * that the wall clock has not reached is not believed.
 */
final class PopularityCounter extends ContextualProcessor<byte[], SequenceUpdate, byte[], byte[]> {
    static final int PUBLISHED_ITEMS = 1_000;

    private static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(1);

    private final EventTypes types;
    private final Trending trending;
    private final Popularity popularity;
    private EventClock clock = new EventClock();
    private boolean changedSincePublished;

    /** @param trending what was popular before this task began */
    PopularityCounter(ScoringConfig config, Trending trending) {
        this.types = config.types();
        this.trending = trending;
        popularity = new Popularity(config.popularityHalfLife().toMillis(), config.popularityItems(), PUBLISHED_ITEMS);
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

    /** What nobody learns from makes nothing popular. */
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
