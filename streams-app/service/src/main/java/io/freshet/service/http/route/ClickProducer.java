package io.freshet.service.http.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.telemetry.TraceHeaders;
import io.freshet.training.telemetry.KafkaMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

/** Writes to the first topic of clicks and reports for each record whether Kafka has acknowledged it. Thread-safe. */
public final class ClickProducer implements AutoCloseable {
    private static final long MOST_WAIT_MS = 5_000;
    private static final String MOST_DELIVERY_MS = "10000";

    private final Producer<byte[], byte[]> producer;
    private final KafkaMeters meters;
    private final String topic;
    private final boolean marksFormat;
    private final Duration timeout;

    /**
     * @param producer producer that this object owns; idempotent, with acks=all
     * @param marksFormat whether records say that they are in Freshet's own JSON, because others on the topic are not
     * @param timeout maximum blocking time of a call
     */
    private ClickProducer(
            Producer<byte[], byte[]> producer,
            String topic,
            boolean marksFormat,
            Duration timeout,
            MeterRegistry registry) {
        meters = new KafkaMeters(registry);
        this.producer = meters.watch(producer);
        this.topic = topic;
        this.marksFormat = marksFormat;
        this.timeout = timeout;
    }

    /**
     * Creates a producer that connects on the first send.
     *
     * @param registry receives the Kafka producer's metrics
     */
    public static ClickProducer of(FreshetConfig config, MeterRegistry registry) {
        Map<String, Object> properties = config.kafka().forProducer();
        properties.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, config.get(ProcessKeys.APPLICATION_ID) + "-http");
        Duration timeout = config.get(HttpKeys.CLICKS_TIMEOUT);
        properties.putIfAbsent(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(Math.min(MOST_WAIT_MS, timeout.toMillis())));
        properties.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(MOST_WAIT_MS));
        properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, MOST_DELIVERY_MS);
        // Pass-through settings must not weaken correctness.
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return new ClickProducer(
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()),
                config.get(TopicKeys.CLICKS),
                !config.clickFormat().equals(ClickFormat.OWN),
                timeout,
                registry);
    }

    /**
     * Writes clicks under their users' keys and waits for all of them together, up to the timeout. Returns for each click
     * why Kafka has not acknowledged it, or empty if it has.
     *
     * @param trace trace headers for the records
     */
    List<Optional<String>> send(List<Click> clicks, Map<String, String> trace) {
        long deadline = System.nanoTime() + timeout.toNanos();
        List<Future<RecordMetadata>> sent = new ArrayList<>(clicks.size());
        for (Click click : clicks) {
            // Wait only once, not once for each click, for a cluster that does not answer.
            boolean isCutOff = !sent.isEmpty() && (hasTimedOut(sent.getLast()) || System.nanoTime() > deadline);
            sent.add(isCutOff ? notSent() : sendOne(click.userId(), ClickCodec.toJson(click), trace));
        }
        return sent.stream().map(one -> await(one, deadline)).toList();
    }

    private Future<RecordMetadata> notSent() {
        return CompletableFuture.failedFuture(new TimeoutException(
                "not sent, because Kafka did not acknowledge earlier clicks within " + timeout.toMillis() + " ms"));
    }

    /** Writes a tombstone under a user's key and waits. Returns why Kafka has not acknowledged it, or empty if it has. */
    Optional<String> sendTombstone(String userId, Map<String, String> trace) {
        long deadline = System.nanoTime() + timeout.toNanos();
        return await(sendOne(userId, null, trace), deadline);
    }

    private Future<RecordMetadata> sendOne(String userId, byte @Nullable [] value, Map<String, String> trace) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, userId.getBytes(UTF_8), value);
        TraceHeaders.addTo(record.headers(), trace);
        if (marksFormat) {
            ClickFormat.markAsOwn(record.headers());
        }
        try {
            return producer.send(record);
        } catch (KafkaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static boolean hasTimedOut(Future<RecordMetadata> sent) {
        return sent.state() == Future.State.FAILED && sent.exceptionNow() instanceof TimeoutException;
    }

    private Optional<String> await(Future<RecordMetadata> sent, long deadline) {
        try {
            sent.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause()));
        } catch (java.util.concurrent.TimeoutException e) {
            return Optional.of("Kafka has not acknowledged the record within " + timeout.toMillis()
                    + " ms, but may still accept it");
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
