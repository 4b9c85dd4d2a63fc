package io.freshet.training.loss;

/**
 * The loss for training and the sampling of its negatives. With hidden state h, a target's score s⁺ = h·e⁺ and
 * candidates' scores sᵢ = h·eᵢ, the losses of Xu et al. (arXiv 2408.14238; arXiv 2402.06216) are:
 *
 * <pre>
 * CE       -s⁺ + log Σ exp s over all items
 * SSM      -s⁺ + log(exp s⁺ + Σᵢ exp sᵢ)
 * SCE      -s⁺ + log(exp s⁺ + α Σᵢ exp sᵢ)
 * CE-η     CE over the items with s ≥ s⁺ - η |s⁺|
 * NCE      -log σ(s⁺ - c - log(K q⁺)) - Σᵢ log(1 - σ(sᵢ - c - log(K qᵢ)))
 * NEG      -log σ(s⁺) - Σᵢ log(1 - σ(sᵢ))
 * BCE      -log σ(s⁺) - log(1 - σ(s⁻))          s⁻ of one unseen negative
 * BPR      -log σ(s⁺ - s⁻)                      s⁻ of one unseen negative
 * </pre>
 *
 * <p>q is the probability that one draw yields an item: 1/|I| for uniform draws. If draws follow popularity, a
 * softmax also corrects each candidate's score by -log q (Bengio and Senécal, "Adaptive Importance Sampling", 2008):
 * its α becomes {@code αᵢ = α / ((|I| - 1) qᵢ)}, which is 1 / (K qᵢ) for the automatic α. A draw that is the target
 * itself does not contribute.
 *
 * @param kind the loss
 * @param sampling which targets share negatives
 * @param negatives K, the number of negatives of a target; 0 for CE and CE-η. If the vocabulary has no more items
 *     than K, all of them are candidates: SSM and SCE become CE, and NCE's K is |I|
 * @param alpha α of SCE; {@link #AUTO_ALPHA} for (|I| - 1) / K, which makes the normaliser unbiased; 1 for the others
 * @param eta η of CE-η
 * @param c c of NCE
 * @param popularityPower negatives are drawn with q proportional to (count + 1) to this power; 0 draws uniformly
 */
