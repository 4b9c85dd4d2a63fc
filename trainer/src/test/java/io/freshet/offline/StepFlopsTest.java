package io.freshet.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.encoder.SasRecConfig;
import io.freshet.encoder.SequenceBatch;
import org.junit.jupiter.api.Test;

final class StepFlopsTest {
    @Test
    void shouldCountEveryMultiplicationAndAdditionOfTheProducts() {
        SequenceBatch batch = new SequenceBatch(50);
        batch.addExample(new int[] {1, 2, 3, 4}, 0, 4);
        batch.addExample(new int[] {1, 2}, 0, 2);
        int d = 64;
        int linear = 4 * 6 * 2 * d * d; // tokens, layers, a product's d²
        int attention = (1 + 2 + 3 + 1) * 2 * 2 * d; // pairs of the triangle, scores and mixture
        int loss = 4 * 100 * 2 * d;
        assertThat(StepFlops.of(batch, new SasRecConfig(d, 50, 2, 1), 100))
                .isEqualTo(3.0 * (2 * (linear + attention) + loss));
    }
}
