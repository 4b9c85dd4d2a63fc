package io.freshet.service.request;

import io.freshet.client.item.CatalogueItem;
import io.freshet.client.request.ItemSelection;
import io.freshet.service.catalogue.ItemCatalogue;
import java.util.Set;

/**
 * The conditions of a selection and of the catalogue that can be checked for one item without the others. Immutable
 * except for the catalogue.
 *
 * @param seen items that the user has seen and that must not be recommended
 */
public record ItemFilter(ItemSelection selection, ItemCatalogue catalogue, Set<String> seen) {
    /** Returns whether an item passes. Does not check whether its categories are full. */
    public boolean passes(String itemId) {
        Set<String> only = selection.includeOnly();
        return !seen.contains(itemId)
                && !selection.exclude().contains(itemId)
                && (only == null || only.contains(itemId))
                && passes(catalogue.of(itemId));
    }

    /** Returns whether an item with this catalogue entry passes the conditions on the entry. */
    public boolean passes(CatalogueItem item) {
        return item.available() && isWanted(item);
    }

    /** Returns whether every item passes whatever its catalogue entry. */
    public boolean needsNoCatalogue() {
        return !catalogue.isUsed() && selection.categories().isEmpty();
    }

    private boolean isWanted(CatalogueItem item) {
        if (selection.categories().isEmpty()) {
            return true;
        }
        for (String category : item.categories()) {
            if (selection.categories().contains(category)) {
                return true;
            }
        }
        return false;
    }
}
