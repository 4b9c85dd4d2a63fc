package io.freshet.lab.benchmark;

import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.SequenceDataset;
import java.util.SplittableRandom;

/**
 * Synthetic sequences of the shape of Amazon Beauty (5-core), for measuring speed: the same numbers of users and items,
 * lengths from 5 with the same mean, and popular and rare items. They contain nothing to learn.
 */
public final class SyntheticSequences {
    private static final int USERS = 22_363;
    private static final int ITEMS = 12_101;
    private static final int SHORTEST = 5;
    private static final int LONGEST = 200;
    private static final double MEAN_BEYOND_SHORTEST = 3.88;
    private static final double SKEW = 1.8;

    private SyntheticSequences() {}

    /**
     * Generates sequences. Equal seeds yield equal sequences.
     *
     * @param items receives the items
     */
    public static SequenceDataset likeBeauty(Vocabulary items, long seed) {
        return likeBeauty(items, ITEMS, seed);
    }

    /**
     * Generates sequences over another number of items.
     *
     * @param itemCount number of items, clicked or not
     */
    public static SequenceDataset likeBeauty(Vocabulary items, int itemCount, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int item = 0; item < itemCount; item++) {
            items.addIfAbsent("item-" + item);
        }
        SequenceDataset.Builder builder = SequenceDataset.builder(items::addIfAbsent);
        for (int user = 0; user < USERS; user++) {
            int length = length(random);
            for (int i = 0; i < length; i++) {
                builder.add("user-" + user, "item-" + (int) (itemCount * Math.pow(random.nextDouble(), SKEW)), i);
            }
        }
        return builder.build();
    }

    /** Returns a length whose excess over the shortest is geometrically distributed. */
    private static int length(SplittableRandom random) {
        double stay = MEAN_BEYOND_SHORTEST / (1 + MEAN_BEYOND_SHORTEST);
        int beyond = (int) (Math.log(1 - random.nextDouble()) / Math.log(stay));
        return Math.min(LONGEST, SHORTEST + beyond);
    }
}
