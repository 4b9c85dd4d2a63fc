package io.freshet.http;

import io.javalin.http.Context;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;

/** {@code /metrics} for Prometheus, and the server's own. Thread-safe. */
final class Metrics {
    private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String NO_ROUTE = "none";

    private final PrometheusMeterRegistry registry;

    Metrics(PrometheusMeterRegistry registry) {
        this.registry = registry;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    List<Route> routes() {
        return List.of(Route.get("/metrics", this::scrape));
    }

    private void scrape(Context context) {
        String accept = context.header("Accept");
        String type = accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PLAIN;
        context.contentType(type).result(registry.scrape(type));
    }

    /** Counts an answered request, under its route and not its address, of which there are too many. */
    void count(Context context, Duration took) {
        Timer.builder("freshet.http.requests")
                .description("Time to answer requests over HTTP")
                .tag("route", routeOf(context))
                .tag("status", Integer.toString(context.statusCode()))
                .register(registry)
                .record(took);
    }

    private static String routeOf(Context context) {
        var endpoint = context.endpoints().lastHttpEndpoint();
        return endpoint == null ? NO_ROUTE : endpoint.method + " " + endpoint.path;
    }
}
