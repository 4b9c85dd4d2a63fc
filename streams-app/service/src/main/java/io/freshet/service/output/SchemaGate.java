package io.freshet.service.output;

import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.clickformat.SchemaClickFormat;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Decides which records a stream thread may have: those whose schemas are known, or are known to be unknown. {@link
 * MainConsumer}s hold back the others, and report the partitions that wait. Thread-safe.
 */
public final class SchemaGate {
    /** Lets all records pass. */
    static final SchemaGate OPEN = new SchemaGate(Map.of());

    private final Map<String, SchemaClickFormat> formats;
    private final Set<TopicPartition> waiting = ConcurrentHashMap.newKeySet();

    /** @param formats the formats of topics whose records need schemas */
    public SchemaGate(Map<String, SchemaClickFormat> formats) {
        this.formats = Map.copyOf(formats);
    }

    /** Returns whether all records of all topics pass. */
    boolean isOpen() {
        return formats.isEmpty();
    }

    boolean isOpenFor(String topic) {
        return !formats.containsKey(topic);
    }

    /** Returns whether a record may pass. If not, its schema is asked for in the background. */
    boolean mayPass(ConsumerRecord<byte[], byte[]> record) {
        SchemaClickFormat format = formats.get(record.topic());
        return format == null
                || ClickFormat.isMarkedAsOwn(record.headers())
                || format.isReady(record.value(), record.headers());
    }

    void waits(TopicPartition partition) {
        waiting.add(partition);
    }

    void waitsNoMore(TopicPartition partition) {
        waiting.remove(partition);
    }

    /** Returns the partitions whose next record is held back, as texts in order. */
    public List<String> waiting() {
        return waiting.stream().map(TopicPartition::toString).sorted().toList();
    }

    /** Adds the metric of this gate to those of a process. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("freshet.clicks.waiting.partitions", waiting, Set::size)
                .description("Partitions of clicks whose next record waits until the schema registry answers")
                .register(registry);
    }
}
