package io.freshet.app.feed;

import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * Produces the clicks of a source, each exactly once over any number of runs on the same state.
 *
 * <p>One thread runs it; any thread may read the counters. The producer must be idempotent; the caller closes it.
 */
public final class ClickFeeder implements Runnable {
    private final ClickSource source;
    private final ProducedClicks before;
    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final boolean marksFormat;
    private final int partitions;
    private final Pace pace;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong produced = new AtomicLong();
    private volatile boolean atEnd;
    private volatile boolean stopping;

    /**
     * @param producer idempotent producer, which the caller closes
     * @param config names the topic and its format; clicks are in Freshet's own JSON, and say so if the format is another,
     *     or if they are imported
     */
    public ClickFeeder(
            ClickSource source,
            ProducedClicks before,
            Producer<byte[], byte[]> producer,
            FreshetConfig config,
            int partitions,
            Pace pace) {
        this.source = source;
        this.before = before;
        this.producer = producer;
        topic = config.get(TopicKeys.CLICKS);
        marksFormat = before.isImport() || !config.clickFormat().equals(ClickFormat.OWN);
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

    /** Returns the partition in which Kafka's default partitioner puts a key. */
    public static int partitionOf(byte[] key, int partitions) {
        return BuiltInPartitioner.partitionForKey(key, partitions);
    }

    private void feed(SourceClick click) {
        byte @Nullable [] key = click.key() == null ? null : click.key().getBytes(StandardCharsets.UTF_8);
        int partition = key == null ? (int) (click.position() % partitions) : partitionOf(key, partitions);
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
        var record = new ProducerRecord<>(topic, partition, key, click.value(), before.headersOf(click.position()));
        if (marksFormat) {
            ClickFormat.markAsOwn(record.headers());
        }
        var _ = producer.send(record, (_, e) -> {
            if (e != null && failure.compareAndSet(null, e) && before.isImport()) {
                producer.close(Duration.ZERO); // what waits would hide the failed clicks from the next run
            }
        });
        produced.getAndIncrement();
    }

    /**
     * Returns the number of clicks read from the source that are on the topic or in flight to it, including those of
     * earlier runs.
     */
    public long read() {
        return read.get();
    }

    /** Returns the number of clicks that this run has sent. */
    public long produced() {
        return produced.get();
    }

    /** Returns whether the source is exhausted and all its clicks are on the topic. */
    public boolean atEnd() {
        return atEnd;
    }

    /** Returns the exception that ended feeding early, or null if there is none. */
    @Nullable
    public Exception failure() {
        return failure.get();
    }

    /** Ends {@link #run} after the current click. The caller should also interrupt the running thread. */
    public void stop() {
        stopping = true;
    }
}
