package io.freshet.workbench.demo.count;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.SequenceUpdateCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the committed records of every output topic from the beginning, and updates the demo's counts.
 *
 * <p>One thread runs it; other threads call {@link #stop}, {@link #finish} and {@link #failure}.
 */
public final class TopicWatcher implements Runnable {
    private static final Duration POLL = Duration.ofMillis(200);

    /**
     * Bounds the records in memory while {@code sequences} is read faster than the journal, for example after a
     * restart.
     */
    private static final int MOST_WAITING = 20_000;

    private final FreshetConfig config;
    private final PipelineCounts counts;
    private final MeasuredLatency clickToRecommendation;
    private final AtomicReference<@Nullable Consumer<byte[], byte[]>> running = new AtomicReference<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private volatile boolean finishing;
    private volatile boolean stopping;

    public TopicWatcher(FreshetConfig config, PipelineCounts counts, MeasuredLatency clickToRecommendation) {
        this.config = config;
        this.counts = counts;
        this.clickToRecommendation = clickToRecommendation;
    }

    @Override
    public void run() {
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            running.set(consumer);
            watch(consumer);
        } catch (RuntimeException e) {
            failure.set(e);
        }
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "2000");
        return properties;
    }

    private void watch(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> watched = partitions(consumer);
        List<TopicPartition> sequences = watched.stream()
                .filter(place -> place.topic().equals(config.get(TopicKeys.SEQUENCES)))
                .toList();
        consumer.assign(watched);
        consumer.seekToBeginning(watched);
        while (!stopping && !(finishing && isAtEnd(consumer, watched))) {
            ConsumerRecords<byte[], byte[]> records = poll(consumer);
            long nowMs = System.currentTimeMillis();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                enter(record, nowMs);
            }
            if (counts.waitingToBeLearned() > MOST_WAITING) {
                consumer.pause(sequences);
            } else {
                consumer.resume(sequences);
            }
        }
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of(
                config.get(TopicKeys.SEQUENCES),
                config.get(TopicKeys.MODEL_LOG),
                config.get(TopicKeys.MODEL_MANIFESTS),
                config.get(TopicKeys.RECOMMENDATIONS),
                config.get(TopicKeys.DEAD_LETTERS))) {
            consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        return partitions;
    }

    private static ConsumerRecords<byte[], byte[]> poll(Consumer<byte[], byte[]> consumer) {
        try {
            return consumer.poll(POLL);
        } catch (WakeupException _) {
            return ConsumerRecords.empty();
        }
    }

    private static boolean isAtEnd(Consumer<byte[], byte[]> consumer, List<TopicPartition> watched) {
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(watched);
            return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
        } catch (WakeupException _) {
            return false;
        }
    }

    private void enter(ConsumerRecord<byte[], byte[]> record, long nowMs) {
        String topic = record.topic();
        if (topic.equals(config.get(TopicKeys.SEQUENCES))) {
            counts.sequence(
                    text(record.key()),
                    record.partition(),
                    record.offset(),
                    SequenceUpdateCodec.decode(record.value()));
        } else if (topic.equals(config.get(TopicKeys.MODEL_LOG))) {
            if (ModelLogCodec.decode(record.value()) instanceof StepRecord step) {
                counts.step(step);
            }
        } else if (topic.equals(config.get(TopicKeys.MODEL_MANIFESTS))) {
            if (record.value() != null && text(record.key()).contains("/")) { // otherwise it is a rollback
                counts.snapshot();
            }
        } else if (topic.equals(config.get(TopicKeys.RECOMMENDATIONS))) {
            if (record.value() != null) {
                enterRecommendation(record, nowMs);
            }
        } else {
            counts.deadLetter();
        }
    }

    private void enterRecommendation(ConsumerRecord<byte[], byte[]> record, long nowMs) {
        Recommended recommended = Recommended.parse(record.value());
        clickToRecommendation.record(recommended.clickTimestampMs(), nowMs);
        counts.recommendation(text(record.key()), recommended.items(), recommended.byModel());
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Returns the exception that ended the watch early, or null if there is none. */
    @Nullable
    public RuntimeException failure() {
        return failure.get();
    }

    /** Ends {@link #run} once every record on the topics has been read. */
    public void finish() {
        finishing = true;
        wake();
    }

    /** Ends {@link #run}. */
    public void stop() {
        stopping = true;
        wake();
    }

    private void wake() {
        Consumer<byte[], byte[]> consumer = running.get();
        if (consumer != null) {
            consumer.wakeup();
        }
    }
}
