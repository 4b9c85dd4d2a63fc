package io.freshet.scoring;

import io.freshet.sequence.Interaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question for the items that come next: for a user whose sequence Freshet has, or after a history that the question
 * brings itself. Immutable.
 *
 * @param userId null for a history
 * @param history oldest first, {@link #JUST_NOW} where an event's time is not told; null for a user
 * @param k the most items that come back, at least 1
 * @param why whether each item comes with the past events that it comes from
 */
public record RecommendationRequest(
        @Nullable String userId, @Nullable List<Interaction> history, int k, ItemSelection selection, boolean why) {
    /** The time of an event whose time is not told: later than any other. */
    public static final long JUST_NOW = Long.MAX_VALUE;

    public RecommendationRequest {
        if ((userId == null) == (history == null) || k < 1) {
            throw new IllegalArgumentException("a request must have a user or a history, and a k of 1 at least: userId="
                    + userId + ", history=" + history + ", k=" + k);
        }
        history = history == null ? null : List.copyOf(history);
    }

    /** What a user is answered with when nothing more is said. */
    public static RecommendationRequest ofUser(String userId, int k) {
        return new RecommendationRequest(userId, null, k, ItemSelection.ALL, false);
    }
}
