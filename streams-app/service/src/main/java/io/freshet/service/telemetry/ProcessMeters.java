package io.freshet.service.telemetry;

import io.freshet.model.tensor.TensorMemory;
import io.freshet.service.config.FreshetConfig;
import io.freshet.training.telemetry.KafkaMeters;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.logging.LogbackMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.metrics.Sensor;

/** Meters of the process, whatever its roles: JVM, log, and off-heap tensor memory. */
public final class ProcessMeters implements MeterBinder, AutoCloseable {
    private final JvmGcMetrics collector = new JvmGcMetrics();
    private final LogbackMetrics log = new LogbackMetrics();
    private final List<MeterBinder> binders = List.of(
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ClassLoaderMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics(),
            collector,
            log);

    /**
     * Returns a registry for the whole process. It filters out meters that are not worth their time series.
     *
     * @param config says whether Kafka's clients measure details
     */
    public static PrometheusMeterRegistry registry(FreshetConfig config) {
        Object level = config.kafka().forStreams().get(CommonClientConfigs.METRICS_RECORDING_LEVEL_CONFIG);
        boolean details = level != null && !Sensor.RecordingLevel.INFO.name().equalsIgnoreCase(level.toString());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(KafkaMeters.filter(details));
        return registry;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        binders.forEach(binder -> binder.bindTo(registry));
        bytes(registry, "tensors.used", "Memory of tensors outside the heap", TensorMemory::usedBytes);
        bytes(
                registry,
                "javacpp.used",
                "Memory outside the heap that JavaCPP itself has allocated, tensors not included",
                TensorMemory::javaCppBytes);
        bytes(
                registry,
                "tensors.max",
                "Limit of the memory of tensors (org.bytedeco.javacpp.maxbytes); 0 for no limit",
                TensorMemory::maxBytes);
        bytes(registry, "process.resident", "Resident memory of the whole process", TensorMemory::processBytes);
        bytes(
                registry,
                "process.resident.max",
                "Resident memory above which tensors are refused (org.bytedeco.javacpp.maxphysicalbytes); 0 for no"
                        + " limit",
                TensorMemory::maxProcessBytes);
    }

    private static void bytes(MeterRegistry registry, String name, String description, LongSupplier value) {
        Gauge.builder("freshet." + name, value, LongSupplier::getAsLong)
                .description(description)
                .baseUnit(BaseUnits.BYTES)
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void close() {
        collector.close();
        log.close();
    }
}
