package io.freshet.service.telemetry;

import io.freshet.model.tensor.TensorMemory;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.training.telemetry.KafkaMeters;
import io.micrometer.core.instrument.Clock;
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
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.File;
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
     * Returns a registry for the whole process, with the versions of the program and the space for its state. It filters out
     * meters that are not worth their time series. The meters of a shadow have the tag {@code shadow}.
     *
     * @param config says whether Kafka's clients measure details, and whether the process is a shadow
     */
    public static PrometheusMeterRegistry registry(FreshetConfig config) {
        Object level = config.kafka().forStreams().get(CommonClientConfigs.METRICS_RECORDING_LEVEL_CONFIG);
        boolean details = level != null && !Sensor.RecordingLevel.INFO.name().equalsIgnoreCase(level.toString());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(
                PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new CurrentSpan());
        registry.config().meterFilter(KafkaMeters.filter(details));
        if (config.get(VariantKeys.SHADOW)) {
            // Alerts of what users get leave these out.
            registry.config().commonTags("shadow", "true");
        }
        Info.builder()
                .name("freshet_build_info")
                .help("The versions of Freshet, of Kafka's libraries and of Java; always 1")
                .labelNames("version", "kafka", "java")
                .register(registry.getPrometheusRegistry())
                .setLabelValues(
                        Build.version(), Build.kafka(), Runtime.version().toString());
        File state = config.get(ProcessKeys.STATE_DIR).toFile();
        bytes(registry, "state.free", "Free space of the file system of state.dir", state::getUsableSpace);
        bytes(registry, "state.size", "Size of the file system of state.dir", state::getTotalSpace);
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
