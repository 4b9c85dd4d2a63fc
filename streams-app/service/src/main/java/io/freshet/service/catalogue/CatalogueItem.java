package io.freshet.service.catalogue;

import java.util.List;

/**
 * The catalogue's entry for an item. Immutable.
 *
 * @param categories categories without duplicates
 * @param available whether the item may be recommended
 */
public record CatalogueItem(List<String> categories, boolean available) {
    /** The entry of an item that is not in the catalogue. */
    static final CatalogueItem ABSENT = new CatalogueItem(List.of(), false);

    /** The entry of every item if there is no catalogue. */
    static final CatalogueItem UNLISTED = new CatalogueItem(List.of(), true);

    public CatalogueItem {
        categories = List.copyOf(categories);
    }
}
