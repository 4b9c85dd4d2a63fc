package io.freshet.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.config.ScoringConfig;
import io.freshet.event.EventTypes;
import io.freshet.sequence.SequenceUpdate;
import io.freshet.sequence.UserSequence;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Answers each updated sequence with a recommendation in JSON, and the erasure of a user with a tombstone.
 *
 * <p>Counts what is popular among this task's clicks, in memory. The top of it goes to its topic when the wall clock says
 * so, from where every instance reads it, and this task again after a restart; the clicks of the last moment before an
 * unclean end are missing from it, which a fallback can bear.
 */
final class SequenceScorer extends ContextualProcessor<byte[], SequenceUpdate, byte[], byte[]> {
    static final int PUBLISHED_ITEMS = 1_000;

    private static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(1);

    private final EventTypes types;
    private final int topK;
    private final Recommender recommender;
    private final ScoringMetrics metrics;
    private final Popularity popularity;
    private boolean changedSincePublished;

    SequenceScorer(ScoringConfig config, Recommender recommender) {
        this.types = config.types();
        this.topK = config.topK();
        this.recommender = recommender;
        metrics = recommender.metrics();
        popularity = new Popularity(config.popularityHalfLife().toMillis(), config.popularityItems(), PUBLISHED_ITEMS);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        PopularItems before = recommender.trending().of(context.taskId().partition());
        if (before != null) {
            popularity.restore(before);
        }
        context.schedule(PUBLISH_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::publishPopularity);
    }

    @Override
    public void process(Record<byte[], SequenceUpdate> record) {
        long startNs = System.nanoTime();
        SequenceUpdate update = record.value();
        if (update.isErasure()) {
            context().forward(record.withValue(null));
            return;
        }
        count(update);
        String userId = new String(record.key(), UTF_8);
        Recommendation answer = recommender.answer(
                RecommendationRequest.ofUser(userId, topK), update.sequence(), newestMs(update.sequence()));
        byte[] json = RecommendationWriter.toJson(
                userId, answer, update.cause(), context().currentSystemTimeMs());
        metrics.scored(System.nanoTime() - startNs);
        context().forward(record.withValue(json), ScoringTopology.RECOMMENDATIONS_SINK);
    }

    /** The time of the user's newest click, which an old stream that is read again has, too. */
    private static long newestMs(UserSequence sequence) {
        return sequence.interactions().getLast().timestampMs();
    }

    /** What nobody learns from makes nothing popular. */
    private void count(SequenceUpdate update) {
        for (int position : update.newPositions()) {
            if (update.sequence().isTarget(position, types)) {
                var click = update.sequence().interactions().get(position);
                popularity.add(click.itemId(), click.timestampMs());
                changedSincePublished = true;
            }
        }
    }

    private void publishPopularity(long nowMs) {
        if (changedSincePublished) {
            byte[] partition = Integer.toString(context().taskId().partition()).getBytes(UTF_8);
            byte[] items = PopularItemsCodec.encode(popularity.snapshot());
            context().forward(new Record<>(partition, items, nowMs), ScoringTopology.POPULAR_ITEMS_SINK);
            changedSincePublished = false;
        }
    }
}
