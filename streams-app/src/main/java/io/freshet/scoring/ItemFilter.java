package io.freshet.scoring;

import java.util.Set;

/** What of a selection, and of the catalogue, can be said of an item by itself. Immutable but for the catalogue. */
final class ItemFilter {
    private final ItemSelection selection;
    private final ItemCatalogue catalogue;
    private final Set<String> seen;

    /** @param seen items that the user has seen and that must not come back */
    ItemFilter(ItemSelection selection, ItemCatalogue catalogue, Set<String> seen) {
        this.selection = selection;
        this.catalogue = catalogue;
        this.seen = seen;
    }

    /** Whether an item passes, its category's fill apart. */
    boolean passes(String itemId) {
        Set<String> only = selection.includeOnly();
        return !seen.contains(itemId)
                && !selection.exclude().contains(itemId)
                && (only == null || only.contains(itemId))
                && passes(catalogue.of(itemId));
    }

    /** Whether an item passes that the catalogue says this of. */
    boolean passes(CatalogueItem item) {
        return item.available() && isWanted(item);
    }

    /** Whether every item passes, whatever the catalogue says. */
    boolean needsNoCatalogue() {
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

    ItemSelection selection() {
        return selection;
    }

    ItemCatalogue catalogue() {
        return catalogue;
    }

    Set<String> seen() {
        return seen;
    }
}
