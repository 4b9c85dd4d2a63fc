package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.service.output.DeadLetters;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.output.Outputs;
import io.freshet.service.output.PassedHeaders;
import io.freshet.service.output.RecordTimes;
import io.freshet.service.recommend.Answer;
import io.freshet.service.recommend.RecommendationFormat;
import io.freshet.service.recommend.Recommender;
import io.freshet.service.recommend.ScoringMetrics;
import io.freshet.service.recommend.Variants;
import io.freshet.service.request.BadRequestException;
import io.freshet.service.request.RequestCodec;
import io.freshet.service.sequencer.DropWarnings;
import io.freshet.service.sequencer.SequencerTopology;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.UserSequence;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Answers each request of the requests topic. A request about a user whose record has another key is sent back to the topic
 * under the user's key, to reach the task that has the user's sequence; it keeps the origin of its first record. A request
 * that cannot be answered goes to the dead letters.
 */
final class RequestAnswerer extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    /** Maximum length in bytes of a correlation id that is used as a key. */
    private static final int LONGEST_CORRELATION_ID = 1_024;

    private final RequestCodec codec;
    private final RecommendationFormat format;
    private final Variants variants;
    private final PassedHeaders passedHeaders;
    private final DeadLetters deadLetters;
    private final ScoringMetrics metrics;
    private final DropWarnings warnings = new DropWarnings("a request");

    /** User id in UTF-8 → the user's sequence. The store belongs to the sequencer and is only read here. */
    private KeyValueStore<byte[], UserSequence> sequences;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    RequestAnswerer(RequestCodec codec, RecommendationFormat format, Variants variants, Outputs outputs) {
        this.codec = codec;
        this.format = format;
        this.variants = variants;
        passedHeaders = outputs.passedHeaders();
        deadLetters = outputs.deadLetters();
        metrics = variants.shared().metrics();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        sequences = context.getStateStore(SequencerTopology.USER_SEQUENCES);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata received = context().recordMetadata().orElseThrow();
        ClickOrigin itself = new ClickOrigin(
                received.topic(),
                received.partition(),
                received.offset(),
                RecordTimes.writtenMs(record.headers(), record.timestamp()));
        ClickOrigin origin = OriginHeaders.read(record.headers()).orElse(itself);
        byte @Nullable [] value = record.value();
        if (value == null) {
            refuse(record, DeadLetterHeaders.NO_VALUE, "a request must have a value", origin);
            return;
        }
        try {
            place(record, codec.parse(value), origin, !origin.equals(itself));
        } catch (BadRequestException e) {
            refuse(record, e.reason().code(), String.valueOf(e.getMessage()), origin);
        }
    }

    private void place(
            Record<byte[], byte[]> record, RecommendationRequest request, ClickOrigin origin, boolean rekeyed) {
        String userId = request.userId();
        if (userId == null) {
            answer(record.withKey(keyOfAnswer(record, origin)), request, null, origin);
            return;
        }
        byte[] userKey = userId.getBytes(UTF_8);
        if (Arrays.equals(record.key(), userKey)) {
            answer(record, request, sequences.get(userKey), origin);
        } else if (rekeyed) {
            String detail = "key must be the request's user_id: user_id=" + userId;
            refuse(record, DeadLetterHeaders.KEY_IS_NOT_THE_USER, detail, origin);
        } else {
            rekey(record, userKey, origin);
        }
    }

    /**
     * Returns a key for the answer to a request about a history: the record's key, else its correlation id, else its
     * origin. It is never null, because a compacted topic refuses records without a key.
     */
    private static byte[] keyOfAnswer(Record<byte[], byte[]> record, ClickOrigin origin) {
        byte @Nullable [] key = record.key();
        if (key != null) {
            return key;
        }
        Header correlationId = record.headers().lastHeader(ScoringTopology.CORRELATION_ID);
        return correlationId != null
                        && correlationId.value() != null
                        && correlationId.value().length <= LONGEST_CORRELATION_ID
                ? correlationId.value()
                : (origin.topic() + "-" + origin.partition() + "-" + origin.offset()).getBytes(UTF_8);
    }

    private void answer(
            Record<byte[], byte[]> record,
            RecommendationRequest request,
            @Nullable UserSequence known,
            ClickOrigin origin) {
        long startNs = System.nanoTime();
        Recommender recommender = variants.answering(request.userId()).recommender();
        Answer answer = recommender.answer(request, known, record.timestamp());
        long nowMs = context().currentSystemTimeMs();
        byte[] value = format.write(request.userId(), answer, origin, nowMs);
        metrics.requestAnsweredAfter(nowMs - origin.recordTimestampMs());
        Headers headers = passedHeaders.of(record.headers());
        context().forward(record.withValue(value).withHeaders(headers), ScoringTopology.ANSWERS_SINK);
        metrics.requestAnswered(System.nanoTime() - startNs);
    }

    private void rekey(Record<byte[], byte[]> record, byte[] userKey, ClickOrigin origin) {
        Headers headers = passedHeaders.of(record.headers());
        OriginHeaders.write(headers, origin);
        metrics.countRekeyedRequest();
        context().forward(record.withKey(userKey).withHeaders(headers), ScoringTopology.REQUESTS_REKEYED_SINK);
    }

    private void refuse(Record<byte[], byte[]> record, String reason, String detail, ClickOrigin origin) {
        metrics.countDeadRequest(reason);
        warnings.dropped(reason, origin, context(), record.headers());
        DeadLetters.Letter letter =
                deadLetters.of(record.key(), record.value(), record.headers(), reason, detail, origin);
        context()
                .forward(
                        record.withKey(letter.key()).withValue(letter.value()).withHeaders(letter.headers()),
                        ScoringTopology.DEAD_REQUESTS_SINK);
    }
}
