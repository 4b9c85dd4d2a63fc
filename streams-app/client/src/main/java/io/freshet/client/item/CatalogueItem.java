package io.freshet.client.item;

import java.util.List;

/**
 * The catalogue's entry for an item. Immutable.
 *
 * @param categories categories without duplicates
 * @param available whether the item may be recommended
 */
public record CatalogueItem(List<String> categories, boolean available) {
    public CatalogueItem {
        categories = List.copyOf(categories);
    }
}
