package io.freshet.service.http.route;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.runtime.TopicWatch;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
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

        /** Returns what the role waits for, although it is ready; null for nothing. */
        default @Nullable String waitsFor() {
            return null;
        }

        /** Returns everything that is known of the role. */
        default RoleHealth health() {
            List<String> reasons = Stream.concat(whyNotAlive().stream(), whyNotReady().stream())
                    .toList();
            return new RoleHealth(reasons.isEmpty(), reasons, waitsFor(), null, null, null, null);
        }
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

    @JsonTypeName("Health")
    private record Report(
            String status,
            List<String> reasons,
            @Nullable RoleHealth serving,
            @Nullable RoleHealth learning) {}

    /** State of a role. The fields of the trainer are null for other roles. */
    @JsonClassDescription("State of one role, if the instance has it; only in `/health/ready`.")
    record RoleHealth(
            boolean ready,
            List<String> reasons,

            @JsonPropertyDescription("What the role waits for, although it is ready: the schema registry.") @Nullable
            String waitsFor,

            @JsonPropertyDescription("Phase of the trainer.") @Nullable
            String phase,

            @JsonPropertyDescription("Number of the trainer's restarts after a failure.") @Nullable
            Integer restarts,

            @JsonPropertyDescription("Time since the trainer's last step.") @Nullable
            Double secondsSinceStep,

            @JsonPropertyDescription("Input records that the trainer has not yet learned from.") @Nullable
            Long lag) {}

    public List<Route> routes() {
        return List.of(
                Route.get(
                        "/health/live",
                        null,
                        operation("live", "Whether every loop of this instance makes progress")
                                .answers(200, "Every loop makes progress.", Report.class)
                                .answers(503, "The instance must be restarted.", Report.class),
                        context -> answer(context, "live", whyNotAlive(), null, null)),
                Route.get(
                        "/health/ready",
                        null,
                        operation("ready", "Whether this instance is ready for requests")
                                .description("An instance that serves is ready if everything is restored and there is a"
                                        + " model to answer with; `learning` is reported separately and does not change"
                                        + " the status. An instance that only learns is ready if it learns or stands"
                                        + " by.")
                                .answers(200, "The instance is ready.", Report.class)
                                .answers(
                                        503,
                                        "The instance is not ready yet, or is no longer ready; `reasons` says why.",
                                        Report.class),
                        context -> answer(context, "ready", whyNotReady(), serving, learning)));
    }

    private static Operation operation(String id, String summary) {
        return new Operation(id, Tag.OPERATIONS, summary).ignoringParameters();
    }

    /** Also exposes readiness as a metric: an autoscaler must not scale while an instance restores its state. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("freshet.ready", this, health -> health.whyNotReady().isEmpty() ? 1 : 0)
                .description("1 while this instance is ready, 0 while it is not")
                .register(registry);
    }

    private static void answer(
            Context context, String wanted, List<String> reasons, @Nullable Part serving, @Nullable Part learning) {
        Report report = new Report(
                reasons.isEmpty() ? wanted : "not-" + wanted,
                reasons,
                serving == null ? null : serving.health(),
                learning == null ? null : learning.health());
        Json.answer(context, reasons.isEmpty() ? 200 : 503, report);
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
