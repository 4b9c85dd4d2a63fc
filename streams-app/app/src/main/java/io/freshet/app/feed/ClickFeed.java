package io.freshet.app.feed;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Produces the synthetic shop's clicks at a steady pace to an external Kafka cluster. The topic must exist. */
public final class ClickFeed {
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

    private final FreshetConfig config;
    private final GeneratorConfig generator;
    private final double clicksPerSecond;

    public ClickFeed(FreshetConfig config, GeneratorConfig generator, double clicksPerSecond) {
        this.config = config;
        this.generator = generator;
        this.clicksPerSecond = clicksPerSecond;
    }

    /**
     * Feeds clicks until the signal is raised or the time is up.
     *
     * @return the number of clicks written to the topic
     * @throws FeedFailedException if clicks cannot be produced
     */
    public long run(Duration most, StopSignal stop) throws FeedFailedException, InterruptedException {
        String topic = config.get(TopicKeys.CLICKS);
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(producerProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            int partitions = producer.partitionsFor(topic).size();
            ClickFeeder feeder = new ClickFeeder(
                    new ClickGenerator(generator, Clock.systemUTC()),
                    ProducedClicks.none(partitions),
                    producer,
                    config,
                    partitions,
                    new Pace.Rate(clicksPerSecond, true));
            Thread thread = Thread.ofPlatform().name("click-feeder").start(feeder);
            long deadline = System.nanoTime() + most.toNanos();
            while (thread.isAlive() && System.nanoTime() < deadline && !stop.await(LOOK_INTERVAL)) {
                // The feeder runs on its own thread.
            }
            feeder.stop();
            thread.join();
            if (feeder.failure() != null) {
                throw new FeedFailedException("producing clicks failed: topic=" + topic, feeder.failure());
            }
            return feeder.produced();
        }
    }

    private Map<String, Object> producerProperties() {
        Map<String, Object> properties = config.kafka().forProducer();
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return properties;
    }
}
