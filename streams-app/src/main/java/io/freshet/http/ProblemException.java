package io.freshet.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that cannot be answered as it was meant. The message is the problem's detail. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How long a client should wait where nobody can know. */
    private static final String RETRY_AFTER_S = "1";

    private final ProblemType type;
    private final transient Map<String, String> headers;
    private final transient @Nullable ClickRefusals refusals;

    ProblemException(ProblemType type, String detail) {
        this(type, detail, Map.of(), null);
    }

    ProblemException(ProblemType type, String detail, Map<String, String> headers) {
        this(type, detail, headers, null);
    }

    ProblemException(ProblemType type, String detail, Map<String, String> headers, @Nullable ClickRefusals refusals) {
        // No stack trace: it says where the request was refused, which the detail does better.
        super(detail, null, false, false);
        this.type = type;
        this.headers = headers;
        this.refusals = refusals;
    }

    /** One that passes by itself. */
    static ProblemException passing(ProblemType type, String detail) {
        return new ProblemException(type, detail, Map.of("Retry-After", RETRY_AFTER_S));
    }

    ProblemType type() {
        return type;
    }

    /** Headers that the answer must have. */
    Map<String, String> headers() {
        return headers;
    }

    /** What was wrong with several clicks; null for anything else. */
    @Nullable
    ClickRefusals refusals() {
        return refusals;
    }
}
