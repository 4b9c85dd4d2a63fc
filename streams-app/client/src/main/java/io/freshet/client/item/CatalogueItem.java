package io.freshet.client.item;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue's entry for an item. Immutable.
 *
 * @param categories categories without duplicates
 * @param available whether the item may be recommended
 * @param title words that describe the item; null for none
 * @param embedding numbers that describe the item, as many as those of the other items; empty for none
 */
public record CatalogueItem(
        List<String> categories,
        boolean available,
        @Nullable String title,
        List<Float> embedding) {
    /** Maximum number of numbers in an embedding. */
    public static final int MAX_EMBEDDING = 4096;

    public CatalogueItem {
        categories = List.copyOf(categories);
        embedding = List.copyOf(embedding);
        if (embedding.size() > MAX_EMBEDDING || !embedding.stream().allMatch(Float::isFinite)) {
            throw new IllegalArgumentException("an embedding must have at most " + MAX_EMBEDDING
                    + " numbers, all of them finite: size=" + embedding.size());
        }
    }

    /** Creates an entry without a title and an embedding. */
    public CatalogueItem(List<String> categories, boolean available) {
        this(categories, available, null, List.of());
    }

    /** Returns whether the entry has a title or an embedding. */
    public boolean hasContents() {
        return title != null || !embedding.isEmpty();
    }

    /** Returns the entry without its title and its embedding. */
    public CatalogueItem withoutContents() {
        return hasContents() ? new CatalogueItem(categories, available) : this;
    }
}
