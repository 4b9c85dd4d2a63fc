package io.freshet.app.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.Freshet;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.testkit.broker.Broker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code freshet feed}. */
@Tag(Broker.TAG)
final class FeedIT {
    @TempDir
    private Path folder;

    @Test
    void shouldFeedClicksAtThePaceAskedFor() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            String brokers = "kafka.bootstrap.servers=" + kafka.bootstrapServers();
            int code = Freshet.commandLine().execute("feed", "--rate", "200", "--duration", "2s", "--set", brokers);
            assertThat(code).isZero();
            List<byte[]> clicks = clicks(FreshetConfig.of(Map.of("kafka.bootstrap.servers", kafka.bootstrapServers())));
            assertThat(clicks).hasSizeBetween(300, 500);
            for (byte[] click : clicks) {
                assertThat(ClickCodec.parse(click).userId()).startsWith("user-");
            }
        }
    }

    @Test
    void shouldMarkItsClicksOnlyWhenOthersOnTheTopicHaveAnotherFormat() throws Exception {
        try (Broker kafka = Broker.start(folder.resolve("kafka"))) {
            String brokers = "kafka.bootstrap.servers=" + kafka.bootstrapServers();
            FreshetConfig config = FreshetConfig.of(Map.of("kafka.bootstrap.servers", kafka.bootstrapServers()));
            List<String> feed = List.of("feed", "--rate", "100", "--duration", "1s", "--set", brokers);
            assertThat(Freshet.commandLine().execute(feed.toArray(String[]::new)))
                    .isZero();
            assertThat(records(config)).isNotEmpty().noneMatch(record -> ClickFormat.isMarkedAsOwn(record.headers()));

            List<String> marked = new ArrayList<>(feed);
            marked.addAll(List.of("--set", "clicks.format=cloudevents"));
            assertThat(Freshet.commandLine().execute(marked.toArray(String[]::new)))
                    .isZero();
            assertThat(records(config)).anyMatch(record -> ClickFormat.isMarkedAsOwn(record.headers()));
        }
    }

    @Test
    void shouldRefuseAPaceThatCannotBe() {
        assertThat(Freshet.commandLine().execute("feed", "--rate", "0")).isEqualTo(2);
        assertThat(Freshet.commandLine().execute("feed", "--items", "1")).isEqualTo(2);
    }

    private static List<byte[]> clicks(FreshetConfig config) {
        return records(config).stream().map(ConsumerRecord::value).toList();
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(FreshetConfig config) {
        String topic = config.get(TopicKeys.CLICKS);
        List<ConsumerRecord<byte[], byte[]>> clicks = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                config.kafka().forConsumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long wanted = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            while (clicks.size() < wanted) {
                consumer.poll(Duration.ofMillis(200)).forEach(clicks::add);
            }
        }
        return clicks;
    }
}
