package io.freshet.client.recommendation;

import org.jspecify.annotations.Nullable;

/** Thrown if a record is not a recommendation. The message names the field and the violated condition. */
public final class MalformedRecommendationException extends Exception {
    MalformedRecommendationException(String message) {
        this(message, null);
    }

    MalformedRecommendationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
