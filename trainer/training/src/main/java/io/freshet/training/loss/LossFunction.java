package io.freshet.training.loss;

/**
 * The elementwise part of a loss. It computes losses and derivatives from scores in the lanes of a {@link ScoreTile} that are
 * in use. It is the same whether the states of the tile share candidates or each state has its own.
 *
 * <p>The caller calls, for each tile, {@link #begin}, {@link #derive} for all candidates in blocks, and {@link #finish}. If
 * {@link #overflowed} returns true after {@code derive}, the caller computes the scores again for {@link #raiseShifts}, and
 * once more for {@code derive}.
 *
 * <p>Immutable.
 */
sealed interface LossFunction permits ShiftedSoftmax, Logistic, PairwiseRanking {
    /** Returns the function of a configured loss. */
    static LossFunction of(LossConfig config) {
        return switch (config.kind()) {
            case CE, SSM, SCE -> new Softmax();
            case CE_ETA -> new TightSoftmax(config.eta());
            case NCE, NEG, BCE -> new Logistic();
            case BPR -> new PairwiseRanking();
        };
    }

    /** Initialises the shifts, sums and derivatives of each state from the targets' scores. */
    void begin(ScoreTile tile);

    /** Replaces the scores of candidates {@code [from, from + rows)} by derivatives and adds to the sums. */
    void derive(ScoreTile tile, int from, int rows, int states);

    /** Returns whether the sum of some state is too large. */
    default boolean overflowed(ScoreTile tile, int states) {
        return false;
    }

    /** Raises the states' shifts to the scores of candidates {@code [from, from + rows)}. */
    default void raiseShifts(ScoreTile tile, int from, int rows, int states) {
        throw new IllegalStateException(
                "only a softmax has shifts: loss=" + getClass().getSimpleName());
    }

    /**
     * Computes the states' losses, their targets' derivatives, and the scales by which derivatives in the tile are to be
     * multiplied.
     */
    void finish(ScoreTile tile, int states);
}
