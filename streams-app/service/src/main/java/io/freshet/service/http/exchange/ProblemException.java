package io.freshet.service.http.exchange;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Thrown if a request cannot be answered as intended. The message is the problem's detail. */
public final class ProblemException extends RuntimeException {
    /** Retry delay for clients if the actual one is unknown. */
    private static final String RETRY_AFTER_S = "1";

    private final ProblemType type;
    private final transient Map<String, String> headers;
    private final transient @Nullable ClickRefusals refusals;

    public ProblemException(ProblemType type, String detail) {
        this(type, detail, Map.of(), null);
    }

    public ProblemException(ProblemType type, String detail, Map<String, String> headers) {
        this(type, detail, headers, null);
    }

    public ProblemException(
            ProblemType type, String detail, Map<String, String> headers, @Nullable ClickRefusals refusals) {
        // No stack trace: it would only show where the request was refused, and the detail explains that better.
        super(detail, null, false, false);
        this.type = type;
        this.headers = headers;
        this.refusals = refusals;
    }

    /** Returns a problem that is temporary. */
    public static ProblemException passing(ProblemType type, String detail) {
        return new ProblemException(type, detail, Map.of("Retry-After", RETRY_AFTER_S));
    }

    public ProblemType type() {
        return type;
    }

    /** Returns headers that the answer must have. */
    Map<String, String> headers() {
        return headers;
    }

    /** Returns the refused clicks, or null if the problem is not about clicks. */
    @Nullable
    ClickRefusals refusals() {
        return refusals;
    }
}
