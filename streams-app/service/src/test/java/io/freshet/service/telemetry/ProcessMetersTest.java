package io.freshet.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.config.FreshetConfig;
import io.freshet.training.telemetry.LatencyTimers;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessMetersTest {
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @TempDir
    private Path folder;

    @Test
    void shouldNameTheTraceOfAValue() {
        PrometheusMeterRegistry registry = registry();
        record(registry, TraceFlags.getSampled());

        assertThat(registry.scrape(OPEN_METRICS)).contains("trace_id=\"" + TRACE + "\"");
        assertThat(registry.scrape()).doesNotContain(TRACE);
    }

    @Test
    void shouldNameNoTraceThatIsNotKept() {
        PrometheusMeterRegistry registry = registry();
        record(registry, TraceFlags.getDefault());

        assertThat(registry.scrape(OPEN_METRICS))
                .contains("freshet_test_seconds")
                .doesNotContain(TRACE);
    }

    @Test
    void shouldSayWhichVersionRunsAndHowMuchSpaceItHas() {
        String metrics = registry().scrape();

        assertThat(metrics)
                .contains("freshet_build_info{java=\"" + Runtime.version() + "\",kafka=\"4.")
                .containsPattern("freshet_build_info\\{java=\"[^\"]+\",kafka=\"[.0-9]+\",version=\"[0-9][^\"]*\"} 1");
        assertThat(metrics)
                .containsPattern("freshet_state_free_bytes [1-9]")
                .containsPattern("freshet_state_size_bytes [1-9]");
    }

    /** The alerts leave out the metrics of a shadow, because nobody gets its answers. */
    @Test
    void shouldTellAShadowFromTheOthers() {
        Map<String, String> settings = new HashMap<>(settings());
        settings.putAll(Map.of("variants.name", "b", "scorer.shadow", "true"));
        PrometheusMeterRegistry shadow = ProcessMeters.registry(FreshetConfig.of(settings));
        shadow.counter("freshet.test", "reason", "r").increment();

        assertThat(shadow.scrape()).contains("freshet_test_total{reason=\"r\",shadow=\"true\"} 1.0");
        assertThat(registry().scrape()).doesNotContain("shadow");
    }

    private PrometheusMeterRegistry registry() {
        return ProcessMeters.registry(FreshetConfig.of(settings()));
    }

    private Map<String, String> settings() {
        return Map.of("kafka.bootstrap.servers", "localhost:9092", "state.dir", folder.toString());
    }

    private static void record(PrometheusMeterRegistry registry, TraceFlags flags) {
        SpanContext context = SpanContext.create(TRACE, "b7ad6b7169203331", flags, TraceState.getDefault());
        try (Scope _ = Span.wrap(context).makeCurrent()) {
            LatencyTimers.computing("freshet.test", "A test").register(registry).record(Duration.ofMillis(3));
        }
    }
}
