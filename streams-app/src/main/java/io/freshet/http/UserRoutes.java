package io.freshet.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.config.AccessTokens.Scope;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.UserSequence;
import io.freshet.telemetry.TraceHeaders;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Routes that read and erase a user's data. */
final class UserRoutes {
    private static final int ACCEPTED = 202;

    private final UserRouting places;
    private final ClickProducer producer;

    UserRoutes(UserRouting places, ClickProducer producer) {
        this.places = places;
        this.producer = producer;
    }

    List<Route> routes() {
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
