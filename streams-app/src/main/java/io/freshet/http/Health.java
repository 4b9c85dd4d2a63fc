package io.freshet.http;

import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What an instance can say of itself. Thread-safe.
 *
 * <p>Alive is what need not be started again: a part that restores its state is alive. Ready is what should be asked:
 * everything is restored, and there is a model that answers at full speed.
 */
final class Health {
    /** A part of the instance; each list says why not, and is empty where all is well. */
    interface Part {
        List<String> whyNotAlive();

        List<String> whyNotReady();
    }

    private final List<Part> parts;
    private final BooleanSupplier closing;

    /** @param closing whether the instance has been asked to end */
    Health(List<Part> parts, BooleanSupplier closing) {
        this.parts = List.copyOf(parts);
        this.closing = closing;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/health/live", null, context -> answer(context, "live", this::whyNotAlive)),
                Route.get("/health/ready", null, context -> answer(context, "ready", this::whyNotReady)));
    }

    /** Says in a metric, too, whether the instance is ready: what scales instances must not do so while one restores. */
    void bindTo(MeterRegistry registry) {
        Gauge.builder("freshet.ready", this, health -> health.whyNotReady().isEmpty() ? 1 : 0)
                .description("1 while this instance is ready, 0 while it is not")
                .register(registry);
    }

    private static void answer(Context context, String wanted, Supplier<List<String>> whyNot) {
        List<String> reasons = whyNot.get();
        Json.answer(context, reasons.isEmpty() ? 200 : 503, json -> {
            json.writeStringField("status", reasons.isEmpty() ? wanted : "not-" + wanted);
            json.writeArrayFieldStart("reasons");
            for (String reason : reasons) {
                json.writeString(reason);
            }
            json.writeEndArray();
        });
    }

    private List<String> whyNotAlive() {
        return parts.stream().flatMap(part -> part.whyNotAlive().stream()).toList();
    }

    private List<String> whyNotReady() {
        List<String> reasons = new ArrayList<>(whyNotAlive());
        if (closing.getAsBoolean()) {
            reasons.add("this instance is closing");
        }
        parts.forEach(part -> reasons.addAll(part.whyNotReady()));
        return reasons;
    }
}
