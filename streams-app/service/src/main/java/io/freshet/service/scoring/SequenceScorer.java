package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.output.ImportMark;
import io.freshet.service.output.Outputs;
import io.freshet.service.output.PassedHeaders;
import io.freshet.service.recommend.Answer;
import io.freshet.service.recommend.RecommendationFormat;
import io.freshet.service.recommend.Variant;
import io.freshet.service.telemetry.AnswerSpans;
import io.freshet.service.variant.LastAnswers;
import io.freshet.service.variant.VariantRouting;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.SequenceUpdate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Answers each updated sequence that belongs to this process with a recommendation, and the erasure of a user with a
 * tombstone. Passes over the sequences of imported clicks ({@link ImportMark}).
 *
 * <p>A recommendation becomes readable only when its task has committed. So updates wait for the commit, or until a
 * batch is full. All waiting updates of a variant, in all tasks of the stream thread, are scored together, in one pass over
 * its item table, and are answered when the first of these tasks commits.
 *
 * <p>An answer carries those headers of its click that are passed on, and belongs to the click's trace.
 *
 * <p>Each click is looked up in the previous answer of its user, for the accuracy metrics of the variant that gave the
 * answer.
 */
final class SequenceScorer extends ContextualProcessor<byte[], SequenceUpdate, byte[], byte[]> {
    private final EventTypes types;
    private final int topK;
    private final WhoAnswers whoAnswers;
    private final Outputs outputs;
    private final RecommendationFormat format;
    private final PassedHeaders passedHeaders;
    private final LastAnswers lastAnswers;
    private final AnswerSpans spans = new AnswerSpans("recommend");
    private final Map<String, AnswerBatch> batches = new LinkedHashMap<>();
    private final ThreadLocal<AnswersOfThread> answersOfThread;
    private AnswersOfThread ofThread = new AnswersOfThread();
    private Runnable answerFromAnyTask = () -> {};

    /** Decides which variant of this process answers an update. */
    @FunctionalInterface
    interface WhoAnswers {
        /** Returns the variant, or null if none of this process answers. */
        @Nullable
        Variant of(byte[] userId, Headers headers);
    }

    /** @param answersOfThread what the scorers of the same thread share */
    SequenceScorer(
            FreshetConfig config,
            Outputs outputs,
            WhoAnswers whoAnswers,
            ThreadLocal<AnswersOfThread> answersOfThread) {
        this.answersOfThread = answersOfThread;
        this.types = config.eventTypes();
        this.topK = config.get(ScoringKeys.TOP_K);
        this.whoAnswers = whoAnswers;
        this.outputs = outputs;
        format = RecommendationFormat.of(config);
        passedHeaders = outputs.passedHeaders().with(VariantRouting.HEADER);
        lastAnswers = new LastAnswers(config.get(VariantKeys.METRICS_USERS));
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        ofThread = answersOfThread.get();
        answerFromAnyTask = CommitHook.asProcessor(context, this::answerWaiting);
        ofThread.add(answerFromAnyTask);
        CommitHook hook = context.getStateStore(ScoringTopology.ANSWERS_BEFORE_COMMIT);
        hook.beforeCommit(ofThread::answerWaiting);
    }

    @Override
    public void process(Record<byte[], SequenceUpdate> received) {
        if (received.key() == null || received.value() == null) {
            throw new IllegalArgumentException("a record of sequences must have a key and a value");
        }
        Record<byte[], SequenceUpdate> record = received.withHeaders(passedHeaders.of(received.headers()));
        if (record.value().isErasure()) {
            erase(record);
            return;
        }
        if (ImportMark.isOn(record.headers())) {
            return;
        }
        Variant variant = whoAnswers.of(record.key(), record.headers());
        if (variant != null) {
            lookFor(record);
            AnswerBatch batch =
                    batches.computeIfAbsent(variant.name(), name -> new AnswerBatch(variant, topK, ofThread.batches()));
            batch.add(record, spans.begin(record.headers()));
            if (batch.isFull()) {
                answer(batch);
            }
        }
    }

    /** Emits a tombstone whichever variant answers the user: several tombstones have the same effect as one. */
    private void erase(Record<byte[], SequenceUpdate> record) {
        answerWaiting();
        lastAnswers.forget(text(record.key()));
        context().forward(record.withValue(null));
    }

    private void lookFor(Record<byte[], SequenceUpdate> record) {
        SequenceUpdate update = record.value();
        for (int position : update.newPositions()) {
            if (update.sequence().isTarget(position, types)) {
                String itemId = update.sequence().interactions().get(position).itemId();
                lastAnswers.clicked(text(record.key()), itemId, update.cause().recordTimestampMs());
            }
        }
    }

    @Override
    public void close() {
        ofThread.remove(answerFromAnyTask);
        batches.values().forEach(AnswerBatch::close);
        batches.clear();
    }

    private void answerWaiting() {
        batches.values().forEach(this::answer);
    }

    private void answer(AnswerBatch batch) {
        long nowMs = context().currentSystemTimeMs();
        batch.answer(
                (asked, answer) -> forward(batch.variant(), asked, answer, nowMs),
                (asked, error) -> outputs.skip(
                        "It cannot be answered", asked.record().value().cause(), error));
    }

    private void forward(Variant variant, AnswerBatch.Asked asked, Answer answer, long nowMs) {
        Record<byte[], SequenceUpdate> record = asked.record();
        ClickOrigin cause = record.value().cause();
        String userId = text(record.key());
        byte[] value = format.write(userId, answer, cause, nowMs);
        spans.end(asked.trace(), record.headers(), headers -> {
            variant.recommender().metrics().clickAnswered(nowMs - cause.recordTimestampMs());
            context().forward(record.withValue(value).withHeaders(headers));
        });
        lastAnswers.served(userId, answer.itemIds(), nowMs, variant.accuracy());
    }

    private static String text(byte[] key) {
        return new String(key, UTF_8);
    }
}
