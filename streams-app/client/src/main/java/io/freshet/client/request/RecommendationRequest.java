package io.freshet.client.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for the next items, either of a user whose sequence Freshet has, or after a history given in the request.
 * Immutable.
 *
 * @param userId null if a history is given
 * @param history oldest first, with {@link #JUST_NOW} as the time of an event without one; null if a user is given
 * @param k maximum number of items, at least 1
 * @param why whether each item is returned with the past items that explain it
 */
public record RecommendationRequest(
        @Nullable String userId, @Nullable List<Event> history, int k, ItemSelection selection, boolean why) {
    /** Time of an event that has no time: later than any other. */
    public static final long JUST_NOW = Long.MAX_VALUE;

    public RecommendationRequest {
        if ((userId == null) == (history == null) || k < 1) {
            throw new IllegalArgumentException(
                    "a request must have a user or a history, and k must be at least 1: userId=" + userId + ", history="
                            + history + ", k=" + k);
        }
        history = history == null ? null : List.copyOf(history);
    }

    /**
     * An event of a history.
     *
     * @param timestampMs epoch milliseconds, or {@link #JUST_NOW} if the event has no time
     * @param eventType null for none
     */
    public record Event(
            String itemId, long timestampMs, @Nullable String eventType) {
        /** Creates an event without a time and a type. */
        public static Event of(String itemId) {
            return new Event(itemId, JUST_NOW, null);
        }
    }

    /** Returns a request for a user without further conditions. */
    public static RecommendationRequest ofUser(String userId, int k) {
        return new RecommendationRequest(userId, null, k, ItemSelection.ALL, false);
    }
}
