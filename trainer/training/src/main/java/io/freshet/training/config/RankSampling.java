package io.freshet.training.config;

import io.freshet.store.modellog.RankShare;
import org.jspecify.annotations.Nullable;

/**
 * Which share of the clicks a trainer ranks before it learns from them.
 *
 * @param fixed the share of every step; null for a share that depends on what ranking and learning the step's clicks cost
 */
public record RankSampling(@Nullable RankShare fixed) {
    /** Ranking takes a small part of a step's cost, and every click is ranked while there are few items. */
    public static final RankSampling AUTO = new RankSampling(null);

    /** Every click is ranked. */
    public static final RankSampling ALL = new RankSampling(RankShare.ALL);

    private static final String AUTO_NAME = "auto";

    /**
     * Returns the sampling of a text: {@code auto}, or a number above 0 and at most 1.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    public static RankSampling parse(String text) {
        if (text.equals(AUTO_NAME)) {
            return AUTO;
        }
        try {
            return new RankSampling(RankShare.of(Double.parseDouble(text)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("it must be auto or a number: " + text, e);
        }
    }

    @Override
    public String toString() {
        return fixed == null ? AUTO_NAME : fixed.toString();
    }
}
