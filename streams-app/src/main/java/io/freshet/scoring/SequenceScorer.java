package io.freshet.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.config.ScoringConfig;
import io.freshet.event.EventTypes;
import io.freshet.sequence.SequenceUpdate;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Answers each updated sequence with a recommendation in JSON, and the erasure of a user with a tombstone.
 *
 * <p>Popularity is this task's own, in memory. Its top is put into a store when the wall clock says so, so that a
 * restart begins with it; the clicks of the last moment before an unclean end are missing from it, which a fallback can
 * bear.
 */
final class SequenceScorer extends ContextualFixedKeyProcessor<byte[], SequenceUpdate, byte[]> {
    static final int KEPT_POPULAR_ITEMS = 1_000;

    private static final Duration KEEP_INTERVAL = Duration.ofSeconds(1);
    private static final String TOP = "top";

    private final EventTypes types;
    private final ScoringMetrics metrics;
    private final Popularity popularity;
    private final Recommender recommender;

    /** {@link #TOP} → the most popular items; for ever. */
    private KeyValueStore<String, PopularItems> kept;

    private boolean changedSinceKept;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    SequenceScorer(ScoringConfig config, LiveModel live, ScoringMetrics metrics) {
        this.metrics = metrics;
        popularity =
                new Popularity(config.popularityHalfLife().toMillis(), config.popularityItems(), KEPT_POPULAR_ITEMS);
        recommender = new Recommender(live, popularity, config.types(), config.topK());
        types = config.types();
    }

    @Override
    public void init(FixedKeyProcessorContext<byte[], byte[]> context) {
        super.init(context);
        kept = context.getStateStore(ScoringTopology.ITEM_POPULARITY);
        PopularItems before = kept.get(TOP);
        if (before != null) {
            popularity.restore(before);
        }
        context.schedule(KEEP_INTERVAL, PunctuationType.WALL_CLOCK_TIME, nowMs -> keepPopularity());
    }

    @Override
    public void process(FixedKeyRecord<byte[], SequenceUpdate> record) {
        long startNs = System.nanoTime();
        SequenceUpdate update = record.value();
        if (update.isErasure()) {
            context().forward(record.withValue(null));
            return;
        }
        count(update);
        Recommendation answer = recommender.recommend(update.sequence());
        byte[] json = RecommendationWriter.toJson(
                new String(record.key(), UTF_8),
                answer,
                update.cause(),
                context().currentSystemTimeMs());
        metrics.scored(answer.fallback(), System.nanoTime() - startNs);
        context().forward(record.withValue(json));
    }

    /** What nobody learns from makes nothing popular. */
    private void count(SequenceUpdate update) {
        for (int position : update.newPositions()) {
            if (update.sequence().isTarget(position, types)) {
                var click = update.sequence().interactions().get(position);
                popularity.add(click.itemId(), click.timestampMs());
                changedSinceKept = true;
            }
        }
    }

    private void keepPopularity() {
        if (changedSinceKept) {
            kept.put(TOP, popularity.snapshot());
            changedSinceKept = false;
        }
    }
}
