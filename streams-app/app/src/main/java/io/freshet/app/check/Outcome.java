package io.freshet.app.check;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The outcome of a check. */
public enum Outcome {
    /** As it should be. */
    OK,
    /** Worth knowing. */
    NOTE,
    /** Works, but not well. */
    WARNING,
    /** The process would not start, or would lose data. */
    PROBLEM;

    /** Returns the name that a user sees, also in JSON. */
    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
