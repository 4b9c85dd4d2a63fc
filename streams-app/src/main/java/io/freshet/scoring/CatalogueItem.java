package io.freshet.scoring;

import java.util.List;

/**
 * What the catalogue says of an item. Immutable.
 *
 * @param categories each once
 * @param available whether it may be recommended
 */
record CatalogueItem(List<String> categories, boolean available) {
    /** An item that the catalogue does not have. */
    static final CatalogueItem ABSENT = new CatalogueItem(List.of(), false);

    /** Any item where there is no catalogue. */
    static final CatalogueItem UNLISTED = new CatalogueItem(List.of(), true);

    CatalogueItem {
        categories = List.copyOf(categories);
    }
}
