package io.freshet.service.recommend;

import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.recommendation.Recommendation.Model;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer: items, best first, and their origin. Immutable.
 *
 * @param items fewer than requested only if no more items qualify
 * @param model the model at the time of the answer; null if there was none, or none was asked
 * @param fallback why the answer has popular items instead; null if it has what was requested
 * @param variant name of the variant that answered; empty if there is only one
 */
public record Answer(
        List<Recommendation.Item> items,
        @Nullable Model model,
        @Nullable Fallback fallback,
        String variant) {
    public Answer {
        items = List.copyOf(items);
    }

    /** Returns the ids of the items, best first. */
    public List<String> itemIds() {
        return items.stream().map(Recommendation.Item::itemId).toList();
    }
}
