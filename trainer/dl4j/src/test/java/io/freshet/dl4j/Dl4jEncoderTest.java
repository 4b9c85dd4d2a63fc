package io.freshet.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderChoice;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests the guarantees of a DL4J encoder, which are weaker than those of other encoders, see {@link Dl4jShape#reproducible}.
 */
class Dl4jEncoderTest {
    private static final int ITEMS = 30;
    private static final int[] LENGTHS = {1, 5, 2, 3, 5, 4};
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Random random = new Random(5);

    static Stream<Dl4jShape> shapes() throws IOException {
        return Stream.of(Networks.caser(16), Networks.shape(64, 5, Networks.lstm()), Networks.convolution(16, 5));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldServeTheBitsOfTheTrainingPass(Dl4jShape shape) {
        SequenceBatch batch = batch();
        int places = batch.sequences() * 5;
        try (Encoder training = shape.training(Products.forThisCpu(), places);
                HistoryEncoder serving = shape.serving(Products.forThisCpu(), places);
                RowTable items = items(shape.dim());
                FloatBlock weights = weights(shape)) {
            float[] learned = rows(training.forward(batch, 0, 6, items, weights.memory()), 6, shape.dim());

            assertThat(rows(serving.encode(batch, 0, 6, items, weights.memory()), 6, shape.dim()))
                    .isEqualTo(learned);
            assertThat(rows(serving.encode(batch, 2, 4, items, weights.memory()), 2, shape.dim()))
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(java.util.Arrays.copyOfRange(learned, 2 * shape.dim(), 4 * shape.dim()));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldLearnTheSameBytesTwice(Dl4jShape shape) {
        assertThat(learn(shape)).isEqualTo(learn(shape));
    }

    /** Returns the parameters after some steps of gradient descent with dropout, in two chunks per step. */
    private float[] learn(Dl4jShape shape) {
        int d = shape.dim();
        SequenceBatch batch = batch();
        int size = shape.layout().size();
        try (Encoder encoder = shape.training(Products.forThisCpu(), 4 * 5);
                RowTable items = items(d);
                FloatBlock weights = weights(shape);
                FloatBlock gradients = FloatBlock.zeros(size);
                FloatBlock dItems = FloatBlock.zeros((long) batch.tokens() * d);
                FloatBlock dHidden = FloatBlock.zeros(6L * d)) {
            for (int step = 0; step < 5; step++) {
                encoder.beginStep(.3f, 9, step);
                gradients.memory().fill((byte) 0);
                for (int first = 0; first < 6; first += 4) {
                    int last = Math.min(6, first + 4);
                    Matrix states = encoder.forward(batch, first, last, items, weights.memory());
                    for (int i = 0; i < (last - first) * d; i++) {
                        dHidden.memory().setAtIndex(FLOAT, i, states.get(i / d, i % d) - 1f);
                    }
                    encoder.backward(
                            batch,
                            Matrix.over(dHidden.memory(), 0, d),
                            weights.memory(),
                            weights.memory(),
                            gradients.memory(),
                            Matrix.over(dItems.memory(), 0, d));
                }
                for (int i = 0; i < size; i++) {
                    float value = weights.memory().getAtIndex(FLOAT, i)
                            - .01f * gradients.memory().getAtIndex(FLOAT, i);
                    weights.memory().setAtIndex(FLOAT, i, value);
                }
            }
            return rows(Matrix.over(weights.memory(), 0, 1), size, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldDropTheSameInWhateverChunks(Dl4jShape shape) {
        int d = shape.dim();
        SequenceBatch batch = batch();
        try (Encoder encoder = shape.training(Products.forThisCpu(), 6 * 5);
                RowTable items = items(d);
                FloatBlock weights = weights(shape)) {
            encoder.beginStep(0f, 1, 0);
            float[] whole = rows(encoder.forward(batch, 0, 6, items, weights.memory()), 6, d);
            encoder.beginStep(.5f, 1, 0);
            float[] dropped = rows(encoder.forward(batch, 0, 6, items, weights.memory()), 6, d);
            float[] end = rows(encoder.forward(batch, 4, 6, items, weights.memory()), 2, d);

            assertThat(dropped).isNotEqualTo(whole);
            for (int i = 0; i < end.length; i++) {
                assertThat(end[i]).isCloseTo(dropped[4 * d + i], within(1e-4f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldDrawTheSameParametersForASeedAndOthersForAnother(Dl4jShape shape) {
        int size = shape.layout().size();
        try (FloatBlock first = FloatBlock.zeros(size);
                FloatBlock again = FloatBlock.zeros(size);
                FloatBlock other = FloatBlock.zeros(size)) {
            shape.initialize(3, first.memory());
            shape.initialize(3, again.memory());
            shape.initialize(4, other.memory());

            float[] drawn = rows(Matrix.over(first.memory(), 0, 1), size, 1);
            assertThat(rows(Matrix.over(again.memory(), 0, 1), size, 1)).isEqualTo(drawn);
            assertThat(rows(Matrix.over(other.memory(), 0, 1), size, 1)).isNotEqualTo(drawn);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldBeMadeAgainOfItsDescription(Dl4jShape shape) {
        assertThat(EncoderTypes.named(shape.type()).shape(shape.describe())).isEqualTo(shape);
        assertThat(EncoderChoice.of(shape).shape(shape.describe())).isEqualTo(shape);
        assertThat(shape.describe().values()).allMatch(value -> value instanceof Integer || value instanceof String);
        assertThat(ModelSnapshot.describe(new ModelConfig(shape, .1f, 9))).containsEntry("reproducible", false);
        assertThat(shape.predictsEveryPosition()).isFalse();
        assertThat(shape.places(1)).isEqualTo(5);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldRefuseADescriptionWithTheDigestOfAnotherNetwork(Dl4jShape shape) {
        Map<String, Object> description = new HashMap<>(shape.describe());
        Object digest = description.put("network_sha256", "0".repeat(64));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EncoderTypes.named(shape.type()).shape(description))
                .withMessage(
                        "the encoder " + shape.type() + " must have the network that its network_sha256 names: named="
                                + "0".repeat(64) + ", found=" + digest);
        // Older manifests have no digest.
        description.remove("network_sha256");
        assertThat(EncoderTypes.named(shape.type()).shape(description)).isEqualTo(shape);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldRefuseMoreSequencesThanItHasRoomFor(Dl4jShape shape) {
        try (HistoryEncoder serving = shape.serving(Products.forThisCpu(), 29);
                RowTable items = items(shape.dim());
                FloatBlock weights = weights(shape)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> serving.encode(batch(), 0, 6, items, weights.memory()))
                    .withMessage("there must not be more than 29 places at once: places=30");
        }
    }

    private SequenceBatch batch() {
        SequenceBatch batch = new SequenceBatch(5);
        random.setSeed(8);
        for (int length : LENGTHS) {
            batch.addHistory(random.ints(length, 0, ITEMS).toArray(), 0, length);
        }
        return batch;
    }

    private static RowTable items(int d) {
        Random values = new Random(11);
        RowTable items = new RowTable(d);
        items.growTo(ITEMS);
        for (int i = 0; i < ITEMS * d; i++) {
            items.chunk(0).set(i / d, i % d, (float) values.nextGaussian() / 4);
        }
        return items;
    }

    private static FloatBlock weights(Dl4jShape shape) {
        FloatBlock weights = FloatBlock.zeros(shape.layout().size());
        shape.initialize(3, weights.memory());
        return weights;
    }

    private static float[] rows(Matrix matrix, int count, int d) {
        float[] values = new float[count * d];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.get(i / d, i % d);
        }
        return values;
    }
}
