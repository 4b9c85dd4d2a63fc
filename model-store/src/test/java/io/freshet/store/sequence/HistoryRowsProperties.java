package io.freshet.store.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.event.EventTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class HistoryRowsProperties {
    private static final EventTypes TYPES =
            new EventTypes(Map.of("purchase", 4f, "browse", 0f), Set.of("impression"), Set.of("dislike", "return"));
    private static final int UNKNOWN = 7; // the only item without a row

    record Event(int item, @Nullable String type) {
        int row() {
            return item == UNKNOWN ? -1 : 10 * item;
        }

        Interaction interaction() {
            return new Interaction("item-" + item, 0, type, Interaction.NO_EVENT_ID);
        }
    }

    /** Compares with a literal implementation of the meaning of types, over all events so far, after each event. */
    @Property
    void shouldBeTheHistoryThatTypesMeanAfterEachEvent(@ForAll("events") List<Event> events) {
        HistoryRows history = new HistoryRows(TYPES);
        for (int end = 1; end <= events.size(); end++) {
            Event newest = events.get(end - 1);
            history.add(newest.interaction(), newest.row());
            List<Event> sofar = events.subList(0, end);

            assertThat(rows(history))
                    .isEqualTo(naiveHistory(sofar).stream().map(Event::row).toList());
            assertThat(weights(history))
                    .isEqualTo(naiveHistory(sofar).stream()
                            .map(HistoryRowsProperties::naiveWeight)
                            .toList());
            assertThat(Arrays.copyOf(history.seen(), history.seenSize()))
                    .containsExactly(sofar.stream()
                            .mapToInt(Event::row)
                            .filter(row -> row >= 0)
                            .toArray());
            assertThat(history.hasTakenBack()).isEqualTo(sofar.stream().anyMatch(HistoryRowsProperties::takesBack));
        }
    }

    @Property
    void shouldTakeForTargetsWhatStandsInTheHistoryOfTheWholeSequenceWithAWeight(@ForAll("events") List<Event> events) {
        List<Event> known =
                events.stream().filter(event -> event.item() != UNKNOWN).toList();
        UserSequence sequence =
                new UserSequence(known.stream().map(Event::interaction).toList());

        assertThat(IntStream.range(0, known.size())
                        .filter(position -> sequence.isTarget(position, TYPES))
                        .mapToObj(known::get)
                        .toList())
                .isEqualTo(naiveHistory(known).stream()
                        .filter(event -> naiveWeight(event) > 0)
                        .toList());
    }

    @Property
    void shouldBeTheWholeSequenceWhereAllTypesAreAlike(@ForAll("events") List<Event> events) {
        HistoryRows history = new HistoryRows(EventTypes.ALIKE);
        events.forEach(event -> history.add(event.interaction(), event.row()));

        assertThat(rows(history))
                .isEqualTo(
                        events.stream().map(Event::row).filter(row -> row >= 0).toList());
        assertThat(weights(history)).allMatch(weight -> weight == 1);
    }

    @Property
    void shouldForgetTheUserBeforeWhenItBeginsAnother(
            @ForAll("events") List<Event> before, @ForAll("events") List<Event> events) {
        HistoryRows reused = new HistoryRows(TYPES);
        before.forEach(event -> reused.add(event.interaction(), event.row()));
        reused.clear();
        HistoryRows fresh = new HistoryRows(TYPES);
        for (Event event : events) {
            reused.add(event.interaction(), event.row());
            fresh.add(event.interaction(), event.row());
        }

        assertThat(rows(reused)).isEqualTo(rows(fresh));
        assertThat(reused.seenSize()).isEqualTo(fresh.seenSize());
        assertThat(reused.hasTakenBack()).isEqualTo(fresh.hasTakenBack());
    }

    @Example
    void shouldBringAnItemBackByWhatComesAfterTheDislike() {
        HistoryRows history = new HistoryRows(TYPES);
        for (String type : List.of("view", "dislike", "impression")) {
            history.add(new Event(1, type).interaction(), 10);
        }
        assertThat(rows(history)).isEmpty();

        history.add(new Event(1, "purchase").interaction(), 10);

        assertThat(rows(history)).containsExactly(10);
        assertThat(weights(history)).containsExactly(4f);
    }

    /** Returns the events whose type belongs in the history, unless a later event on the same item takes them back. */
    private static List<Event> naiveHistory(List<Event> events) {
        List<Event> history = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            boolean out = takesBack(event) || "impression".equals(event.type()) || event.item() == UNKNOWN;
            for (Event later : events.subList(i + 1, events.size())) {
                out |= later.item() == event.item() && takesBack(later);
            }
            if (!out) {
                history.add(event);
            }
        }
        return history;
    }

    private static boolean takesBack(Event event) {
        return "dislike".equals(event.type()) || "return".equals(event.type());
    }

    private static float naiveWeight(Event event) {
        return switch (Objects.requireNonNullElse(event.type(), "")) {
            case "purchase" -> 4;
            case "browse" -> 0;
            default -> 1;
        };
    }

    private static List<Integer> rows(HistoryRows history) {
        return Arrays.stream(history.rows(), 0, history.size()).boxed().toList();
    }

    private static List<Float> weights(HistoryRows history) {
        List<Float> weights = new ArrayList<>();
        for (int i = 0; i < history.size(); i++) {
            weights.add(history.weights()[i]);
        }
        return weights;
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Integer> items = Arbitraries.integers().between(0, UNKNOWN);
        Arbitrary<String> types = Arbitraries.of("purchase", "browse", "view", "impression", "dislike", "return")
                .injectNull(.2);
        return Combinators.combine(items, types).as(Event::new).list().ofMaxSize(150);
    }
}
