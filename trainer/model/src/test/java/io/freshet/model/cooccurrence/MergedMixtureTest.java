package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MergedMixtureTest {
    private static final int CONTEXT = 5;
    private static final int WEIGHT = CONTEXT * Component.COUNT;
    private static final int CLICKS = MixtureWeights.STATE / (Component.COUNT + 1) * Component.COUNT + CONTEXT;
    private static final int SCALE = MixtureWeights.STATE;
    private static final int SCALE_CLICKS = SCALE + 2;

    private final double[] base = new CooccurrenceModel(CooccurrenceConfig.DEFAULT).mixture();

    @Test
    void shouldTakeAContextWholeWhenOneLearnerHadClicksInIt() {
        double[] learned = base.clone();
        learned[WEIGHT] = .123456789;
        learned[CLICKS] = 17;

        assertThat(CooccurrenceModel.mergeMixtures(base, List.of(base, learned, base)))
                .containsExactly(learned);
        assertThat(CooccurrenceModel.mergeMixtures(base, List.of(base, base))).containsExactly(base);
    }

    @Test
    void shouldWeighByTheClicksSinceTheBaseAndAddThemUp() {
        base[CLICKS] = 100;
        base[SCALE_CLICKS] = 40;
        double[] first = base.clone();
        double[] second = base.clone();
        first[WEIGHT] = .2;
        first[CLICKS] = 101;
        second[WEIGHT] = .6;
        second[CLICKS] = 103;
        first[SCALE] = 2;
        first[SCALE_CLICKS] = 70;
        second[SCALE] = 4;
        second[SCALE_CLICKS] = 50;

        double[] merged = CooccurrenceModel.mergeMixtures(base, List.of(first, second));

        assertThat(merged[WEIGHT]).isCloseTo(.5, within(1e-12));
        assertThat(merged[CLICKS]).isEqualTo(104);
        assertThat(merged[SCALE]).isCloseTo(2.5, within(1e-12));
        assertThat(merged[SCALE_CLICKS]).isEqualTo(80);
        assertThat(merged[WEIGHT + Component.COUNT]).isEqualTo(base[WEIGHT + Component.COUNT]);
    }

    @Test
    void shouldRefuseMixturesOfAnotherLength() {
        assertThatThrownBy(() -> CooccurrenceModel.mergeMixtures(base, List.of(new double[3])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mixture=3");
    }

    @Test
    void shouldCopyNeighboursThatThenChangeOnTheirOwn() {
        CooccurrenceModel from = new CooccurrenceModel(CooccurrenceConfig.DEFAULT);
        CooccurrenceModel to = new CooccurrenceModel(CooccurrenceConfig.DEFAULT);
        from.observe(new int[] {1}, 0, 1, 2);
        to.observe(new int[] {3, 2}, 0, 2, 1);
        to.observe(new int[] {4}, 0, 1, 5);

        to.copyFrom(from, new int[] {1, 2, 3, 1});

        assertThat(to.clicks()).isEqualTo(1);
        assertThat(CooccurrenceFile.encode(to)).isNotEqualTo(CooccurrenceFile.encode(from));
        to.copyFrom(from, new int[] {4, 5});
        assertThat(CooccurrenceFile.encode(to)).isEqualTo(CooccurrenceFile.encode(from));
        byte[] before = CooccurrenceFile.encode(from);
        to.observe(new int[] {1}, 0, 1, 2);
        assertThat(CooccurrenceFile.encode(from)).isEqualTo(before);
    }
}
