package io.freshet.service.http.route;

import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Ids;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.telemetry.TraceHeaders;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Routes that read and erase a user's data. */
public final class UserRoutes {
    private static final int ACCEPTED = 202;

    private final UserRouting places;
    private final ClickProducer producer;

    public UserRoutes(UserRouting places, ClickProducer producer) {
        this.places = places;
        this.producer = producer;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/users/{id}/sequence", Scope.READ, this::sequence),
                Route.delete("/v1/users/{id}", Scope.ADMIN, this::forget));
    }

    private void sequence(Context context) throws IOException {
        QueryParameters.requireNone(context);
        String userId = Ids.in(context);
        places.answer(context, new byte[0], userId, (asked, sequence) -> {
            if (sequence == null) {
                throw new ProblemException(ProblemType.UNKNOWN_USER, "the user is not known: user_id=" + userId);
            }
            Json.answer(asked, 200, json -> write(json, userId, sequence));
        });
    }

    private static void write(JsonGenerator json, String userId, UserSequence sequence) throws IOException {
        json.writeStringField("user_id", userId);
        json.writeArrayFieldStart("interactions");
        for (Interaction interaction : sequence.interactions()) {
            json.writeStartObject();
            json.writeStringField("item_id", interaction.itemId());
            json.writeNumberField("timestamp", interaction.timestampMs());
            if (interaction.eventType() != null) {
                json.writeStringField("event_type", interaction.eventType());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /**
     * Writes a tombstone to the clicks. Every component that keeps data of the user deletes it when it reads the tombstone.
     */
    private void forget(Context context) {
        QueryParameters.requireNone(context);
        String userId = Ids.in(context);
        producer.sendTombstone(userId, TraceHeaders.of(context::header)).ifPresent(why -> {
            throw new ProblemException(ProblemType.KAFKA_UNAVAILABLE, why, Map.of("Retry-After", "5"));
        });
        Json.answer(context, ACCEPTED, json -> json.writeStringField("user_id", userId));
    }
}
