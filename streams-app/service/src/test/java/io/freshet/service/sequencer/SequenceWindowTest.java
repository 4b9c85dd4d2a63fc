package io.freshet.service.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.sequence.UserSequenceCodec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SequenceWindowTest {
    private final SequenceWindow window = new SequenceWindow(3, EventTypes.ALIKE);

    @Test
    void shouldAppendWhenTheClickIsTheNewest() {
        var applied = window.apply(sequence(click("a", 1)), click("b", 2));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.APPENDED);
        assertThat(applied.sequence()).isEqualTo(sequence(click("a", 1), click("b", 2)));
        assertThat(applied.position()).isEqualTo(1);
    }

    @Test
    void shouldDropTheOldestWhenTheWindowIsFull() {
        var applied = window.apply(sequence(click("a", 1), click("b", 2), click("c", 3)), click("d", 4));

        assertThat(applied.sequence()).isEqualTo(sequence(click("b", 2), click("c", 3), click("d", 4)));
        assertThat(applied.position()).isEqualTo(2);
    }

    @Test
    void shouldDropTheOldestWhenTheSequenceWouldNotFitIntoARecord() {
        SequenceWindow wide = new SequenceWindow(10_000, EventTypes.ALIKE);
        List<Interaction> clicks = IntStream.range(0, 4_000)
                .mapToObj(i -> click("item-" + i + "x".repeat(240), i))
                .toList();
        var applied = wide.apply(new UserSequence(clicks), click("newest", 4_000));

        assertThat(applied.sequence().interactions()).hasSizeBetween(2_000, 3_900);
        assertThat(applied.sequence().interactions().getLast()).isEqualTo(click("newest", 4_000));
        assertThat(UserSequenceCodec.encode(applied.sequence()).length).isLessThan(SequenceWindow.MOST_BYTES);
        assertThat(applied.position()).isEqualTo(applied.sequence().size() - 1);
    }

    @Test
    void shouldInsertInTimeOrderWhenTheClickIsLate() {
        var applied = window.apply(sequence(click("a", 1), click("c", 3)), click("b", 2));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.LATE);
        assertThat(applied.sequence()).isEqualTo(sequence(click("a", 1), click("b", 2), click("c", 3)));
        assertThat(applied.position()).isEqualTo(1);
    }

    @Test
    void shouldKeepOrderOfArrivalWhenTimesAreEqual() {
        var applied = window.apply(sequence(click("a", 1), click("b", 2)), click("c", 1));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.LATE);
        assertThat(applied.sequence()).isEqualTo(sequence(click("a", 1), click("c", 1), click("b", 2)));
    }

    @Test
    void shouldTakeTheClickWhenItIsAsOldAsTheOldestOfAFullWindow() {
        var applied = window.apply(sequence(click("a", 1), click("b", 2), click("c", 3)), click("d", 1));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.LATE);
        assertThat(applied.sequence()).isEqualTo(sequence(click("d", 1), click("b", 2), click("c", 3)));
        assertThat(applied.position()).isZero();
    }

    @Test
    void shouldRefuseWhenTheClickIsOlderThanAFullWindow() {
        UserSequence full = sequence(click("a", 1), click("b", 2), click("c", 3));

        var applied = window.apply(full, click("d", 0));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.TOO_LATE);
        assertThat(applied.sequence()).isSameAs(full);
    }

    @Test
    void shouldTakeAnOldClickWhenTheWindowIsNotFull() {
        var applied = window.apply(sequence(click("b", 2), click("c", 3)), click("a", 0));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.LATE);
        assertThat(applied.position()).isZero();
    }

    @Test
    void shouldRefuseADuplicateWhenItemAndTimeAreKnown() {
        var applied = window.apply(sequence(click("a", 1), click("b", 2)), click("a", 1));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.DUPLICATE);
    }

    @Test
    void shouldRefuseADuplicateWhenTheEventIsKnown() {
        var applied = window.apply(sequence(event("a", 1, 77), click("b", 2)), event("a", 5, 77));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.DUPLICATE);
    }

    @Test
    void shouldTakeBothWhenEventsDifferButItemAndTimeAreTheSame() {
        var applied = window.apply(sequence(event("a", 1, 77)), event("a", 1, 78));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.APPENDED);
    }

    @Test
    void shouldRefuseADuplicateWhenOnlyOneOfTheTwoHasAnEvent() {
        assertThat(window.apply(sequence(event("a", 1, 77)), click("a", 1)).outcome())
                .isEqualTo(ClickOutcome.DUPLICATE);
        assertThat(window.apply(sequence(click("a", 1)), event("a", 1, 77)).outcome())
                .isEqualTo(ClickOutcome.DUPLICATE);
    }

    @Test
    void shouldTrimWhenTheWindowWasWiderBefore() {
        UserSequence wide = sequence(click("a", 1), click("b", 2), click("c", 3), click("d", 4), click("e", 5));

        assertThat(window.apply(wide, click("f", 6)).sequence())
                .isEqualTo(sequence(click("d", 4), click("e", 5), click("f", 6)));
        assertThat(window.apply(wide, click("x", 2)).outcome()).isEqualTo(ClickOutcome.TOO_LATE);
        assertThat(window.apply(wide, click("x", 3)).sequence())
                .isEqualTo(sequence(click("x", 3), click("d", 4), click("e", 5)));
    }

    @Test
    void shouldCountWhatOnlyFiltersAndWhatTakesBackApart() {
        EventTypes types = new EventTypes(Map.of(), Set.of("impression"), Set.of("dislike"));
        SequenceWindow narrow = new SequenceWindow(2, types);
        UserSequence sequence = UserSequence.EMPTY;
        String[] kinds = {"view", "dislike", "view", "impression", "impression", "impression", "view"};
        for (int i = 0; i < kinds.length; i++) {
            sequence = narrow.apply(sequence, typed("item-" + i, i, kinds[i])).sequence();
        }

        assertThat(sequence.interactions())
                .extracting(Interaction::itemId)
                .containsExactly("item-1", "item-2", "item-4", "item-5", "item-6");
        assertThat(narrow.apply(sequence, typed("late", 0, "dislike")).position())
                .isZero();
        assertThat(narrow.apply(sequence, typed("late", 3, "impression")).outcome())
                .isEqualTo(ClickOutcome.TOO_LATE);
    }

    @Test
    void shouldTakeBothWhenOnlyTheirTypesDiffer() {
        var applied = window.apply(sequence(typed("a", 1, "view")), typed("a", 1, "purchase"));

        assertThat(applied.outcome()).isEqualTo(ClickOutcome.APPENDED);
        assertThat(window.apply(applied.sequence(), typed("a", 1, "view")).outcome())
                .isEqualTo(ClickOutcome.DUPLICATE);
    }

    private static Interaction typed(String itemId, long timestampMs, String type) {
        return new Interaction(itemId, timestampMs, type, Interaction.NO_EVENT_ID);
    }

    private static UserSequence sequence(Interaction... interactions) {
        return new UserSequence(List.of(interactions));
    }

    private static Interaction click(String itemId, long timestampMs) {
        return event(itemId, timestampMs, Interaction.NO_EVENT_ID);
    }

    private static Interaction event(String itemId, long timestampMs, long eventIdHash) {
        return new Interaction(itemId, timestampMs, null, eventIdHash);
    }
}
