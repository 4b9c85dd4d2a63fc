package io.freshet.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.topology.TopicWatch;
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
 * What an instance can say of itself. Thread-safe.
 *
 * <p>Alive is what need not be started again: every loop makes progress. A part that waits for topics, restores its state,
 * or begins anew after a failure is alive.
 *
 * <p>Ready is what should be asked. An instance that serves is ready when it can serve: everything is restored, and there
 * is a model that answers at full speed. Whether it learns, too, is told apart, and changes nothing of that; it decides
 * where an instance has no other role.
 */
final class Health {
    /** A role of the instance; each list says why not, and is empty where all is well. */
    interface Part {
        List<String> whyNotAlive();

        List<String> whyNotReady();

        /** Writes fields of its own into its object. */
        default void describe(JsonGenerator json) throws IOException {}
    }

    private final @Nullable Part serving;
    private final @Nullable Part learning;
    private final @Nullable TopicWatch topics;
    private final BooleanSupplier closing;

    /**
     * @param serving null where the instance does not serve
     * @param learning null where the instance does not learn
     * @param topics null where the topics are there
     * @param closing whether the instance has been asked to end
     */
    Health(@Nullable Part serving, @Nullable Part learning, @Nullable TopicWatch topics, BooleanSupplier closing) {
        this.serving = serving;
        this.learning = learning;
        this.topics = topics;
        this.closing = closing;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/health/live", null, context -> answer(context, "live", this::whyNotAlive, false)),
                Route.get("/health/ready", null, context -> answer(context, "ready", this::whyNotReady, true)));
    }

    /** Says in a metric, too, whether the instance is ready: what scales instances must not do so while one restores. */
    void bindTo(MeterRegistry registry) {
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
