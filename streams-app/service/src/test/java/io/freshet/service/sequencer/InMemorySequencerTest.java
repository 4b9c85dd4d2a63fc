package io.freshet.service.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.Interaction;
import io.freshet.training.step.UserUpdate;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InMemorySequencerTest {
    private final InMemorySequencer sequencer = new InMemorySequencer(3, EventTypes.ALIKE);

    @Test
    void shouldKeepTheNewestClicksOfEachUserInOrderOfTime() {
        apply("anna", "a", 10);
        apply("bert", "x", 11);
        apply("anna", "c", 30);
        UserUpdate late = apply("anna", "b", 20);

        assertThat(late.user()).isEqualTo("anna");
        assertThat(items(late)).containsExactly("a", "b", "c");
        assertThat(late.update().newPositions()).containsExactly(1);
        assertThat(items(apply("anna", "d", 40))).containsExactly("b", "c", "d");
        assertThat(sequencer.users()).isEqualTo(2);
        assertThat(sequencer.accepted()).isEqualTo(5);
    }

    @Test
    void shouldCountWhatItDrops() {
        apply("anna", "a", 10);
        apply("anna", "b", 20);
        apply("anna", "c", 30);

        assertThat(sequencer.apply(click("anna", "b", 20))).isNull();
        assertThat(sequencer.apply(click("anna", "z", 5))).isNull();
        assertThat(sequencer.duplicates()).isEqualTo(1);
        assertThat(sequencer.tooLate()).isEqualTo(1);
        assertThat(sequencer.accepted()).isEqualTo(3);
    }

    @Test
    void shouldKeepArrivalOrderWhenTimesAreEqual() {
        apply("anna", "a", 10);
        apply("anna", "b", 10);
        assertThat(items(apply("anna", "c", 10))).containsExactly("a", "b", "c");
    }

    @Test
    void shouldForgetAUserThatIsErased() {
        apply("anna", "a", 10);

        UserUpdate erasure = sequencer.erase("anna", 15);

        assertThat(erasure.update().isErasure()).isTrue();
        assertThat(sequencer.users()).isZero();
        assertThat(items(apply("anna", "b", 20))).containsExactly("b");
        assertThat(sequencer.accepted()).isEqualTo(2);
    }

    private UserUpdate apply(String user, String item, long timestampMs) {
        return Objects.requireNonNull(sequencer.apply(click(user, item, timestampMs)));
    }

    private static Click click(String user, String item, long timestampMs) {
        return new Click(user, item, timestampMs, null, null);
    }

    private static List<String> items(UserUpdate update) {
        return update.update().sequence().interactions().stream()
                .map(Interaction::itemId)
                .toList();
    }
}
