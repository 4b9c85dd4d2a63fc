package io.freshet.app.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Produces a hundred clicks per second on its own thread, and reads the resulting recommendations. */
final class ClickLoop implements AutoCloseable {
    private static final int USERS = 40;
    private static final int ITEMS = 200; // more than any user clicks, so that unseen items remain to recommend
    private static final Duration INTERVAL = Duration.ofMillis(10);

    private final FreshetConfig config;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread clicking;

    /** A recommendation and the time at which it was read. */
    record Answer(JsonNode json, Instant at) {}

    private ClickLoop(FreshetConfig config) {
        this.config = config;
        producer =
                new KafkaProducer<>(config.kafka().forProducer(), new ByteArraySerializer(), new ByteArraySerializer());
        Map<String, Object> properties = config.kafka().forConsumer();
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        clicking = Thread.ofPlatform().name("clicking").unstarted(this::click);
    }

    /** Starts the loop. The topics must exist. */
    static ClickLoop start(FreshetConfig config) {
        ClickLoop loop = new ClickLoop(config);
        String topic = config.get(TopicKeys.RECOMMENDATIONS);
        List<TopicPartition> partitions = loop.consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        loop.consumer.assign(partitions);
        loop.clicking.start();
        return loop;
    }

    private void click() {
        try {
            for (long i = 0; ; i++) {
                String user = "user-" + i % USERS;
                // All users walk the same ring of items, so that the next item can be learned.
                String item = "item-" + (i / USERS + 5 * (i % USERS)) % ITEMS;
                Click click = new Click(user, item, System.currentTimeMillis(), null, null);
                var _ = producer.send(new ProducerRecord<>(
                        config.get(TopicKeys.CLICKS), user.getBytes(StandardCharsets.UTF_8), ClickCodec.toJson(click)));
                Thread.sleep(INTERVAL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the next recommendation that matches. */
    Answer awaitAnswer(Duration most, Predicate<JsonNode> wanted) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        long deadline = System.nanoTime() + most.toNanos();
        while (System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                JsonNode json = mapper.readTree(record.value());
                if (wanted.test(json)) {
                    return new Answer(json, Instant.now());
                }
            }
        }
        throw new AssertionError("such a recommendation must come within " + most);
    }

    @Override
    public void close() {
        clicking.interrupt();
        try {
            clicking.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(5));
        consumer.close();
    }
}
