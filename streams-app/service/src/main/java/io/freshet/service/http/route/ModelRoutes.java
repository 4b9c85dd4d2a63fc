package io.freshet.service.http.route;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.http.exchange.RequestBody;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.serving.LiveModel;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.Rollback;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Routes that tell which model answers and which others exist, and that roll back to one of them. */
public final class ModelRoutes {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String VERSION = "version";

    private final String modelName;
    private final @Nullable LiveModel live;
    private final ModelAdmin desk;
    private final RequestBody bodies;

    /** @param live model that this instance serves; null if it serves none */
    public ModelRoutes(FreshetConfig config, @Nullable LiveModel live, ModelAdmin desk, RequestBody bodies) {
        modelName = config.get(ModelStoreKeys.MODEL_NAME);
        this.live = live;
        this.desk = desk;
        this.bodies = bodies;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/model", Scope.READ, this::show),
                Route.post("/v1/model/rollback", Scope.ADMIN, this::rollBack),
                Route.post("/v1/model/resume", Scope.ADMIN, this::resume));
    }

    private void show(Context context) {
        QueryParameters.requireNone(context);
        ModelAdmin.Standing standing = desk.standing();
        Json.answer(context, 200, json -> {
            json.writeStringField("name", modelName);
            writeServed(json, live);
            writeRollback(json, standing.rollback());
            json.writeArrayFieldStart("snapshots");
            for (Manifest manifest : standing.snapshots()) {
                writeSnapshot(json, manifest);
            }
            json.writeEndArray();
        });
    }

    static void writeServed(JsonGenerator json, @Nullable LiveModel live) throws IOException {
        if (live == null || !live.isLoaded()) {
            json.writeNullField("served");
            return;
        }
        json.writeObjectFieldStart("served");
        json.writeStringField(VERSION, live.version());
        json.writeNumberField("step", live.step());
        json.writeNumberField("age_ms", live.ageMs());
        json.writeEndObject();
    }

    private static void writeRollback(JsonGenerator json, @Nullable Rollback rollback) throws IOException {
        if (rollback == null) {
            json.writeNullField("rollback");
            return;
        }
        json.writeObjectFieldStart("rollback");
        json.writeStringField("served", rollback.served());
        json.writeStringField("rollback_of", rollback.rollbackOf());
        json.writeStringField("since", rollback.since().toString());
        json.writeEndObject();
    }

    private static void writeSnapshot(JsonGenerator json, Manifest manifest) throws IOException {
        json.writeStartObject();
        json.writeStringField(VERSION, manifest.version());
        json.writeNumberField("step", manifest.step());
        json.writeStringField("created_at", manifest.createdAt().toString());
        json.writeBooleanField("held", manifest.held());
        json.writeObjectFieldStart("metrics");
        for (Map.Entry<String, Double> metric : new TreeMap<>(manifest.metrics()).entrySet()) {
            json.writeNumberField(metric.getKey(), metric.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void rollBack(Context context) throws IOException {
        QueryParameters.requireNone(context);
        Rollback rollback = desk.rollBack(versionIn(bodies.read(context)));
        Json.answer(context, 200, json -> writeRollback(json, rollback));
    }

    private static String versionIn(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT
                    && VERSION.equals(parser.nextFieldName())
                    && parser.nextToken() == JsonToken.VALUE_STRING) {
                String version = parser.getText();
                if (parser.nextToken() == JsonToken.END_OBJECT && parser.nextToken() == null) {
                    return version;
                }
            }
        } catch (IOException _) {
            // Handled below like any other invalid body.
        }
        throw new ProblemException(
                ProblemType.INVALID_REQUEST, "the body must be {\"version\": \"...\"}, with a snapshot's version");
    }

    private void resume(Context context) {
        QueryParameters.requireNone(context);
        boolean resumed = desk.resume();
        Json.answer(context, 200, json -> json.writeBooleanField("resumed", resumed));
    }
}
