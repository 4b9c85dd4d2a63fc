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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Serves {@code /metrics} for Prometheus, and holds the meters of requests and of the process. Thread-safe. */
public final class Metrics implements AutoCloseable {
    private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String NO_ROUTE = "none";
    private static final String NAMES = "name[]"; // as Prometheus's own clients call it
    private static final Pattern SUFFIX = Pattern.compile("_(total|count|sum|bucket|info)$");

    private final PrometheusMeterRegistry registry;
    private final ProcessMeters process = new ProcessMeters();

    public Metrics(PrometheusMeterRegistry registry) {
        this.registry = registry;
        process.bindTo(registry);
    }

    public List<Route> routes() {
        Operation operation = new Operation("metrics", Tag.OPERATIONS, "Metrics for Prometheus")
                .description(
                        "With the parameter `" + NAMES + "`, which may be repeated, only the metrics of these names.")
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
        List<String> wanted = context.queryParams(NAMES);
        String metrics = wanted.isEmpty() ? registry.scrape(type) : registry.scrape(type, withoutSuffixes(wanted));
        context.contentType(type).result(metrics);
    }

    /** Returns the names of metrics, each as it is and without the suffix of a sample, by which the registry knows it. */
    private static Set<String> withoutSuffixes(List<String> names) {
        Set<String> all = new HashSet<>(names);
        names.forEach(name -> all.add(SUFFIX.matcher(name).replaceFirst("")));
        return all;
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
