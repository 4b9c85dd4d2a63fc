package io.freshet.service.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Supplies the default clients of Kafka Streams, except that producers are {@link BoundedProducer}s and main consumers are
 * {@link MainConsumer}s.
 */
final class BoundedClients implements KafkaClientSupplier {
    private final OutputLimits limits;
    private final SchemaGate gate;

    BoundedClients(OutputLimits limits, SchemaGate gate) {
        this.limits = limits;
        this.gate = gate;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new BoundedProducer(config, limits);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new MainConsumer(config, gate);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Adds an interceptor, because Kafka Streams calls no timestamp extractor for records of global topics. */
    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        Object others = config.get(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG);
        List<Object> interceptors = new ArrayList<>(others instanceof List<?> list ? list : List.of());
        if (others instanceof String names && !names.isBlank()) {
            interceptors.addAll(Arrays.asList(names.split(",", -1)));
        }
        interceptors.add(TimedRecords.class.getName());
        Map<String, Object> intercepted = new HashMap<>(config);
        intercepted.put(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, interceptors);
        return new KafkaConsumer<>(intercepted, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
