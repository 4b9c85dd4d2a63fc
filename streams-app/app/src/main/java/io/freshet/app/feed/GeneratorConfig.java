package io.freshet.app.feed;

/**
 * Configuration of the synthetic shop.
 *
 * @param seed random seed; the same seed and sizes give the same clicks
 * @param users number of users
 * @param items initial size of the catalogue, which grows to twice that
 * @param turnover whether new items keep replacing old ones once the catalogue has grown
 */
public record GeneratorConfig(long seed, int users, int items, boolean turnover) {
    public GeneratorConfig {
        if (users < 1 || items < SyntheticCatalogue.TOPICS) {
            throw new IllegalArgumentException("users must be at least 1 and items at least "
                    + SyntheticCatalogue.TOPICS + ": users=" + users + " items=" + items);
        }
    }
}
