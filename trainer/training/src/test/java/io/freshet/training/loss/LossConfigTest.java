package io.freshet.training.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freshet.training.loss.LossConfig.Kind;
import io.freshet.training.loss.LossConfig.Sampling;
import org.junit.jupiter.api.Test;

class LossConfigTest {
    @Test
    void shouldTakeThePapersValuesByDefault() {
        assertThat(LossConfig.scaledCrossEntropy(500))
                .isEqualTo(new LossConfig(Kind.SCE, Sampling.BATCH, 500, LossConfig.AUTO_ALPHA, 0.7f, 10f, 0f));
        assertThat(LossConfig.noiseContrastive(5).c()).isEqualTo(10f);
        assertThat(LossConfig.binaryCrossEntropy().negatives()).isEqualTo(1);
        assertThat(LossConfig.pairwiseRanking().sampling()).isEqualTo(Sampling.POSITION);
    }

    @Test
    void shouldTakeExplicitValues() {
        LossConfig loss =
                LossConfig.scaledCrossEntropy(100, 50f).with(Sampling.GROUP).withPopularityPower(0.75f);

        assertThat(loss).isEqualTo(new LossConfig(Kind.SCE, Sampling.GROUP, 100, 50f, 0.7f, 10f, 0.75f));
        assertThat(LossConfig.tightCrossEntropy(0.5f).eta()).isEqualTo(0.5f);
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        refuse(() -> LossConfig.crossEntropy().with(Sampling.BATCH));
        refuse(() -> LossConfig.scaledCrossEntropy(5).with(Sampling.ALL));
        refuse(() -> LossConfig.binaryCrossEntropy().with(Sampling.BATCH));
        refuse(() -> LossConfig.pairwiseRanking().withPopularityPower(1f));
        refuse(() -> LossConfig.scaledCrossEntropy(5).withPopularityPower(1.5f));
        refuse(() -> LossConfig.scaledCrossEntropy(0));
        refuse(() -> LossConfig.scaledCrossEntropy(5, -1f));
        refuse(() -> LossConfig.scaledCrossEntropy(5, Float.NaN));
        refuse(() -> LossConfig.tightCrossEntropy(-1f));
        refuse(() -> new LossConfig(Kind.BPR, Sampling.POSITION, 2, 1f, 0.7f, 10f, 0f));
        refuse(() -> new LossConfig(Kind.SSM, Sampling.BATCH, 2, 3f, 0.7f, 10f, 0f));
    }

    private static void refuse(Runnable making) {
        assertThatIllegalArgumentException().isThrownBy(making::run).withMessageContaining("=");
    }
}
