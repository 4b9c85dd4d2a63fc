package io.freshet.demo;

/**
 * What the made-up shop looks like.
 *
 * @param seed the same seed and sizes give the same clicks
 * @param users how many people there are
 * @param items the catalogue at the start; it grows to twice that
 */
public record GeneratorConfig(long seed, int users, int items) {
    public GeneratorConfig {
        if (users < 1 || items < MadeUpCatalogue.TOPICS) {
            throw new IllegalArgumentException("users must be at least 1 and items at least " + MadeUpCatalogue.TOPICS
                    + ": users=" + users + " items=" + items);
        }
    }
}
