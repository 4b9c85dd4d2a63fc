package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.freshet.store.modellog.MemoryDelta;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CooccurrenceModelTest {
    private final CooccurrenceModel memory = new CooccurrenceModel(CooccurrenceConfig.DEFAULT);
    private final CooccurrenceScores expectations = new CooccurrenceScores();

    @Test
    void shouldLeaveItAllToTheNetworkWhenItHasSeenNothing() {
        memory.expect(new int[] {3, 4, 3}, 0, 3, 4, expectations);

        assertThat(expectations.networkShare(0)).isEqualTo(1);
        assertThat(expectations.end(0)).isZero();
    }

    @Test
    void shouldExpectWhatFollowedOnce() {
        memory.observe(new int[] {1, 2}, 0, 2, 5);

        memory.expect(new int[] {2}, 0, 1, 5, expectations);

        assertThat(expectations.targetMass(0)).isPositive();
        assertThat(expectations.rank(0, 10, new int[0])).isEqualTo(1);
    }

    @Test
    void shouldExpectACompanionWhateverTheOrder() {
        memory.observe(new int[] {1}, 0, 1, 5);

        memory.expect(new int[] {5}, 0, 1, 1, expectations);

        assertThat(expectations.targetMass(0)).isPositive();
    }

    @Test
    void shouldLookAtTheGivenPartOfTheRowsOnly() {
        memory.observe(new int[] {9, 1, 2, 9}, 1, 3, 5);

        assertThat(memory.neighboursOf(9)).isNull();
        memory.expect(new int[] {9, 2, 9}, 1, 2, 9, expectations);
        assertThat(expectations.targetMass(0)).isZero();
    }

    @Test
    void shouldTrustWhoeverIsRight() {
        for (int i = 0; i < 300; i++) {
            expectations.clear();
            memory.expect(new int[] {1}, 0, 1, 2, expectations);
            memory.learn(expectations, new double[] {1e-4}, new double[] {0}, new double[10]);
            memory.observe(new int[] {1}, 0, 1, 2);
        }
        assertThat(expectations.networkShare(0)).isLessThan(.05);

        for (int i = 0; i < 20_000; i++) {
            expectations.clear();
            memory.expect(new int[] {1}, 0, 1, 7, expectations);
            memory.learn(expectations, new double[] {.5}, new double[] {0}, new double[10]);
        }
        assertThat(expectations.networkShare(0)).isGreaterThan(.99);
    }

    @Test
    void shouldEraseASessionAndKeepWhatItTaught() {
        memory.observe(new int[] {1}, 0, 1, 2);
        memory.observe(new int[] {1, 2}, 0, 2, 3);

        memory.erase(new int[] {1, 2, 3}, 0, 3);

        assertThat(memory.log().newestOf(2)).isEqualTo(ClickLog.NONE);
        assertThat(memory.recent().size()).isEqualTo(2);
        assertThat(memory.neighboursOf(1)).isNotNull();
        assertThat(memory.clicks()).isEqualTo(2);
    }

    @Test
    void shouldHaveNoMemoryWhenItIsOff() {
        CooccurrenceModel none = new CooccurrenceModel(CooccurrenceConfig.OFF);
        none.observe(new int[] {1}, 0, 1, 2);

        none.expect(new int[] {1}, 0, 1, 2, expectations);

        assertThat(none.clicks()).isZero();
        assertThat(expectations.networkShare(0)).isEqualTo(1);
    }

    @Test
    void shouldRefuseAMixtureOfAnotherKind() {
        double[] mixture = memory.mixture();
        mixture[3] = Double.NaN;
        MemoryDelta notANumber = new MemoryDelta(new int[] {0}, new int[0], new int[0], mixture);
        MemoryDelta tooShort = new MemoryDelta(new int[] {0}, new int[0], new int[0], new double[] {1});

        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.apply(MemoryDeltas.of(0, notANumber, List.of()), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.apply(MemoryDeltas.of(0, tooShort, List.of()), 0))
                .withMessageContaining("mixture=1");
    }

    @Test
    void shouldRefuseBoundsThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CooccurrenceConfig(101, 1, 1))
                .withMessageContaining("window=101");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CooccurrenceConfig(1, 0, 1))
                .withMessageContaining("neighbours=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CooccurrenceConfig(1, 1, 0))
                .withMessageContaining("halvingClicks=0");
    }

    @Test
    void shouldSpreadTheMassOfReturnsByDistance() {
        memory.observe(new int[] {8}, 0, 1, 9); // so that the memory is not empty

        memory.expect(new int[] {1, 2, 3}, 0, 3, CooccurrenceScores.NO_TARGET, expectations);

        double two = expectations.mass(expectations.placeOf(0, 2));
        double one = expectations.mass(expectations.placeOf(0, 1));
        assertThat(two / one).isCloseTo(1.5, within(1e-12));
        assertThat(expectations.mass(expectations.placeOf(0, 3)))
                .as("the same once more")
                .isPositive();
    }
}
