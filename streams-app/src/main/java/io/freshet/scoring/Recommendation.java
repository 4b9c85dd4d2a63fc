package io.freshet.scoring;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer: items, best first, and where they come from. Immutable.
 *
 * @param items fewer than were asked for only if no more may come back
 * @param model the model as it stood; null where there was none, or none was asked
 * @param fallback why the items are the popular ones; null where they are what was asked for
 * @param variant the name of the variant that answered; empty where there is but one
 */
public record Recommendation(
        List<Item> items, @Nullable Model model, @Nullable Fallback fallback, String variant) {
    public Recommendation {
        items = List.copyOf(items);
    }

    /** The items' ids, best first. */
    List<String> itemIds() {
        return items.stream().map(Item::itemId).toList();
    }

    /**
     * An item of an answer.
     *
     * @param score how probably the item is next: by the model, or for a popular one its share of the clicks, each of
     *     which counts less as time passes; among similar items the cosine of their vectors
     * @param because the user's past items that it comes from, the weightiest first; null where that was not asked
     */
    public record Item(String itemId, float score, @Nullable List<Because> because) {
        public Item {
            because = because == null ? null : List.copyOf(because);
        }
    }

    /**
     * A past item that an answer comes from.
     *
     * @param weight how much less probable the answer would be without that item in the history, as a share of its
     *     probability: in (0, 1]
     */
    public record Because(String itemId, float weight) {}

    /**
     * What a model was.
     *
     * @param version the newest snapshot before it
     * @param step training steps behind it
     */
    public record Model(String version, long step) {}
}
