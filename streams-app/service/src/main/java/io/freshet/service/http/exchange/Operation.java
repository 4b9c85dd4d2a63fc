package io.freshet.service.http.exchange;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.client.click.Click;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.json.Components;
import io.freshet.service.json.Field;
import io.freshet.service.json.Schema;
import io.javalin.http.Context;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a route takes and answers, for the OpenAPI description. The methods that add to it return it. It is not changed after
 * its route has been made.
 */
public final class Operation {
    private static final Schema TEXT = Schema.type("string");

    /** Problems that operations have in common. */
    private static final List<Refusal> REFUSALS = List.of(
            new Refusal(
                    400,
                    "InvalidRequest",
                    "The request is not valid; `detail` names the requirement that it violates."),
            new Refusal(
                    401,
                    "Unauthorized",
                    "The token is missing or not valid.",
                    "WWW-Authenticate",
                    "How to send the token."),
            new Refusal(
                    403,
                    "Forbidden",
                    "The token does not have the scope of this route (`insufficient-scope`), or a browser says that a"
                            + " page of another site sent the request (`cross-origin`).",
                    "WWW-Authenticate",
                    "The scope that the token must have."),
            new Refusal(404, "NotFound", "The requested object is not known."),
            new Refusal(409, "Conflict", "The snapshot cannot be served."),
            new Refusal(
                    413,
                    "TooLarge",
                    "The body is longer than `http.max.body.bytes`, or an array has more clicks than"
                            + " `http.max.clicks`; `detail` names the limit, and nothing was accepted."),
            new Refusal(415, "UnsupportedMediaType", "The body must be `application/json` in UTF-8."),
            new Refusal(
                    421,
                    "UnknownHost",
                    "The server does not answer under the name in the Host header; `http.hosts` adds names."),
            new Refusal(
                    429,
                    "TooManyRequests",
                    "This client sends more requests a second than `http.max.request.rate`.",
                    "Retry-After",
                    "Seconds."),
            new Refusal(
                    503,
                    "Unavailable",
                    "The request cannot be answered now: partitions are being moved or restored, Kafka does not answer,"
                            + " or more connections than `http.max.connections` are open.",
                    "Retry-After",
                    "Seconds."));

    private final String id;
    private final Tag tag;
    private final String summary;
    private final Map<Integer, Answer> answers = new TreeMap<>();
    private final Set<Integer> refusals = new HashSet<>();
    private String description = "";
    private String idDescription = "";
    private List<Field> parameters = List.of();
    private boolean takesAnyParameter;
    private @Nullable Schema body;

    /** Groups of operations. */
    public enum Tag {
        RECOMMENDATIONS,
        ITEMS,
        USERS,
        CLICKS,
        MODEL,
        OPERATIONS;

        /** Returns the name of the group in the description. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Answer(String description, Schema schema, List<String> mediaTypes) {}

    private record Refusal(int status, String name, String description, String header, String headerDescription) {
        Refusal(int status, String name, String description) {
            this(status, name, description, "", "");
        }
    }

    /** @param id name of the operation, unique in the API */
    public Operation(String id, Tag tag, String summary) {
        this.id = id;
        this.tag = tag;
        this.summary = summary;
    }

    public Operation description(String text) {
        description = text;
        return this;
    }

    /** Describes the {@code id} of the path, which {@link Ids} reads. */
    public Operation id(String text) {
        idDescription = text;
        return this;
    }

    /** Adds the parameters of the URL. An operation without refuses all. */
    public Operation parameters(List<Field> fields) {
        parameters = fields;
        return this;
    }

    /** Lets requests have any parameters in the URL, which are ignored. */
    public Operation ignoringParameters() {
        takesAnyParameter = true;
        return this;
    }

    /** Adds a body, which {@link RequestBody} reads. */
    public Operation body(Schema schema) {
        body = schema;
        return this;
    }

