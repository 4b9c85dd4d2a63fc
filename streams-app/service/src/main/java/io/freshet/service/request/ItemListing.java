package io.freshet.service.request;

import io.freshet.client.request.ItemSelection;

/**
 * A request for items that is not about a user: similar or trending items.
 *
 * @param k maximum number of items, at least 1
 */
public record ItemListing(int k, ItemSelection selection) {
    public ItemListing {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1: k=" + k);
        }
    }
}
