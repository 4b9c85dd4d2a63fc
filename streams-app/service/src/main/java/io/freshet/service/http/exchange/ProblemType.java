package io.freshet.service.http.exchange;

/** Kinds of problems. The code is part of the API: it never changes. */
public enum ProblemType {
    INVALID_REQUEST("invalid-request", 400, "The request cannot be understood"),
    UNAUTHORIZED("unauthorized", 401, "The request needs the right token"),
    INSUFFICIENT_SCOPE("insufficient-scope", 403, "The token does not cover this route"),
    CROSS_ORIGIN("cross-origin", 403, "A page of another site must not send this request"),
    NO_SUCH_ROUTE("no-such-route", 404, "There is no such route"),
    UNKNOWN_USER("unknown-user", 404, "The user is not known"),
    UNKNOWN_ITEM("unknown-item", 404, "The item is not known"),
    UNKNOWN_SNAPSHOT("unknown-snapshot", 404, "There is no such snapshot"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "The route does not support this method"),
    SNAPSHOT_UNUSABLE("snapshot-unusable", 409, "The snapshot cannot be served"),
    TOO_LARGE("too-large", 413, "The body is too long, or has too many clicks"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body must be JSON in UTF-8"),
    UNKNOWN_HOST("unknown-host", 421, "This server does not answer under that name"),
    TOO_MANY_REQUESTS("too-many-requests", 429, "This client sends too many requests"),
    INTERNAL("internal", 500, "This instance failed to answer the request"),
    USER_MOVING("user-moving", 503, "The user's sequence is being moved or restored"),
    NO_MODEL("no-model", 503, "There is no model yet"),
    KAFKA_UNAVAILABLE("kafka-unavailable", 503, "Kafka does not answer"),
    STORE_UNAVAILABLE("store-unavailable", 503, "The model store does not answer"),
    TOO_MANY_STREAMS("too-many-streams", 503, "Too many event streams are open"),
    BUSY("busy", 503, "This instance is overloaded"),
    CLOSING("closing", 503, "This instance is closing");

    private static final String PREFIX = "urn:freshet:problem:";

    private final String code;
    private final int status;
    private final String title;

    ProblemType(String code, int status, String title) {
        this.code = code;
        this.status = status;
        this.title = title;
    }

    /** Returns the value of {@code type} in the problem details. */
    String uri() {
        return PREFIX + code;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }
}
