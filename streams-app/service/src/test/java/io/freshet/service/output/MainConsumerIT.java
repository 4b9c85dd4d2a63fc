package io.freshet.service.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testkit.broker.Broker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag(Broker.TAG)
final class MainConsumerIT {
    private static final int RECORDS = 3;

    @TempDir
    Path folder;

    @Test
    void shouldGoToCommittedOffsetsWhenPartitionsArePaused() throws Exception {
        try (Broker kafka = Broker.start(folder)) {
            TopicPartition committed = filled(kafka, "committed");
            TopicPartition uncommitted = filled(kafka, "uncommitted");
            TopicPartition running = filled(kafka, "running");
            Set<TopicPartition> all = Set.of(committed, uncommitted, running);
            try (MainConsumer consumer = consumer(kafka, "earliest")) {
                consumer.assign(all);
                readAll(consumer, all);
                consumer.commitSync(Map.of(committed, new OffsetAndMetadata(1), running, new OffsetAndMetadata(1)));
                consumer.pause(Set.of(committed, uncommitted));

                consumer.committed(all);

                assertThat(consumer.position(committed)).isEqualTo(1);
                assertThat(consumer.position(uncommitted)).isEqualTo(0);
                assertThat(consumer.position(running)).isEqualTo(RECORDS);
                consumer.resume(all);
                assertThat(readAll(consumer, all))
                        .extracting(ConsumerRecord::topic)
                        .containsExactlyInAnyOrder(
                                "committed", "committed", "uncommitted", "uncommitted", "uncommitted");
            }
        }
    }

    @Test
    void shouldStayWhenNothingIsCommittedAndTheBeginIsNotTheEarliest() throws Exception {
        try (Broker kafka = Broker.start(folder)) {
            TopicPartition partition = filled(kafka, "clicks");
            Set<TopicPartition> all = Set.of(partition);
            try (MainConsumer consumer = consumer(kafka, "latest")) {
                consumer.assign(all);
                consumer.seek(partition, 0);
                readAll(consumer, all);
                consumer.pause(all);

                consumer.committed(all);

                assertThat(consumer.position(partition)).isEqualTo(RECORDS);
            }
        }
    }

    private static MainConsumer consumer(Broker kafka, String begin) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", kafka.bootstrapServers());
        config.put("group.id", "group");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", begin);
        return new MainConsumer(config, SchemaGate.OPEN);
    }

    /** Creates a topic with one partition and some records. */
    private static TopicPartition filled(Broker kafka, String topic) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (Admin admin = Admin.create(config)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {(byte) i}))
                        .get();
            }
        }
        return new TopicPartition(topic, 0);
    }

    private static List<ConsumerRecord<byte[], byte[]>> readAll(MainConsumer consumer, Set<TopicPartition> partitions) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (partitions.stream().anyMatch(partition -> consumer.position(partition) < RECORDS)) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
        return records;
    }
}
