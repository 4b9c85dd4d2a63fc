package io.freshet.service.http.route;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.RequestBody;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.json.Field;
import io.freshet.service.json.JsonRecords;
import io.freshet.service.json.Schema;
import io.freshet.service.serving.LiveModel;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.Rollback;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Routes that tell which model answers and which others exist, and that roll back to one of them. */
public final class ModelRoutes {
    private static final String VERSION = "version";

    private final String modelName;
    private final @Nullable LiveModel live;
    private final ModelAdmin admin;
    private final RequestBody bodies;

    /** @param live model that this instance serves; null if it serves none */
    public ModelRoutes(FreshetConfig config, @Nullable LiveModel live, ModelAdmin admin, RequestBody bodies) {
        modelName = config.get(ModelStoreKeys.MODEL_NAME);
        this.live = live;
        this.admin = admin;
        this.bodies = bodies;
    }

    private record Model(
            String name,

            @JsonInclude(Include.ALWAYS) @Nullable Served served,

            @JsonInclude(Include.ALWAYS) @Nullable RollbackState rollback,
            @JsonPropertyDescription("The newest first.") List<Snapshot> snapshots) {}

    @JsonTypeName("ServedModel")
    @JsonClassDescription("The model with which this instance answers.")
    record Served(
            String version,
            long step,

            @JsonPropertyDescription("Time since its weights changed.")
            long ageMs) {
        /** Returns what a live model serves; null if that is nothing. */
        static @Nullable Served by(@Nullable LiveModel live) {
            return live == null || !live.isLoaded() ? null : new Served(live.version(), live.step(), live.ageMs());
        }
    }

    @JsonTypeName("Rollback")
    private record RollbackState(String served, String rollbackOf, Instant since) {
        static RollbackState of(Rollback rollback) {
            return new RollbackState(rollback.served(), rollback.rollbackOf(), rollback.since());
        }
    }

    private record Snapshot(
            String version,
            long step,
            Instant createdAt,

            @JsonPropertyDescription("Whether the snapshot is held back because its accuracy is too low to be served.")
            boolean held,

            Map<String, Double> metrics) {
        static Snapshot of(Manifest manifest) {
            return new Snapshot(
                    manifest.version(),
                    manifest.step(),
                    manifest.createdAt(),
                    manifest.held(),
                    new TreeMap<>(manifest.metrics()));
        }
    }

    private record RolledBack(RollbackState rollback) {}

    private record Resumed(boolean resumed) {}

    public List<Route> routes() {
        Schema version = Schema.object(
                        List.of(Field.required(VERSION, Schema.type("string"), "Version of a snapshot.")))
                .closed();
        return List.of(
                Route.get(
                        "/v1/model",
                        Scope.READ,
                        new Operation("model", Tag.MODEL, "The served model and its snapshots")
                                .answers(200, "The model.", Model.class),
                        this::show),
                Route.post(
                        "/v1/model/rollback",
                        Scope.ADMIN,
                        new Operation("rollBack", Tag.MODEL, "Serve an older snapshot")
                                .description("Every instance serves the snapshot, without anything that was learned"
                                        + " after it, until the rollback is undone. Training continues.")
                                .body(version)
                                .answers(200, "The rollback that is in effect now.", RolledBack.class)
                                .refuses(
                                        ProblemType.UNKNOWN_SNAPSHOT,
                                        ProblemType.SNAPSHOT_UNUSABLE,
                                        ProblemType.STORE_UNAVAILABLE),
                        this::rollBack),
                Route.post(
                        "/v1/model/resume",
                        Scope.ADMIN,
                        new Operation("resume", Tag.MODEL, "Serve the newest model again")
                                .answers(200, "Whether a rollback was in effect.", Resumed.class),
                        this::resume));
    }

    private void show(Context context) {
        ModelAdmin.ManifestState state = admin.state();
        Rollback rollback = state.rollback();
        Json.answer(
                context,
                200,
                new Model(
                        modelName,
                        Served.by(live),
                        rollback == null ? null : RollbackState.of(rollback),
                        state.snapshots().stream().map(Snapshot::of).toList()));
    }

    private void rollBack(Context context) throws IOException {
        Rollback rollback = admin.rollBack(versionIn(bodies.read(context)));
        Json.answer(context, 200, new RolledBack(RollbackState.of(rollback)));
    }

    private static String versionIn(byte[] body) {
        try {
            JsonNode json = JsonRecords.read(body);
            if (json.isObject() && json.size() == 1 && json.path(VERSION).isTextual()) {
                return json.path(VERSION).asText();
            }
        } catch (IOException _) {
            // Handled below like any other invalid body.
        }
        throw new ProblemException(
                ProblemType.INVALID_REQUEST, "the body must be {\"version\": \"...\"}, with a snapshot's version");
    }

    private void resume(Context context) {
        Json.answer(context, 200, new Resumed(admin.resume()));
    }
}
