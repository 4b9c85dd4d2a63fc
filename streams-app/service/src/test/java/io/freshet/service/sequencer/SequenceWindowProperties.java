package io.freshet.service.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

final class SequenceWindowProperties {
    private static final EventTypes TYPES = new EventTypes(Map.of(), Set.of("impression"), Set.of("dislike"));

    @Property
    void shouldDoAsTheNaiveModelDoes(
            @ForAll("clicks") List<Interaction> clicks, @ForAll @IntRange(min = 1, max = 12) int capacity) {
        SequenceWindow window = new SequenceWindow(capacity, TYPES);
        NaiveWindow naive = new NaiveWindow(capacity);
        UserSequence sequence = UserSequence.EMPTY;
        for (Interaction click : clicks) {
            SequenceWindow.Applied applied = window.apply(sequence, click);
            ClickOutcome expected = naive.apply(click);
            assertThat(applied.outcome()).isEqualTo(expected);
            assertThat(applied.sequence().interactions()).isEqualTo(naive.kept());
            assertThat(applied.position()).isEqualTo(expected.isAccepted() ? naive.positionOfNewest() : -1);
            sequence = applied.sequence();
        }
    }

    @Property
    void shouldEndInTheSameSequenceWhenClicksOfDifferentTimesComeInAnyOrder(
            @ForAll("distinctClicks") List<Interaction> clicks, @ForAll long seed) {
        List<Interaction> shuffled = new ArrayList<>(clicks);
        Collections.shuffle(shuffled, new Random(seed));
        SequenceWindow window = new SequenceWindow(clicks.size() + 1, EventTypes.ALIKE);

        UserSequence sequence = UserSequence.EMPTY;
        for (Interaction click : shuffled) {
            sequence = window.apply(sequence, click).sequence();
        }

        List<Interaction> byTime = new ArrayList<>(clicks);
        byTime.sort(Comparator.comparingLong(Interaction::timestampMs));
        assertThat(sequence.interactions()).isEqualTo(byTime);
    }

    @Property
    void shouldChangeNothingWhenEveryKeptClickComesAgain(@ForAll("clicks") List<Interaction> clicks) {
        SequenceWindow window = new SequenceWindow(8, TYPES);
        UserSequence sequence = UserSequence.EMPTY;
        for (Interaction click : clicks) {
            sequence = window.apply(sequence, click).sequence();
        }
        for (Interaction again : sequence.interactions()) {
            assertThat(window.apply(sequence, again).outcome()).isEqualTo(ClickOutcome.DUPLICATE);
        }
    }

    /** Few items, times and event ids, so that duplicates and equal times are frequent. */
    @Provide
    Arbitrary<List<Interaction>> clicks() {
        Arbitrary<String> items = Arbitraries.of("a", "b", "c", "d");
        Arbitrary<Long> times = Arbitraries.longs().between(0, 12);
        Arbitrary<Long> events = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.just(Interaction.NO_EVENT_ID)),
                Tuple.of(1, Arbitraries.longs().between(1, 5)));
        Arbitrary<String> types =
                Arbitraries.of("view", "impression", "dislike").injectNull(.3);
        return Combinators.combine(items, times, types, events)
                .as(Interaction::new)
                .list()
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<List<Interaction>> distinctClicks() {
        return Arbitraries.longs()
                .between(0, 1_000_000)
                .list()
                .uniqueElements()
                .ofMaxSize(30)
                .map(times -> times.stream()
                        .map(time -> new Interaction("i" + time % 7, time, null, Interaction.NO_EVENT_ID))
                        .toList());
    }

    /** A straightforward, slow implementation of the rules: all arrivals, sorted again each time. */
    private static final class NaiveWindow {
        private record Arrival(Interaction click, int number) {}

        private final int capacity;
        private List<Arrival> arrivals = new ArrayList<>();
        private int number;

        NaiveWindow(int capacity) {
            this.capacity = capacity;
        }

        ClickOutcome apply(Interaction click) {
            if (arrivals.stream().anyMatch(known -> isSame(known.click(), click))) {
                return ClickOutcome.DUPLICATE;
            }
            @Nullable Arrival newest = arrivals.isEmpty() ? null : arrivals.getLast();
            List<Arrival> all = new ArrayList<>(arrivals);
            Arrival arrival = new Arrival(click, number);
            all.add(arrival);
            all.sort(Comparator.<Arrival>comparingLong(a -> a.click().timestampMs())
                    .thenComparingInt(Arrival::number));
            List<Arrival> kept = all.stream()
                    .filter(some -> newerAlike(all, some) < capacity)
                    .toList();
            if (!kept.contains(arrival)) {
                return ClickOutcome.TOO_LATE;
            }
            arrivals = new ArrayList<>(kept);
            number++;
            boolean late =
                    newest != null && click.timestampMs() < newest.click().timestampMs();
            return late ? ClickOutcome.LATE : ClickOutcome.APPENDED;
        }

        private static long newerAlike(List<Arrival> all, Arrival arrival) {
            return all.subList(all.indexOf(arrival) + 1, all.size()).stream()
                    .filter(newer -> TYPES.meaning(newer.click().eventType())
                            == TYPES.meaning(arrival.click().eventType()))
                    .count();
        }

        private static boolean isSame(Interaction a, Interaction b) {
            boolean bothNamed = a.eventIdHash() != 0 && b.eventIdHash() != 0;
            return bothNamed
                    ? a.eventIdHash() == b.eventIdHash()
                    : a.itemId().equals(b.itemId())
                            && a.timestampMs() == b.timestampMs()
                            && Objects.equals(a.eventType(), b.eventType());
        }

        List<Interaction> kept() {
            return arrivals.stream().map(Arrival::click).toList();
        }

        int positionOfNewest() {
            return arrivals.stream().map(Arrival::number).toList().indexOf(number - 1);
        }
    }
}
