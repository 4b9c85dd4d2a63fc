package io.freshet.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.config.ScoringConfig;
import io.freshet.event.EventTypes;
import io.freshet.sequence.ClickOrigin;
import io.freshet.sequence.SequenceUpdate;
import io.freshet.telemetry.AnswerSpans;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Answers each updated sequence with a recommendation in JSON, and the erasure of a user with a tombstone.
 *
 * <p>A recommendation can be read only when its task has committed: so updates wait for the commit, and those that wait are
 * answered together, by one pass over the item table.
 *
 * <p>An answer has the headers of its own click, and is a part of its trace.
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
    private final AnswerSpans spans = new AnswerSpans("recommend");
    private final List<Record<byte[], SequenceUpdate>> waiting = new ArrayList<>();
    private final List<Context> traces = new ArrayList<>(); // of each that waits
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
        CommitHook hook = context.getStateStore(ScoringTopology.ANSWERS_BEFORE_COMMIT);
        hook.beforeCommit(context, this::answerWaiting);
        PopularItems before = recommender.trending().of(context.taskId().partition());
        if (before != null) {
            popularity.restore(before);
        }
        context.schedule(PUBLISH_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::publishPopularity);
    }

    @Override
    public void process(Record<byte[], SequenceUpdate> record) {
        SequenceUpdate update = record.value();
        if (update.isErasure()) {
            answerWaiting();
            context().forward(record.withValue(null), ScoringTopology.RECOMMENDATIONS_SINK);
            return;
        }
        count(update);
        waiting.add(record);
        traces.add(spans.begin(record.headers()));
        if (waiting.size() == Recommender.MOST_AT_ONCE) {
            answerWaiting();
        }
    }

    private void answerWaiting() {
        if (waiting.isEmpty()) {
            return;
        }
        long startNs = System.nanoTime();
        List<Recommendation> answers = recommender.answerAll(
                waiting.stream().map(record -> record.value().sequence()).toList(), topK);
        long nowMs = context().currentSystemTimeMs();
        for (int i = 0; i < answers.size(); i++) {
            Record<byte[], SequenceUpdate> record = waiting.get(i);
            String userId = new String(record.key(), UTF_8);
            ClickOrigin cause = record.value().cause();
            byte[] json = RecommendationWriter.toJson(userId, answers.get(i), cause, nowMs);
            metrics.clickAnswered(nowMs - cause.recordTimestampMs());
            spans.end(
                    traces.get(i),
                    record.headers(),
                    headers -> context()
                            .forward(
                                    record.withValue(json).withHeaders(headers), ScoringTopology.RECOMMENDATIONS_SINK));
        }
        metrics.scored(answers.size(), System.nanoTime() - startNs);
        waiting.clear();
        traces.clear();
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
