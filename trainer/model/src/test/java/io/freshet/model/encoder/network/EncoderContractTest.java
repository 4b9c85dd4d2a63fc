package io.freshet.model.encoder.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the contract of all encoders. {@code LearnerGradientTest} tests their gradients. */
class EncoderContractTest {
    private static final int ITEMS = 40;
    private static final int LENGTH = 50;
    private static final int[] LENGTHS = {1, 50, 2, 6, 7, 30, 1, 49};

    private final Random random = new Random(5);

    static Stream<EncoderShape> shapes() {
        return Stream.of(
                new SasRecConfig(64, LENGTH, 1, 1),
                new SasRecConfig(64, LENGTH, 2, 1),
                new SasRecConfig(64, LENGTH, 3, 1),
                new SasRecConfig(32, LENGTH, 2, 1),
                new SasRecConfig(64, LENGTH, 2, 2),
                new SasRecConfig(128, LENGTH, 2, 4),
                new Gru4RecConfig(16, LENGTH),
                new Gru4RecConfig(64, LENGTH),
                new Gru4RecConfig(96, LENGTH),
                new LruRecConfig(64, LENGTH, 2),
                new LruRecConfig(48, LENGTH, 1),
                new FmlpRecConfig(64, LENGTH, 2),
                new FmlpRecConfig(48, LENGTH, 1),
                new BsaRecConfig(64, LENGTH, 2, 1),
                new BsaRecConfig(32, LENGTH, 1, 2),
                new Bert4RecConfig(64, LENGTH, 2, 2),
                new Bert4RecConfig(48, LENGTH, 1, 1));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldServeTheBitsOfTheTrainingPassAfterEachLastToken(EncoderShape shape) {
        int d = shape.dim();
        SequenceBatch batch = batch(shape, histories(LENGTHS));
        int sequences = batch.sequences();
        int places = batch.places(0, sequences);
        try (Encoder training = shape.training(Products.forThisCpu(), places);
                HistoryEncoder serving = shape.serving(Products.forThisCpu(), places);
                RowTable items = items(d);
                FloatBlock weights = weights(shape)) {
            Matrix hidden = training.forward(batch, 0, sequences, items, weights.memory());

            Matrix states = serving.encode(batch, 0, sequences, items, weights.memory());

            for (int s = 0; s < sequences; s++) {
                assertThat(row(states, s, d))
                        .as("sequence %d", s)
                        .isEqualTo(row(hidden, batch.firstState(s + 1) - 1, d));
            }
            float[] ofThird = row(states, 2, d);
            float[] ofThirdInAnotherPart = row(serving.encode(batch, 2, 4, items, weights.memory()), 0, d);
            assertThat(ofThirdInAnotherPart).isEqualTo(ofThird);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGiveASequenceTheSameBitsInWhateverOrderAndCompany(EncoderShape shape) {
        List<int[]> histories = histories(LENGTHS);
        List<int[]> reversed = histories.reversed();
        List<float[]> expected = passes(shape, histories);

        List<float[]> ofReversed = passes(shape, reversed);
        for (int s = 0; s < histories.size(); s++) {
            assertThat(ofReversed.get(histories.size() - 1 - s))
                    .as("sequence %d", s)
                    .isEqualTo(expected.get(s));
            assertThat(passes(shape, List.of(histories.get(s))).getFirst())
                    .as("sequence %d alone", s)
                    .isEqualTo(expected.get(s));
        }
    }

    /** Returns, for each history, all of its states followed by the gradients of its items. */
    private static List<float[]> passes(EncoderShape shape, List<int[]> histories) {
        int d = shape.dim();
        SequenceBatch batch = batch(shape, histories);
        try (Encoder encoder =
                        shape.training(Products.forThisCpu(), Math.max(LENGTH, batch.places(0, batch.sequences())));
                RowTable items = items(d);
                FloatBlock weights = weights(shape);
                FloatBlock transposed = weights(shape);
                FloatBlock gradients = FloatBlock.zeros(shape.layout().size());
                FloatBlock memory = FloatBlock.zeros((long) (batch.states() + batch.tokens()) * d)) {
            shape.transposeWeights(weights.memory(), transposed.memory());
            Matrix dHidden = Matrix.over(memory.memory(), 0, d);
            Matrix dItems = Matrix.over(memory.memory(), (long) batch.states() * d, d);
            Matrix hidden = encoder.forward(batch, 0, batch.sequences(), items, weights.memory());
            List<float[]> bits = new ArrayList<>();
            for (int s = 0; s < histories.size(); s++) {
                int first = batch.firstState(s);
                int states = batch.firstState(s + 1) - first;
                bits.add(rows(hidden, first, states, d));
                for (int t = 0; t < states; t++) {
                    for (int c = 0; c < d; c++) {
                        dHidden.set(first + t, c, (float) Math.sin(t + 3.0 * c));
                    }
                }
            }
            encoder.backward(batch, dHidden, weights.memory(), transposed.memory(), gradients.memory(), dItems);
            for (int s = 0; s < histories.size(); s++) {
                int states = bits.get(s).length;
                float[] ofItems = rows(dItems, batch.start(s), histories.get(s).length, d);
                bits.set(s, Arrays.copyOf(bits.get(s), states + ofItems.length));
                System.arraycopy(ofItems, 0, bits.get(s), states, ofItems.length);
            }
            return bits;
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldDrawTheSameParametersForASeedAndOthersForAnother(EncoderShape shape) {
        int size = shape.layout().size();
        try (FloatBlock first = FloatBlock.zeros(size);
                FloatBlock again = FloatBlock.zeros(size);
                FloatBlock other = FloatBlock.zeros(size)) {
            again.memory().fill((byte) 1);
            shape.initialize(3, first.memory());
            shape.initialize(3, again.memory());
            shape.initialize(4, other.memory());

            assertThat(floats(again)).isEqualTo(floats(first)).isNotEqualTo(floats(other));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldBeMadeAgainOfItsDescription(EncoderShape shape) {
        assertThat(EncoderTypes.named(shape.type()).shape(shape.describe())).isEqualTo(shape);
        assertThat(shape.reproducible()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldRefuseMoreThanItHasRoomFor(EncoderShape shape) {
        String unit = shape.predictsEveryPosition() ? "tokens" : "places";
        try (HistoryEncoder serving = shape.serving(Products.forThisCpu(), LENGTH);
                Encoder training = shape.training(Products.forThisCpu(), LENGTH);
                RowTable items = items(shape.dim());
                FloatBlock weights = weights(shape)) {
            SequenceBatch batch = batch(shape, histories(30, 21));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> serving.encode(batch, 0, 2, items, weights.memory()))
                    .withMessageContaining("more than 50 " + unit)
                    .withMessageContaining(unit + "=" + batch.places(0, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> training.forward(batch, 0, 2, items, weights.memory()))
                    .withMessageContaining("more than 50 " + unit)
                    .withMessageContaining(unit + "=" + batch.places(0, 2));
        }
    }

    @Test
    void shouldNameTheEncodersThatThereAreWhenOneIsUnknown() {
        assertThat(EncoderTypes.names())
                .containsExactly("bert4rec", "bsarec", "fmlprec", "gru4rec", "lrurec", "sasrec");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EncoderTypes.named("caser"))
                .withMessage(
                        "the encoder must be of a type that this program knows: type=caser, known=[bert4rec, bsarec,"
                                + " fmlprec, gru4rec, lrurec, sasrec]");
    }

    @Test
    void shouldCountEveryMultiplicationAndAdditionOfTheProducts() {
        SequenceBatch batch = new SequenceBatch(50);
        batch.addExample(new int[] {1, 2, 3, 4}, 0, 4);
        batch.addExample(new int[] {1, 2}, 0, 2);
        int d = 64;
        int linear = 4 * 6 * 2 * d * d; // tokens, layers, a product's d²
        int attention = (1 + 2 + 3 + 1) * 2 * 2 * d; // pairs of the triangle, for scores and weighted sums
        assertThat(new SasRecConfig(d, 50, 2, 1).flops(batch)).isEqualTo(2.0 * (linear + attention));
        int stacked = (4 + 2) * 3 * 2 * d * d; // tokens with an input, and with a state before them
        assertThat(new Gru4RecConfig(d, 50).flops(batch)).isEqualTo(stacked + 4.0 * 2 * d * d);
        int maps = 4 * 4 * 2 * d * 4 * d; // tokens, projections between d and 4 d
        assertThat(new LruRecConfig(d, 50, 2).flops(batch)).isEqualTo(2.0 * maps);
        int feedForward = 2 * 2 * d * 4 * d; // projections between d and 4 d
        int convolution = 50 * 2 * d; // taps of each position
        assertThat(new FmlpRecConfig(d, 50, 3).flops(batch))
                .isEqualTo(2.0 * (2 * 50 + 1) * (feedForward + convolution)); // sequences, blocks, positions
        double full = 50 * (4 * 2 * d * d + feedForward) + 2 * 2 * 50 * 5 * d; // projections, and the filter of rank 5
        double last = 2 * 2 * d * d + feedForward + 2 * (50 + 1) * 5 * d; // projections of query and result
        double pads = (47 + 49) * 50 * 2 * 2 * d; // each attends to all positions
        double items = (1 + 2 + 3 + 1) * 2 * 2 * d;
        double ofLast = (3 + 1) * (2 * 2 * d * d + 2 * 2 * d); // keys, values of items; the last one's attention
        assertThat(new BsaRecConfig(d, 50, 2, 1).flops(batch)).isEqualTo(2 * (full + last) + pads + items + ofLast);
        double ofPlace = 4 * 2 * d * d + feedForward; // the sequences have 4 and 2 positions, masks included
        double pairs = (4 * 4 + 2 * 2) * 2 * 2 * d;
        double ofMasks = 2 * (2 * 2 * d * d + feedForward) + (4 + 2) * (2 * 2 * d * d + 2 * 2 * d);
        assertThat(new Bert4RecConfig(d, 50, 2, 1).flops(batch)).isEqualTo((4 + 2) * ofPlace + pairs + ofMasks);
    }

    private List<int[]> histories(int... lengths) {
        List<int[]> histories = new ArrayList<>();
        for (int length : lengths) {
            histories.add(
                    IntStream.range(0, length).map(i -> random.nextInt(ITEMS)).toArray());
        }
        return histories;
    }

    private static SequenceBatch batch(EncoderShape shape, List<int[]> histories) {
        SequenceBatch batch = new SequenceBatch(shape);
        for (int[] rows : histories) {
            batch.addHistory(rows, 0, rows.length);
        }
        return batch;
    }

    private static RowTable items(int d) {
        Random values = new Random(11);
        RowTable items = new RowTable(d);
        items.growTo(ITEMS);
        for (int row = 0; row < ITEMS; row++) {
            Matrix chunk = items.chunk(0);
            for (int c = 0; c < d; c++) {
                chunk.set(row, c, (float) values.nextGaussian() / 8);
            }
        }
        return items;
    }

    private static FloatBlock weights(EncoderShape shape) {
        FloatBlock weights = FloatBlock.zeros(shape.layout().size());
        shape.initialize(3, weights.memory());
        return weights;
    }

    private static float[] floats(FloatBlock block) {
        MemorySegment memory = block.memory();
        return memory.asSlice(0, block.length() * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
    }

    private static float[] row(Matrix matrix, int row, int d) {
        return rows(matrix, row, 1, d);
    }

    private static float[] rows(Matrix matrix, int first, int count, int d) {
        float[] values = new float[count * d];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.get(first + i / d, i % d);
        }
        return values;
    }
}
