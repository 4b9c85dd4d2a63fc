package io.freshet.service.recommend;

import com.fasterxml.jackson.annotation.JsonTypeName;
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
public record Recommendation(
        List<Item> items, @Nullable Model model, @Nullable Fallback fallback, String variant) {
    public Recommendation {
        items = List.copyOf(items);
    }

    /** Returns the ids of the items, best first. */
    public List<String> itemIds() {
        return items.stream().map(Item::itemId).toList();
    }

    /**
     * An item of an answer.
     *
     * @param score probability that the item is next according to the model; for a popular item, its share of the
     *     time-decayed clicks; for a similar item, the cosine of the two item vectors
     * @param because past items of the user that explain the item, largest weight first; null if not requested
     */
    public record Item(String itemId, float score, @Nullable List<Because> because) {
        public Item {
            because = because == null ? null : List.copyOf(because);
        }
    }

    /**
     * A past item of the user that explains an answer.
     *
     * @param weight how much less probable the answer would be without that item in the history, as a share of its
     *     probability: in (0, 1]
     */
    public record Because(String itemId, float weight) {}

    /**
     * State of a model.
     *
     * @param version version of the newest snapshot at or before this state
     * @param step number of training steps
     */
    @JsonTypeName("ModelState")
    public record Model(String version, long step) {}
}
