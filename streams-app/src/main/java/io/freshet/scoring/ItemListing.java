package io.freshet.scoring;

/**
 * A question for items that is about no user: similar ones, or those on trend.
 *
 * @param k the most items that come back, at least 1
 */
public record ItemListing(int k, ItemSelection selection) {
    public ItemListing {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1: k=" + k);
        }
    }
}
