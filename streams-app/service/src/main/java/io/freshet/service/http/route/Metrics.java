package io.freshet.service.http.route;

import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.telemetry.ProcessMeters;
import io.freshet.training.telemetry.LatencyTimers;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;

/** Serves {@code /metrics} for Prometheus, and holds the meters of requests and of the process. Thread-safe. */
public final class Metrics implements AutoCloseable {
    private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String NO_ROUTE = "none";

    private final PrometheusMeterRegistry registry;
    private final ProcessMeters process = new ProcessMeters();

    public Metrics(PrometheusMeterRegistry registry) {
        this.registry = registry;
        process.bindTo(registry);
    }

    public List<Route> routes() {
        Operation operation = new Operation("metrics", Tag.OPERATIONS, "Metrics for Prometheus")
                .ignoringParameters()
                .answersText(
                        "In Prometheus's text format, or in OpenMetrics if requested.",
                        "text/plain",
                        "application/openmetrics-text");
        return List.of(Route.get("/metrics", Scope.METRICS, operation, this::scrape));
    }

    private void scrape(Context context) {
        String accept = context.header("Accept");
        String type = accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PLAIN;
        context.contentType(type).result(registry.scrape(type));
    }

    /** Counts an answered request by its route rather than its path, of which there are too many. */
    public void count(Context context, Duration took) {
        LatencyTimers.computing("freshet.http.requests", "Time to answer HTTP requests")
                .tag("route", routeOf(context))
                .tag("status", Integer.toString(context.statusCode()))
                .register(registry)
                .record(took);
    }

    private static String routeOf(Context context) {
        var endpoint = context.endpoints().lastHttpEndpoint();
        return endpoint == null ? NO_ROUTE : endpoint.method + " " + endpoint.path;
    }

    @Override
    public void close() {
        process.close();
    }
}
