package io.freshet.app.feed;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One run of an import: produces sorted clicks of the past, each marked as imported, and waits until the streams role has
 * sequenced them. A run that was interrupted is continued by the next run with the same clicks, which sends each click that
 * is not yet on the topic.
 */
public final class ClickImport {
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration FLUSH = Duration.ofSeconds(10);
    private static final String CONTINUE = "run the same command again to continue";

    private final FreshetConfig config;
    private final ClickSort clicks;
    private final Pace pace;
    private final boolean waiting;
    private final Consumer<Progress> progress;

    /**
     * Numbers of clicks.
     *
     * @param total clicks of the files
     * @param onTopic clicks that this run or an earlier one has sent
     * @param behind records of the first topic of clicks that the streams role has still to process, of all producers; at
     *     the end of the wait 0
     */
    public record Progress(long total, long onTopic, long behind) {}

    /**
     * The result of a run.
     *
     * @param importId identifies the clicks
     * @param clicks clicks of the files
     * @param sentBefore clicks that earlier runs have sent
     * @param sent clicks that this run has sent
     * @param complete whether all clicks are on the topic
     * @param outcomes what became of the clicks; null if the run did not wait for it, or was stopped before
     * @param seconds time from the first click sent until the end
     */
    public record Result(
            String importId,
            long clicks,
            long sentBefore,
            long sent,
            boolean complete,
            @Nullable Outcomes outcomes,
            double seconds) {}

    /**
     * What became of the clicks of an import that the streams role processed during this run.
     *
     * @param accepted clicks that became part of sequences
     * @param deadLetters clicks that went to the dead letters
     * @param dropped clicks that were dropped as duplicates or as too late; null if an earlier run has sent clicks, because
     *     it is not known when they were processed
     */
    public record Outcomes(
            long accepted, long deadLetters, @Nullable Long dropped) {}

    /**
     * Prepares a run.
     *
     * @param clicks all clicks, owned by the caller
     * @param waiting whether to wait until the clicks are sequenced
     * @param progress told a few times a second how far the run is
     */
    public ClickImport(
            FreshetConfig config, ClickSort clicks, Pace pace, boolean waiting, Consumer<Progress> progress) {
        this.config = config;
        this.clicks = clicks;
        this.pace = pace;
        this.waiting = waiting;
        this.progress = progress;
    }

    /**
     * Sends the clicks, until the end or until the signal is raised. The topics must exist.
     *
     * @throws FeedFailedException if clicks cannot be produced
     */
    public Result run(StopSignal stop) throws IOException, FeedFailedException, InterruptedException {
        String topic = config.get(TopicKeys.CLICKS);
        ClickSort.Sorted source = clicks.sorted();
        try (source;
                Admin admin = Admin.create(config.kafka().forAdmin());
                Producer<byte[], byte[]> producer = new KafkaProducer<>(
                        producerProperties(), new ByteArraySerializer(), new ByteArraySerializer());
                ImportOutcomes outcomes = new ImportOutcomes(config, source.id())) {
            int partitions = producer.partitionsFor(topic).size();
            List<TopicPartition> places = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            ProducedClicks before =
                    ProducedClicks.read(config.kafka().forConsumer(), topic, partitions, source.id(), stop);
            if (stop.isRaised()) {
                return new Result(source.id(), clicks.clicks(), 0, 0, false, null, 0);
            }
            ClickFeeder feeder = new ClickFeeder(source, before, producer, config, partitions, pace);
            long startNanos = System.nanoTime();
            send(feeder, producer, outcomes, admin, places, stop);
            boolean sequenced = waiting && feeder.atEnd() && await(feeder, outcomes, admin, places, stop);
            long sentBefore = feeder.read() - feeder.produced();
            long known = outcomes.accepted() + outcomes.deadLetters();
            return new Result(
                    source.id(),
                    clicks.clicks(),
                    sentBefore,
                    feeder.produced(),
                    feeder.atEnd(),
                    sequenced
                            ? new Outcomes(
                                    outcomes.accepted(),
                                    outcomes.deadLetters(),
                                    sentBefore == 0 ? feeder.produced() - known : null)
                            : null,
                    (System.nanoTime() - startNanos) / 1e9);
        } catch (ExecutionException e) {
            throw new FeedFailedException("Kafka does not tell how far the clicks are sequenced; " + CONTINUE, e);
        }
    }

