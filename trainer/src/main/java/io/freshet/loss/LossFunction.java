package io.freshet.loss;

/**
 * The elementwise part of a loss: from scores to losses and derivatives, over a {@link ScoreTile}, for as many lanes as
 * are in use. It is the same whether the tile's candidates are shared by its states or each state's own.
 *
 * <p>For each tile: {@link #begin}, {@link #derive} over all candidates in blocks, {@link #finish}. Where
 * {@link #overflowed} says so after {@code derive}, scores are computed again for {@link #raiseShifts} and again for
 * {@code derive}.
 *
 * <p>Immutable.
 */
sealed interface LossFunction permits Softmax, TightSoftmax, Logistic, PairwiseRanking {
    /** The function of a configured loss. */
    static LossFunction of(LossConfig config) {
        return switch (config.kind()) {
            case CE, SSM, SCE -> new Softmax();
            case CE_ETA -> new TightSoftmax(config.eta());
            case NCE, NEG, BCE -> new Logistic();
            case BPR -> new PairwiseRanking();
        };
    }

    /** Sets up what is kept for each state, from the targets' scores. */
    void begin(ScoreTile tile);

    /** Puts derivatives in the place of the scores of candidates {@code [from, from + rows)} and adds to the sums. */
    void derive(ScoreTile tile, int from, int rows, int states);

    /** Whether the sums of a state are beyond a float. */
    default boolean overflowed(ScoreTile tile, int states) {
        return false;
    }

    /** Raises the states' shifts to the scores of candidates {@code [from, from + rows)}. */
    default void raiseShifts(ScoreTile tile, int from, int rows, int states) {
        throw new IllegalStateException(
                "only a softmax has shifts: loss=" + getClass().getSimpleName());
    }

    /** The states' losses, their targets' derivatives, and what derivatives in the tile are to be multiplied by. */
    void finish(ScoreTile tile, int states);
}
