package io.freshet.client.request;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on the items of an answer. An item must meet all of them. They are applied during the search, so that an
 * answer has as many items as requested whenever enough items meet the conditions. Immutable.
 *
 * @param exclude items that are excluded
 * @param includeOnly the only items allowed; null for all
 * @param categories categories of which an item must have at least one; empty for any item
 * @param maxPerCategory maximum number of items per category, the best first; 0 for no limit
 * @param minScore minimum score of an item; 0 for any
 */
public record ItemSelection(
        Set<String> exclude,
        @Nullable Set<String> includeOnly,
        Set<String> categories,
        int maxPerCategory,
        float minScore) {
    /** A selection without conditions. */
    public static final ItemSelection ALL = new ItemSelection(Set.of(), null, Set.of(), 0, 0f);

    public ItemSelection {
        exclude = Set.copyOf(exclude);
        includeOnly = includeOnly == null ? null : Set.copyOf(includeOnly);
        categories = Set.copyOf(categories);
        if (maxPerCategory < 0 || !(minScore >= 0)) {
            throw new IllegalArgumentException("maxPerCategory and minScore must not be negative: maxPerCategory="
                    + maxPerCategory + ", minScore=" + minScore);
        }
    }
}
