package io.freshet.service.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.store.sequence.ClickOrigin;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles records that fail. The record goes to the dead letters with the reason, and is counted, in the same transaction
 * as everything else. It cannot go there if it is a dead letter itself, belongs to a changelog or a global topic, or the
 * client writes no dead letters. It is then skipped, counted, and logged with topic, partition and offset. Failures of
 * Kafka and of state stores are not attributed to the record: they end the thread.
 *
 * <p>A refusal by a broker has already aborted the transaction. The same input is then processed again, with what {@link
 * OutputLimits} has learned.
 *
 * <p>Kafka Streams instantiates this class by its properties ({@link Outputs#shareThrough}).
 */
@SuppressWarnings("NullAway.Init") // Kafka Streams calls configure before anything else.
public final class RecordFailures
        implements DeserializationExceptionHandler, ProcessingExceptionHandler, ProductionExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RecordFailures.class);

    private Outputs outputs;

    @Override
    public void configure(Map<String, ?> configs) {
        outputs = Outputs.sharedThrough(configs);
    }

    @Override
    public DeserializationExceptionHandler.Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception error) {
        skip("It cannot be read", context, error);
        return DeserializationExceptionHandler.Response.resume();
    }

    @Override
    public ProcessingExceptionHandler.Response handleError(
            ErrorHandlerContext context, Record<?, ?> record, Exception error) {
        if (error instanceof KafkaException) {
            return ProcessingExceptionHandler.Response.fail();
        }
        String topic = outputs.deadLetterTopic();
        if (topic == null || context.partition() < 0 || isGlobal(context)) {
            skip("The processor " + context.processorNodeId() + " failed to process it", context, error);
            return ProcessingExceptionHandler.Response.resume();
        }
        outputs.countFailed();
        LOG.error(
                "The processor {} failed to process a record, which goes to the dead letters: topic={} partition={}"
                        + " offset={}",
                context.processorNodeId(),
                context.topic(),
                context.partition(),
                context.offset(),
                error);
        DeadLetters.Letter letter = outputs.deadLetters()
                .of(
                        context.sourceRawKey(),
                        context.sourceRawValue(),
                        context.headers(),
                        DeadLetterHeaders.PROCESSING_FAILED,
                        context.processorNodeId() + ": " + error,
                        origin(context));
        return ProcessingExceptionHandler.Response.resume(List.of(record(topic, context.timestamp(), letter)));
    }

    @Override
    public ProductionExceptionHandler.Response handleError(
            ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception error) {
        if (error instanceof RecordRefusedException refusal) {
            return refused(context, record, refusal);
        }
        boolean isPassing = error instanceof RetriableException && !(error instanceof RefusedByBrokerException);
        return isPassing ? ProductionExceptionHandler.Response.retry() : ProductionExceptionHandler.Response.fail();
    }

    private ProductionExceptionHandler.Response refused(
            ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, RecordRefusedException refusal) {
        String topic = outputs.deadLetterTopic();
        // Records of a changelog have no context.
        if (topic == null || topic.equals(record.topic()) || context.partition() < 0) {
            skip("Its output is refused: " + refusal.getMessage(), context, null);
            return ProductionExceptionHandler.Response.resume();
        }
        outputs.countRefused(refusal.reason());
        DeadLetters.Letter letter = outputs.deadLetters()
                .of(
                        record.key(),
                        record.value(),
                        record.headers(),
                        refusal.reason(),
                        String.valueOf(refusal.getMessage()),
                        origin(context));
        letter.headers().add(DeadLetterHeaders.REFUSED_TOPIC, record.topic().getBytes(UTF_8));
        Long timestampMs = record.timestamp();
        return ProductionExceptionHandler.Response.resume(
                List.of(record(topic, timestampMs == null ? context.timestamp() : timestampMs, letter)));
    }

    /** Skips the record. Not expected: every serializer of the topology accepts all values of its type. */
    @Override
    @SuppressWarnings("rawtypes") // as the interface declares it
    public ProductionExceptionHandler.Response handleSerializationError(
            ErrorHandlerContext context, ProducerRecord record, Exception error, SerializationExceptionOrigin origin) {
        skip("Its output cannot be serialized", context, error);
        return ProductionExceptionHandler.Response.resume();
    }

    private void skip(String why, ErrorHandlerContext context, @Nullable Exception error) {
        outputs.countSkipped();
        LOG.error(
                "Skipped a record. {}: topic={} partition={} offset={} task={}",
                why,
                context.topic(),
                context.partition(),
                context.offset(),
                context.taskId(),
                error);
    }

    /** Returns whether the task is that of the global thread, which has a negative partition. */
    private static boolean isGlobal(ErrorHandlerContext context) {
        return context.taskId().partition() < 0;
    }

    private static @Nullable ClickOrigin origin(ErrorHandlerContext context) {
        String topic = context.topic();
        return topic == null || context.partition() < 0 || context.offset() < 0
                ? null
                : new ClickOrigin(
                        topic,
                        context.partition(),
                        context.offset(),
                        RecordTimes.writtenMs(headers(context), context.timestamp()));
    }

    private static Headers headers(ErrorHandlerContext context) {
        Headers headers = context.headers();
        return headers == null ? new RecordHeaders() : headers;
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, long timestampMs, DeadLetters.Letter letter) {
        return new ProducerRecord<>(
                topic, null, Math.max(0, timestampMs), letter.key(), letter.value(), letter.headers());
    }
}