    /** Adds an answer in JSON. */
    public Operation answers(int status, String text, Schema schema) {
        answers.put(status, new Answer(text, schema, List.of(Json.MEDIA_TYPE)));
        return this;
    }

    public Operation answers(int status, String text, Class<? extends Record> type) {
        return answers(status, text, Schema.of(type));
    }

    /** Adds an answer of one of these types of text. */
    public Operation answersText(String text, String... mediaTypes) {
        answers.put(200, new Answer(text, TEXT, List.of(mediaTypes)));
        return this;
    }

    /** Adds problems that only some operations have. */
    public Operation refuses(ProblemType... types) {
        for (ProblemType type : types) {
            refusals.add(type.status());
        }
        return this;
    }

    Tag tag() {
        return tag;
    }

    /** Refuses parameters if there are none, because a client would expect them to have an effect. */
    void checkParameters(Context context) {
        if (parameters.isEmpty() && !takesAnyParameter) {
            QueryParameters.requireNone(context);
        }
    }

    /** Returns the operation as JSON. */
    ObjectNode toJson(String path, @Nullable Scope scope, Components components) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("operationId", id);
        json.putArray("tags").add(tag.code());
        json.put("summary", summary);
        if (!description.isEmpty()) {
            json.put("description", description);
        }
        if (path.contains("{id}")) {
            Field field = Field.required("id", Schema.text(Click.MAX_ID_BYTES), idDescription);
            addParameter(json, "path", field, components);
        }
        parameters.forEach(field -> addParameter(json, "query", field, components));
        if (body != null) {
            addContent(json.putObject("requestBody").put("required", true), Json.MEDIA_TYPE, body, components);
        }
        ArrayNode security = json.putArray("security");
        if (scope != null) {
            security.addObject();
            security.addObject().putArray("token").add(scope.code());
        }
        ObjectNode responses = json.putObject("responses");
        answers.forEach((status, answer) -> {
            ObjectNode response = responses.putObject(status.toString()).put("description", answer.description);
            answer.mediaTypes.forEach(type -> addContent(response, type, answer.schema, components));
        });
        Set<Integer> refused = statusesOfRefusals(scope != null);
        REFUSALS.stream()
                .filter(refusal -> refused.contains(refusal.status))
                .forEach(refusal -> responses
                        .putObject(Integer.toString(refusal.status))
                        .put("$ref", "#/components/responses/" + refusal.name));
        return json;
    }

    private Set<Integer> statusesOfRefusals(boolean isGuarded) {
        Set<Integer> statuses = new HashSet<>(refusals);
        if (!takesAnyParameter) {
            statuses.add(400);
        }
        if (body != null) {
            statuses.addAll(List.of(413, 415));
        }
        if (isGuarded) {
            statuses.addAll(List.of(401, 403, 421, 429, 503));
        }
        return statuses;
    }

    private static void addParameter(ObjectNode json, String in, Field field, Components components) {
        ObjectNode parameter = json.withArray("parameters")
                .addObject()
                .put("name", field.name())
                .put("in", in);
        if (field.required()) {
            parameter.put("required", true);
        }
        parameter.set("schema", field.schema().in(components));
        parameter.put("description", field.description());
    }

    private static void addContent(ObjectNode json, String mediaType, Schema schema, Components components) {
        json.withObject("/content").putObject(mediaType).set("schema", schema.in(components));
    }

    /** Returns the answers that operations refer to, by name. */
    public static ObjectNode sharedAnswers(Components components) {
        ObjectNode answers = JsonNodeFactory.instance.objectNode();
        for (Refusal refusal : REFUSALS) {
            ObjectNode answer = answers.putObject(refusal.name).put("description", refusal.description);
            addContent(answer, Problems.MEDIA_TYPE, Schema.of(Problems.Problem.class), components);
            if (!refusal.header.isEmpty()) {
                ObjectNode header = answer.putObject("headers").putObject(refusal.header);
                header.set("schema", TEXT.in(components));
                header.put("description", refusal.headerDescription);
            }
        }
        return answers;
    }
}
