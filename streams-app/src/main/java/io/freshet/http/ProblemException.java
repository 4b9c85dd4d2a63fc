package io.freshet.http;

import java.util.List;
import java.util.Map;

/** A request that cannot be answered as it was meant. The message is the problem's detail. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How long a client should wait where nobody can know. */
    private static final String RETRY_AFTER_S = "1";

    private final ProblemType type;
    private final transient Map<String, String> headers;
    private final transient List<ClickRefusal> refusals;

    ProblemException(ProblemType type, String detail) {
        this(type, detail, Map.of(), List.of());
    }

    ProblemException(ProblemType type, String detail, Map<String, String> headers, List<ClickRefusal> refusals) {
        // No stack trace: it says where the request was refused, which the detail does better.
        super(detail, null, false, false);
        this.type = type;
        this.headers = headers;
        this.refusals = refusals;
    }

    /** One that passes by itself. */
    static ProblemException passing(ProblemType type, String detail) {
        return new ProblemException(type, detail, Map.of("Retry-After", RETRY_AFTER_S), List.of());
    }

    ProblemType type() {
        return type;
    }

    /** Headers that the answer must have. */
    Map<String, String> headers() {
        return headers;
    }

    /** What was wrong with each of several clicks; empty for anything else. */
    List<ClickRefusal> refusals() {
        return refusals;
    }
}
