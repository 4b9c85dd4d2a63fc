package io.freshet.workbench.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testkit.broker.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
    private static final String TOPIC = "letters";

    @TempDir
    Path folder;

    @Test
    void shouldKeepRecordsAndPortWhenStartedAgainOnTheSameFolder() throws Exception {
        String firstAddress;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            firstAddress = kafka.bootstrapServers();
            createTopic(firstAddress);
            produceInOneTransaction(firstAddress, List.of("a", "b"));
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            assertThat(kafka.bootstrapServers()).isEqualTo(firstAddress);
            produceInOneTransaction(firstAddress, List.of("c"));
            assertThat(committed(firstAddress, 3)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void shouldCloseWithinTwoSecondsWhenClientsAreGone() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.start(folder);
        long start = System.nanoTime();
        kafka.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    private static void createTopic(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
    }

    private static void produceInOneTransaction(String address, List<String> letters) {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", address, "transactional.id", "letters"),
                new StringSerializer(),
                new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String letter : letters) {
                var _ = producer.send(new ProducerRecord<>(TOPIC, letter));
            }
            producer.commitTransaction();
        }
    }

    private static List<String> committed(String address, int expected) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", address, "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new ArrayList<>();
            for (int poll = 0; poll < 50 && values.size() < expected; poll++) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
