package io.freshet.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.config.FreshetConfig;
import io.freshet.event.Click;
import io.freshet.event.ClickCodec;
import io.freshet.metrics.KafkaMeters;
import io.freshet.telemetry.TraceHeaders;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes to the topic of clicks, and says of each record whether every replica that must have it has it. Thread-safe. */
final class ClickProducer implements AutoCloseable {
    private static final String MOST_WAIT_MS = "5000";
    private static final String MOST_DELIVERY_MS = "10000";

    private final Producer<byte[], byte[]> producer;
    private final KafkaMeters meters;
    private final String topic;

    /** @param producer becomes this object's own; idempotent, with acks=all */
    private ClickProducer(Producer<byte[], byte[]> producer, String topic, MeterRegistry registry) {
        meters = new KafkaMeters(registry);
        this.producer = meters.watch(producer);
        this.topic = topic;
    }

    /**
     * Connects when something is first sent.
     *
     * @param registry receives the Kafka producer's metrics
     */
    static ClickProducer of(FreshetConfig config, MeterRegistry registry) {
        Map<String, Object> properties = config.kafka().forProducer();
        properties.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, config.applicationId() + "-http");
        properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, MOST_WAIT_MS);
        properties.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, MOST_WAIT_MS);
        properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, MOST_DELIVERY_MS);
        // Correctness does not pass through.
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return new ClickProducer(
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()),
                config.topics().clicks(),
                registry);
    }

    /**
     * Writes clicks under their users' keys, and waits; for each, why Kafka does not have it, if so.
     *
     * @param trace what they are a part of, which goes into their headers
     */
    List<Optional<String>> send(List<Click> clicks, Map<String, String> trace) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(clicks.size());
        for (Click click : clicks) {
            // The wait for a cluster that does not answer is for all of them, not for each.
            boolean isCutOff = !sent.isEmpty() && hasTimedOut(sent.getLast());
            sent.add(isCutOff ? sent.getLast() : sendOne(click.userId(), ClickCodec.toJson(click), trace));
        }
        return sent.stream().map(ClickProducer::await).toList();
    }

    /** Writes a tombstone under a user's key, and waits; why Kafka does not have it, if so. */
    Optional<String> sendTombstone(String userId, Map<String, String> trace) {
        return await(sendOne(userId, null, trace));
    }

    private Future<RecordMetadata> sendOne(String userId, byte @Nullable [] value, Map<String, String> trace) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, userId.getBytes(UTF_8), value);
        TraceHeaders.addTo(record.headers(), trace);
        try {
            return producer.send(record);
        } catch (KafkaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static boolean hasTimedOut(Future<RecordMetadata> sent) {
        return sent.state() == Future.State.FAILED && sent.exceptionNow() instanceof TimeoutException;
    }

    private static Optional<String> await(Future<RecordMetadata> sent) {
        try {
            sent.get();
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        meters.close();
        producer.close();
    }
}
