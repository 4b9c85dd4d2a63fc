package io.freshet.training.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Uses clients that never reach a broker, since they have metrics anyway. */
final class KafkaMetersTest {
    private static final Map<String, Object> NOBODY =
            Map.of("bootstrap.servers", "127.0.0.1:1", "client.id", "watched");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void shouldHaveTheMetersOfItsClientsUntilItIsClosed() {
        try (var consumer = new KafkaConsumer<>(NOBODY, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                var producer = new KafkaProducer<>(NOBODY, new ByteArraySerializer(), new ByteArraySerializer())) {
            try (KafkaMeters meters = new KafkaMeters(registry)) {
                assertThat(meters.watch(consumer)).isSameAs(consumer);
                assertThat(meters.watch(producer)).isSameAs(producer);

                assertThat(registry.getMeters())
                        .extracting(Meter::getId)
                        .allSatisfy(id -> assertThat(id.getTag("client.id")).isEqualTo("watched"))
                        .extracting(Meter.Id::getName)
                        .anyMatch(name -> name.startsWith("kafka.consumer."))
                        .anyMatch(name -> name.startsWith("kafka.producer."));
            }
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void shouldKeepOutWhatEachConnectionAndTheSharedCacheSay() {
        registry.config().meterFilter(KafkaMeters.filter(true));

        registry.counter("kafka.producer.node.request.total", "node.id", "node-1");
        registry.counter("kafka.app.info.start.time.ms");
        registry.counter("kafka.stream.state.block.cache.usage", "rocksdb.state.id", "user-sequences");
        registry.counter("kafka.stream.state.size.all.mem.tables", "rocksdb.state.id", "user-sequences");
        registry.counter("freshet.restore.records", "node.id", "ours");

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsExactlyInAnyOrder("kafka.stream.state.size.all.mem.tables", "freshet.restore.records");
    }

    @Test
    void shouldKeepOutWhatIsNotMeasuredWithoutDetails() {
        registry.config().meterFilter(KafkaMeters.filter(false));

        registry.counter("kafka.stream.state.put.latency.avg", "rocksdb.state.id", "user-sequences");
        registry.counter("kafka.stream.state.restore.rate", "rocksdb.state.id", "user-sequences");
        registry.counter("kafka.stream.state.memtable.hit.ratio", "rocksdb.state.id", "user-sequences");
        registry.counter("kafka.stream.state.number.open.files", "rocksdb.state.id", "user-sequences");
        registry.counter("kafka.stream.state.size.all.mem.tables", "rocksdb.state.id", "user-sequences");
        registry.counter("kafka.stream.state.num.open.iterators", "rocksdb.state.id", "user-sequences");
        registry.counter("kafka.stream.state.updater.idle.ratio", "thread.id", "updater");

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsExactlyInAnyOrder(
                        "kafka.stream.state.size.all.mem.tables",
                        "kafka.stream.state.num.open.iterators",
                        "kafka.stream.state.updater.idle.ratio");
    }
}
