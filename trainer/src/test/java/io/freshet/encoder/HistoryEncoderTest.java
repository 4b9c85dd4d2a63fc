package io.freshet.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryEncoderTest {
    private static final int ITEMS = 40;
    private static final int LENGTH = 50;

    private final Random random = new Random(5);

    @ParameterizedTest
    @CsvSource({"64,1,1", "64,2,1", "64,3,1", "32,2,1", "64,2,2", "128,2,4"})
    void shouldGiveTheBitsOfTheWholePassAfterEachLastToken(int d, int blocks, int heads) {
        var config = new SasRecConfig(d, LENGTH, blocks, heads);
        SequenceBatch batch = histories(1, 50, 2, 6, 7, 30, 1, 49);
        int sequences = batch.sequences();
        try (SasRec whole = new SasRec(config, Products.forThisCpu(), batch.tokens());
                HistoryEncoder encoder = new HistoryEncoder(config, Products.forThisCpu(), batch.tokens());
                RowTable items = items(d);
                FloatBlock weights = weights(whole.layout())) {
            Matrix hidden = whole.forward(batch, 0, sequences, items, weights.memory());

            Matrix states = encoder.encode(batch, 0, sequences, items, weights.memory());

            for (int s = 0; s < sequences; s++) {
                assertThat(row(states, s, d)).as("sequence %d", s).isEqualTo(row(hidden, batch.start(s + 1) - 1, d));
            }
            float[] ofThird = row(states, 2, d);
            float[] ofThirdInAnotherPart = row(encoder.encode(batch, 2, 4, items, weights.memory()), 0, d);
            assertThat(ofThirdInAnotherPart).isEqualTo(ofThird);
        }
    }

    @Test
    void shouldRefuseMoreTokensThanItHasRoomFor() {
        var config = new SasRecConfig(64, LENGTH, 2, 1);
        try (HistoryEncoder encoder = new HistoryEncoder(config, Products.forThisCpu(), LENGTH);
                RowTable items = items(64);
                FloatBlock weights = FloatBlock.zeros(new SasRecLayout(config).size())) {
            SequenceBatch batch = histories(30, 21);

            assertThatThrownBy(() -> encoder.encode(batch, 0, 2, items, weights.memory()))
                    .hasMessageContaining("must not be more than 50 tokens at once: tokens=51");
        }
    }

    private SequenceBatch histories(int... lengths) {
        SequenceBatch batch = new SequenceBatch(LENGTH);
        for (int length : lengths) {
            int[] rows =
                    IntStream.range(0, length).map(i -> random.nextInt(ITEMS)).toArray();
            batch.addHistory(rows, 0, length);
        }
        return batch;
    }

    private RowTable items(int d) {
        RowTable items = new RowTable(d);
        items.growTo(ITEMS);
        for (int row = 0; row < ITEMS; row++) {
            Matrix chunk = items.chunk(0);
            for (int c = 0; c < d; c++) {
                chunk.set(row, c, (float) random.nextGaussian() / 8);
            }
        }
        return items;
    }

    private static FloatBlock weights(SasRecLayout layout) {
        FloatBlock weights = FloatBlock.zeros(layout.size());
        SasRec.initialize(layout, 3, weights.memory());
        return weights;
    }

    private static float[] row(Matrix matrix, int row, int d) {
        float[] values = new float[d];
        for (int c = 0; c < d; c++) {
            values[c] = matrix.get(row, c);
        }
        return values;
    }
}
