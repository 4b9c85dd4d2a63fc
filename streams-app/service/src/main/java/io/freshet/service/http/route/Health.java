package io.freshet.service.http.route;

import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.runtime.TopicWatch;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Liveness and readiness of an instance. Thread-safe.
 *
 * <p>An instance is alive if it need not be restarted: every loop makes progress. A part that waits for topics, restores
 * its state, or starts over after a failure is alive.
 *
 * <p>An instance is ready if it should receive requests. An instance that serves is ready when all state is restored and a
 * model answers at full speed. Whether it also learns is reported separately and does not affect readiness, unless the
 * instance has no serving role.
 */
public final class Health {
    /** A role of the instance. Each list gives the reasons why not, and is empty if all is well. */
    interface Part {
        List<String> whyNotAlive();

        List<String> whyNotReady();

        /** Writes additional fields into the part's JSON object. */
        default void describe(JsonGenerator json) throws IOException {}
    }

    private final @Nullable Part serving;
    private final @Nullable Part learning;
    private final @Nullable TopicWatch topics;
    private final BooleanSupplier closing;

    /**
     * @param serving null if the instance does not serve
     * @param learning null if the instance does not learn
     * @param topics null if the topics exist
     * @param closing whether the instance has been asked to shut down
     */
    public Health(
            @Nullable Part serving, @Nullable Part learning, @Nullable TopicWatch topics, BooleanSupplier closing) {
        this.serving = serving;
        this.learning = learning;
        this.topics = topics;
        this.closing = closing;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/health/live", null, context -> answer(context, "live", this::whyNotAlive, false)),
                Route.get("/health/ready", null, context -> answer(context, "ready", this::whyNotReady, true)));
    }

    /** Also exposes readiness as a metric: an autoscaler must not scale while an instance restores its state. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("freshet.ready", this, health -> health.whyNotReady().isEmpty() ? 1 : 0)
                .description("1 while this instance is ready, 0 while it is not")
                .register(registry);
    }

    private void answer(Context context, String wanted, Supplier<List<String>> whyNot, boolean withParts) {
        List<String> reasons = whyNot.get();
        Json.answer(context, reasons.isEmpty() ? 200 : 503, json -> {
            json.writeStringField("status", reasons.isEmpty() ? wanted : "not-" + wanted);
            writeReasons(json, reasons);
            if (withParts) {
                writePart(json, "serving", serving);
                writePart(json, "learning", learning);
            }
        });
    }

    private static void writePart(JsonGenerator json, String name, @Nullable Part part) throws IOException {
        if (part == null) {
            return;
        }
        List<String> reasons = Stream.concat(part.whyNotAlive().stream(), part.whyNotReady().stream())
                .toList();
        json.writeObjectFieldStart(name);
        json.writeBooleanField("ready", reasons.isEmpty());
        writeReasons(json, reasons);
        part.describe(json);
        json.writeEndObject();
    }

    private static void writeReasons(JsonGenerator json, List<String> reasons) throws IOException {
        json.writeArrayFieldStart("reasons");
        for (String reason : reasons) {
            json.writeString(reason);
        }
        json.writeEndArray();
    }

    private List<String> whyNotAlive() {
        List<String> reasons = new ArrayList<>();
        Stream.of(serving, learning).filter(Objects::nonNull).forEach(part -> reasons.addAll(part.whyNotAlive()));
        if (topics != null) {
            reasons.addAll(topics.overdue());
        }
        return reasons;
    }

    private List<String> whyNotReady() {
        List<String> reasons = new ArrayList<>(whyNotAlive());
        if (closing.getAsBoolean()) {
            reasons.add("this instance is closing");
        }
        if (topics != null && !topics.missing().isEmpty()) {
            reasons.add("topics: waiting until they exist, missing=" + topics.missing());
        }
        Part deciding = serving != null ? serving : learning;
        if (deciding != null) {
            reasons.addAll(deciding.whyNotReady());
        }
        return reasons;
    }
}
