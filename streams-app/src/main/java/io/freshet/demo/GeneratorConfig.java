package io.freshet.demo;

/**
 * What the made-up shop looks like.
 *
 * @param seed the same seed and sizes give the same clicks
 * @param users how many people there are
 * @param items the catalogue at the start; it grows to twice that
 * @param turnover whether items go on to come when it has grown, each in the place of an older one
 */
public record GeneratorConfig(long seed, int users, int items, boolean turnover) {
    public GeneratorConfig {
        if (users < 1 || items < MadeUpCatalogue.TOPICS) {
            throw new IllegalArgumentException("users must be at least 1 and items at least " + MadeUpCatalogue.TOPICS
                    + ": users=" + users + " items=" + items);
        }
    }
}