public record LossConfig(
        Kind kind, Sampling sampling, int negatives, float alpha, float eta, float c, float popularityPower) {
    /** The scale that makes the normaliser unbiased. */
    public static final float AUTO_ALPHA = 0f;

    private static final float PAPER_ETA = 0.7f;
    private static final float PAPER_C = 10f;

    /** The losses, by the paper's names. */
    public enum Kind {
        CE("ce"),
        SSM("ssm"),
        SCE("sce"),
        CE_ETA("ce-eta"),
        NCE("nce"),
        NEG("neg"),
        BCE("bce"),
        BPR("bpr");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        /** Returns the name in manifests and settings. */
        public String code() {
            return code;
        }

        /** Returns whether all items are candidates for each target. */
        boolean overAllItems() {
            return this == CE || this == CE_ETA;
        }

        /** Returns whether a target has exactly one negative, which its user has not seen. */
        boolean againstOneUnseen() {
            return this == BCE || this == BPR;
        }
    }

    /** Determines which targets share negatives. */
    public enum Sampling {
        /** Nothing is drawn: all items are candidates for each target. */
        ALL("all"),
        /** All targets of a batch share a set. */
        BATCH("batch"),
        /** The targets of a chunk of the batch share a set. */
        GROUP("group"),
        /** Each target has its own set, drawn with replacement, as the paper's authors do. */
        POSITION("position");

        private final String code;

        Sampling(String code) {
            this.code = code;
        }

        /** Returns the name in manifests and settings. */
        public String code() {
            return code;
        }
    }

    public LossConfig {
        requireSampling(kind, sampling);
        requireNegatives(kind, negatives);
        if (!(alpha >= 0) || (kind != Kind.SCE && alpha != 1f)) {
            throw new IllegalArgumentException("alpha must not be negative, and must be 1 unless the loss is sce: loss="
                    + kind.code() + ", alpha=" + alpha);
        }
        if (!(eta >= 0) || !Float.isFinite(c)) {
            throw new IllegalArgumentException(
                    "eta must not be negative and c must be finite: eta=" + eta + ", c=" + c);
        }
        if (!(popularityPower >= 0 && popularityPower <= 1)
                || (popularityPower > 0 && (kind.overAllItems() || kind.againstOneUnseen()))) {
            throw new IllegalArgumentException(
                    "popularityPower must be in [0, 1], and 0 for ce, ce-eta, bce and bpr: loss=" + kind.code()
                            + ", popularityPower=" + popularityPower);
        }
    }

    private static void requireSampling(Kind kind, Sampling sampling) {
        boolean fits = switch (sampling) {
            case ALL -> kind.overAllItems();
            case BATCH, GROUP -> !kind.overAllItems() && !kind.againstOneUnseen();
            case POSITION -> !kind.overAllItems();
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    "sampling must be all for ce and ce-eta, position for bce and bpr, not all for the others: loss="
                            + kind.code() + ", sampling=" + sampling.code());
        }
    }

    private static void requireNegatives(Kind kind, int negatives) {
        int least = kind.overAllItems() ? 0 : 1;
        int most = kind.overAllItems() ? 0 : kind.againstOneUnseen() ? 1 : Integer.MAX_VALUE;
        if (negatives < least || negatives > most) {
            throw new IllegalArgumentException(
                    "negatives must be 0 for ce and ce-eta, 1 for bce and bpr, positive for the others: loss="
                            + kind.code() + ", negatives=" + negatives);
        }
    }

    /** Returns CE: cross-entropy over all items. */
    public static LossConfig crossEntropy() {
        return new LossConfig(Kind.CE, Sampling.ALL, 0, 1f, PAPER_ETA, PAPER_C, 0f);
    }

    /** Returns CE-η: cross-entropy over the items that score near the target or above it. The paper's η is 0.7. */
    public static LossConfig tightCrossEntropy(float eta) {
        return new LossConfig(Kind.CE_ETA, Sampling.ALL, 0, 1f, eta, PAPER_C, 0f);
    }

    /** Returns SSM, the sampled softmax, with negatives shared by the batch. */
    public static LossConfig sampledSoftmax(int negatives) {
        return sampled(Kind.SSM, negatives, 1f);
    }

    /** Returns SCE with automatic α and negatives shared by the batch. */
    public static LossConfig scaledCrossEntropy(int negatives) {
        return scaledCrossEntropy(negatives, AUTO_ALPHA);
    }

    /** Returns SCE with negatives shared by the batch. */
    public static LossConfig scaledCrossEntropy(int negatives, float alpha) {
        return sampled(Kind.SCE, negatives, alpha);
    }

    /** Returns NCE with the paper's c of 10 and negatives shared by the batch. */
    public static LossConfig noiseContrastive(int negatives) {
        return sampled(Kind.NCE, negatives, 1f);
    }

    /** Returns NEG with negatives shared by the batch. */
    public static LossConfig negativeSampling(int negatives) {
        return sampled(Kind.NEG, negatives, 1f);
    }

    /** Returns BCE, with one unseen negative for each position. */
    public static LossConfig binaryCrossEntropy() {
        return sampled(Kind.BCE, 1, 1f);
    }

    /** Returns BPR, with one unseen negative for each position. */
    public static LossConfig pairwiseRanking() {
        return sampled(Kind.BPR, 1, 1f);
    }

    private static LossConfig sampled(Kind kind, int negatives, float alpha) {
        Sampling sampling = kind.againstOneUnseen() ? Sampling.POSITION : Sampling.BATCH;
        return new LossConfig(kind, sampling, negatives, alpha, PAPER_ETA, PAPER_C, 0f);
    }

    /** Returns the same loss with negatives shared in another way. */
    public LossConfig with(Sampling other) {
        return new LossConfig(kind, other, negatives, alpha, eta, c, popularityPower);
    }

    /** Returns the same loss with negatives drawn by popularity. */
    public LossConfig withPopularityPower(float power) {
        return new LossConfig(kind, sampling, negatives, alpha, eta, c, power);
    }
}
