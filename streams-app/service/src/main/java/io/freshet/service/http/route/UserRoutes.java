package io.freshet.service.http.route;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Ids;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.telemetry.TraceHeaders;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Routes that read and erase a user's data. */
public final class UserRoutes {
    private static final int ACCEPTED = 202;

    private final UserRouting routing;
    private final ClickProducer producer;

    public UserRoutes(UserRouting routing, ClickProducer producer) {
        this.routing = routing;
        this.producer = producer;
    }

    private record Sequence(String userId, List<Event> interactions) {}

    @JsonTypeName("Interaction")
    private record Event(
            String itemId,

            @JsonPropertyDescription("Milliseconds since 1970.")
            long timestamp,

            @Nullable String eventType) {}

    private record ForgottenUser(String userId) {}

    public List<Route> routes() {
        return List.of(
                Route.get(
                        "/v1/users/{id}/sequence",
                        Scope.READ,
                        new Operation("userSequence", Tag.USERS, "Interactions of a user")
                                .id("A user, percent-encoded.")
                                .answers(200, "The user's newest interactions, oldest first.", Sequence.class)
                                .refuses(ProblemType.UNKNOWN_USER),
                        this::sequence),
                Route.delete(
                        "/v1/users/{id}",
                        Scope.ADMIN,
                        new Operation("forgetUser", Tag.USERS, "Forget a user")
                                .description("Writes a tombstone to the clicks topic. The user's sequence,"
                                        + " recommendations and replay entry are erased when the tombstone is"
                                        + " processed.")
                                .id("A user, percent-encoded.")
                                .answers(ACCEPTED, "The tombstone is in Kafka.", ForgottenUser.class),
                        this::forget));
    }

    private void sequence(Context context) throws IOException {
        String userId = Ids.in(context);
        routing.answer(context, new byte[0], userId, (asked, sequence) -> {
            if (sequence == null) {
                throw new ProblemException(ProblemType.UNKNOWN_USER, "the user is not known: user_id=" + userId);
            }
            List<Event> events = sequence.interactions().stream()
                    .map(one -> new Event(one.itemId(), one.timestampMs(), one.eventType()))
                    .toList();
            Json.answer(asked, 200, new Sequence(userId, events));
        });
    }

    /**
     * Writes a tombstone to the clicks. Every component that keeps data of the user deletes it when it reads the tombstone.
     */
    private void forget(Context context) {
        String userId = Ids.in(context);
        producer.sendTombstone(userId, TraceHeaders.of(context::header)).ifPresent(why -> {
            throw new ProblemException(ProblemType.KAFKA_UNAVAILABLE, why, Map.of("Retry-After", "5"));
        });
        Json.answer(context, ACCEPTED, new ForgottenUser(userId));
    }
}
