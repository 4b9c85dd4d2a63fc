package io.freshet.scoring;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which items may come back. Every condition must hold; it is applied while the best are searched for, so that as many
 * come back as were asked for whenever there are as many. Immutable.
 *
 * @param exclude items that do not come back
 * @param includeOnly the only items that may come back; null for all
 * @param categories of which an item must have one at least; empty for any item
 * @param maxPerCategory how many items of one category come back at most, the best first; 0 for any number
 * @param minScore the least score of an item; 0 for any
 */
public record ItemSelection(
        Set<String> exclude,
        @Nullable Set<String> includeOnly,
        Set<String> categories,
        int maxPerCategory,
        float minScore) {
    /** Every item may come back. */
    public static final ItemSelection ALL = new ItemSelection(Set.of(), null, Set.of(), 0, 0f);

    public ItemSelection {
        exclude = Set.copyOf(exclude);
        includeOnly = includeOnly == null ? null : Set.copyOf(includeOnly);
        categories = Set.copyOf(categories);
        if (maxPerCategory < 0 || !(minScore >= 0)) {
            throw new IllegalArgumentException("a selection's numbers must not be negative: maxPerCategory="
                    + maxPerCategory + ", minScore=" + minScore);
        }
    }
}
