package io.freshet.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Produces the clicks of a source, each exactly once over any number of runs on the same state.
 *
 * <p>One thread runs it; the counters may be read by any. The producer must be idempotent and stays the caller's to
 * close.
 */
final class ClickFeeder implements Runnable {
    private final ClickSource source;
    private final ProducedClicks before;
    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final int partitions;
    private final Pace pace;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong produced = new AtomicLong();
    private volatile boolean atEnd;
    private volatile boolean stopping;

    ClickFeeder(
            ClickSource source,
            ProducedClicks before,
            Producer<byte[], byte[]> producer,
            String topic,
            int partitions,
            Pace pace) {
        this.source = source;
        this.before = before;
        this.producer = producer;
        this.topic = topic;
        this.partitions = partitions;
        this.pace = pace;
    }

    @Override
    public void run() {
        try (source) {
            boolean more = true;
            while (more && !stopping && failure.get() == null) {
                SourceClick click = source.next();
                more = click != null;
                if (click != null) {
                    feed(click);
                }
            }
            producer.flush();
            atEnd = !more;
        } catch (IOException | RuntimeException e) {
            if (!stopping) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private void feed(SourceClick click) {
        byte @Nullable [] key = click.key() == null ? null : click.key().getBytes(StandardCharsets.UTF_8);
        int partition = key == null
                ? (int) (click.position() % partitions)
                : BuiltInPartitioner.partitionForKey(key, partitions);
        if (!before.contains(partition, click.position())) {
            pace.await(produced.get());
            if (stopping) {
                return;
            }
            send(click, partition, key);
        }
        read.getAndIncrement();
    }

    private void send(SourceClick click, int partition, byte @Nullable [] key) {
        Header position = new RecordHeader(
                ProducedClicks.POSITION_HEADER,
                ByteBuffer.allocate(Long.BYTES).putLong(click.position()).array());
        var record = new ProducerRecord<>(topic, partition, key, click.value(), List.of(position));
        var _ = producer.send(record, (_, e) -> {
            if (e != null) {
                failure.compareAndSet(null, e);
            }
        });
        produced.getAndIncrement();
    }

    /** Clicks of the source that are on the topic or on their way to it, those of earlier runs included. */
    long read() {
        return read.get();
    }

    /** Clicks that this run has sent. */
    long produced() {
        return produced.get();
    }

    /** Whether the source has come to its end and all its clicks are on the topic. */
    boolean atEnd() {
        return atEnd;
    }

    /** What ended the feeding before its time; null while nothing did. */
    @Nullable
    Exception failure() {
        return failure.get();
    }

    /** Ends {@link #run} after the click in hand; the running thread should be interrupted as well. */
    void stop() {
        stopping = true;
    }
}
