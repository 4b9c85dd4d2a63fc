package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.TopicPosition;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model with a number that is not finite is not written, and a delta with one is not applied. */
final class NonFiniteModelTest {
    private static final ModelConfig CONFIG = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 8, 1, 1), .1f, 7);
    private static final int ITEMS = 5_000; // more than a chunk of a table

    private final RecommenderModel model = RecommenderModel.initial(CONFIG, CooccurrenceConfig.DEFAULT);
    private final Learner learner = new Learner(model, TrainingConfig.defaults(1));

    NonFiniteModelTest() {
        for (int item = 0; item < ITEMS; item++) {
            learner.addIfAbsent("item-" + item);
        }
        model.completeStep(3);
    }

    @AfterEach
    void close() {
        learner.close();
        model.close();
    }

    static Stream<Arguments> plants() {
        return Stream.of(
                plant(
                        "items row=4999 column=1 value=NaN",
                        learner -> plant(learner.model().items(), 4_999, Float.NaN)),
                plant(
                        "items row=0 column=1 value=Infinity",
                        learner -> plant(learner.model().items(), 0, Float.POSITIVE_INFINITY)),
                plant(
                        "items.first row=17 column=1 value=NaN",
                        learner -> plant(learner.itemFirstMoments(), 17, Float.NaN)),
                plant(
                        "items.second row=17 column=1 value=-Infinity",
                        learner -> plant(learner.itemSecondMoments(), 17, Float.NEGATIVE_INFINITY)),
                plant(
                        "dense parameter=9 value=NaN",
                        learner -> plant(learner.model().dense(), 9)),
                plant(
                        "dense.first parameter=9 value=NaN",
                        learner -> plant(learner.denseFirstMoments().memory(), 9)),
                plant(
                        "dense.second parameter=9 value=NaN",
                        learner -> plant(learner.denseSecondMoments().memory(), 9)));
    }

    private static Arguments plant(String what, Consumer<Learner> plant) {
        return arguments(what, plant);
    }

    private static void plant(RowTable table, int row, float number) {
        table.memory(row).set(ValueLayout.JAVA_FLOAT_UNALIGNED, table.at(row) + Float.BYTES, number);
    }

    private static void plant(MemorySegment block, int position) {
        block.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) position * Float.BYTES, Float.NaN);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plants")
    void shouldNotBeWrittenWhenANumberIsNotFinite(String what, Consumer<Learner> plant) {
        assertThatCode(() -> LearnerSnapshot.addTo(new SnapshotFiles(), learner))
                .doesNotThrowAnyException();

        plant.accept(learner);

        assertThatThrownBy(() -> LearnerSnapshot.addTo(new SnapshotFiles(), learner))
                .isInstanceOf(NonFiniteModelException.class)
                .hasMessageContaining("step=3")
                .hasMessageContaining(what);
    }

    static Stream<Arguments> wrongDeltas() {
        return Stream.of(
                arguments("row=2 column=1 value=NaN", (Consumer<ModelDelta>) delta -> delta.rowValues()[1] = Float.NaN),
                arguments("dense parameter=4 value=Infinity", (Consumer<ModelDelta>)
                        delta -> delta.dense()[4] = Float.POSITIVE_INFINITY),
                arguments("mixture number=0 value=NaN", (Consumer<ModelDelta>)
                        delta -> delta.memory().mixture()[0] = Double.NaN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongDeltas")
    void shouldTakeNothingOfADeltaWithANumberThatIsNotFinite(String what, Consumer<ModelDelta> plant) {
        ModelDelta delta = delta(Manifest.NO_LINEAGE, mixture());
        plant.accept(delta);

        assertRefused(delta, what);
        model.apply(List.of(delta(Manifest.NO_LINEAGE, mixture())));
        assertThat(model.step()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4, 6})
    void shouldTakeNothingOfADeltaOfAnotherLineage(long other) {
        model.joinLineage(5);

        assertRefused(delta(other, mixture()), "lineage=" + other);
    }

    @Test
    void shouldTakeNothingOfADeltaWhoseMixtureHasAnotherSize() {
        assertRefused(delta(Manifest.NO_LINEAGE, new double[] {.5}), "mixture=1");
    }

    @Test
    void shouldTakeNothingOfADeltaWhoseNewItemHasARowAlready() {
        assertRefused(delta(Manifest.NO_LINEAGE, mixture(), "item-5"), "item=item-5, its row=5");
    }

    private void assertRefused(ModelDelta delta, String what) {
        byte[] dense = model.dense().toArray(ValueLayout.JAVA_BYTE);
        byte[] rows = model.items().chunk(0).memory().toArray(ValueLayout.JAVA_BYTE);
        double[] mixture = model.memory().mixture();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.apply(List.of(delta)))
                .withMessageContaining(what);

        assertThat(model.step()).isEqualTo(3);
        assertThat(model.vocabulary().size()).isEqualTo(ITEMS);
        assertThat(model.dense().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(dense);
        assertThat(model.items().chunk(0).memory().toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(rows);
        assertThat(model.memory().mixture()).isEqualTo(mixture);
        assertThat(model.memory().clicks()).isZero();
    }

    private double[] mixture() {
        return model.memory().mixture();
    }

    /** Returns the delta of one step with a new item, a changed row and a click. */
    private ModelDelta delta(long lineage, double[] mixture) {
        return delta(lineage, mixture, "new");
    }

    private ModelDelta delta(long lineage, double[] mixture, String newItem) {
        float[] ones = new float[model.dim()];
        Arrays.fill(ones, 1);
        return new ModelDelta(
                lineage,
                3,
                4,
                0,
                1,
                model.dim(),
                ITEMS + 1,
                new int[] {ITEMS},
                List.of(newItem),
                List.of(),
                new int[] {2},
                ones,
                new float[model.denseSize()],
                new MemoryDelta(new int[] {1}, new int[] {1}, new int[] {0, 1}, mixture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"caser", "SasRec"})
    void shouldRefuseAnEncoderOfAnUnknownTypeByName(String type) {
        Map<String, Object> encoder = new LinkedHashMap<>(ModelSnapshot.describe(CONFIG));
        encoder.put("type", type);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSnapshot.config(manifest(encoder, Map.of())))
                .withMessageContaining("type=" + type)
                .withMessageContaining("known=[bert4rec, bsarec, fmlprec, gru4rec, lrurec, sasrec]")
                .withMessageContaining("version=v");
        encoder.remove("type");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSnapshot.config(manifest(encoder, Map.of())))
                .withMessageContaining("type=null");
    }

    @Test
    void shouldNameTheArithmeticOfASnapshotAndOfOneThatSaysOnlyWhereItWasComputed() {
        Map<String, Object> here = SnapshotPlatform.describe("our-products", 2);
        assertThat(SnapshotPlatform.arithmetic(manifest(Map.of(), here)))
                .isEqualTo(SnapshotPlatform.arithmetic("our-products"))
                .isNotEqualTo(SnapshotPlatform.arithmetic("other-products"));
        Map<String, Object> older = new LinkedHashMap<>(here);
        older.remove("arithmetic");
        assertThat(SnapshotPlatform.arithmetic(manifest(Map.of(), older)))
                .startsWith("our-products/")
                .isNotEqualTo(SnapshotPlatform.arithmetic("our-products"));
        assertThat(SnapshotPlatform.arithmetic(manifest(Map.of(), Map.of()))).isEmpty();
    }

    private static Manifest manifest(Map<String, Object> encoder, Map<String, Object> platform) {
        return new ManifestDraft(
                        "shop",
                        3,
                        Manifest.NO_LINEAGE,
                        Instant.EPOCH,
                        7,
                        encoder,
                        Map.of(),
                        platform,
                        new TopicPosition("model-log", 0, 0),
                        List.of(),
                        Map.of(),
                        false)
                .complete("v", List.of());
    }
}