    private void send(
            ClickFeeder feeder,
            Producer<byte[], byte[]> producer,
            ImportOutcomes outcomes,
            Admin admin,
            List<TopicPartition> places,
            StopSignal stop)
            throws FeedFailedException, InterruptedException {
        long behind = 0;
        Thread thread = Thread.ofPlatform().name("click-feeder").start(feeder);
        try {
            while (thread.isAlive() && !stop.isRaised()) {
                if (waiting) {
                    outcomes.count(LOOK);
                } else {
                    stop.await(LOOK);
                }
                try {
                    behind = behind(admin, places, ends(admin, places));
                } catch (ExecutionException _) {
                    // The number is only shown, so the last one will do.
                }
                progress.accept(new Progress(clicks.clicks(), feeder.read(), behind));
            }
        } finally {
            feeder.stop();
            if (!thread.join(FLUSH)) {
                producer.close(Duration.ZERO); // ends a flush that waits for a broker
                thread.interrupt();
                thread.join();
            }
        }
        if (feeder.failure() != null) {
            throw new FeedFailedException(
                    "producing clicks failed: topic=" + config.get(TopicKeys.CLICKS) + "; " + CONTINUE,
                    feeder.failure());
        }
    }

    /** Waits until the streams role has processed all clicks; returns false if it was stopped before. */
    private boolean await(
            ClickFeeder feeder, ImportOutcomes outcomes, Admin admin, List<TopicPartition> places, StopSignal stop)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> ends = ends(admin, places);
        for (long behind = behind(admin, places, ends); behind > 0; behind = behind(admin, places, ends)) {
            progress.accept(new Progress(clicks.clicks(), feeder.read(), behind));
            if (stop.isRaised()) {
                return false;
            }
            outcomes.count(LOOK);
        }
        Map<TopicPartition, Long> outputs = ends(admin, outcomes.partitions());
        while (!outcomes.isPast(outputs)) {
            if (stop.isRaised()) {
                return false;
            }
            outcomes.count(LOOK);
        }
        progress.accept(new Progress(clicks.clicks(), feeder.read(), 0));
        return true;
    }

    private static Map<TopicPartition, Long> ends(Admin admin, List<TopicPartition> places)
            throws InterruptedException, ExecutionException {
        return offsets(admin, places, OffsetSpec.latest());
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, List<TopicPartition> places, OffsetSpec spec)
            throws InterruptedException, ExecutionException {
        return admin
                .listOffsets(places.stream().collect(Collectors.toMap(place -> place, _ -> spec)))
                .all()
                .get()
                .entrySet()
                .stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, offset -> offset.getValue().offset()));
    }

    /** Returns the number of records before these ends for which the streams role has not committed. */
    private long behind(Admin admin, List<TopicPartition> places, Map<TopicPartition, Long> ends)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(
                        config.get(ProcessKeys.APPLICATION_ID))
                .partitionsToOffsetAndMetadata()
                .get();
        Map<TopicPartition, Long> beginnings = offsets(admin, places, OffsetSpec.earliest());
        long behind = 0;
        for (TopicPartition place : places) {
            OffsetAndMetadata of = committed.get(place);
            long from = Math.max(beginnings.getOrDefault(place, 0L), of == null ? 0 : of.offset());
            behind += Math.max(0, ends.getOrDefault(place, 0L) - from);
        }
        return behind;
    }

    private Map<String, Object> producerProperties() {
        Map<String, Object> properties = config.kafka().forProducer();
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "20");
        // No batch is written after one that failed: the next run would take the failed clicks for written.
        properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        properties.put(ProducerConfig.RETRIES_CONFIG, Integer.toString(Integer.MAX_VALUE));
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.toString(Integer.MAX_VALUE));
        return properties;
    }
}
