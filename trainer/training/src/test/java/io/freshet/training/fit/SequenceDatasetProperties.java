package io.freshet.training.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares the data set with lists sorted by the library. */
final class SequenceDatasetProperties {
    record Event(String user, String item, long timestampMs) {}

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<String> users = Arbitraries.of("anna", "ben", "cleo");
        Arbitrary<String> items = Arbitraries.integers().between(0, 9).map(i -> "item-" + i);
        Arbitrary<Long> times = Arbitraries.longs().between(0, 4);
        return Combinators.combine(users, items, times).as(Event::new).list().ofMaxSize(40);
    }

    @Property(tries = 300)
    void shouldKeepArrivalOrderAmongEqualTimesWhenSorting(@ForAll("events") List<Event> events) {
        Vocabulary items = new Vocabulary();
        SequenceDataset data = dataset(events, items);

        Map<String, List<Event>> expected = new LinkedHashMap<>();
        events.forEach(
                e -> expected.computeIfAbsent(e.user(), _ -> new ArrayList<>()).add(e));
        expected.values().forEach(list -> list.sort(Comparator.comparingLong(Event::timestampMs)));
        assertThat(data.users()).isEqualTo(expected.size());
        int user = 0;
        for (Map.Entry<String, List<Event>> entry : expected.entrySet()) {
            assertThat(data.user(user)).isEqualTo(entry.getKey());
            assertThat(Arrays.stream(data.sequence(user)).mapToObj(items::itemAt))
                    .containsExactlyElementsOf(
                            entry.getValue().stream().map(Event::item).toList());
            user++;
        }
        assertThat(data.interactions()).isEqualTo(events.size());
    }

    @Property(tries = 300)
    void shouldTellOfRepeatsWhenAUserMeetsAnItemAgain(@ForAll("events") List<Event> events) {
        HashSet<List<String>> pairs = new HashSet<>();
        events.forEach(e -> pairs.add(List.of(e.user(), e.item())));
        assertThat(dataset(events, new Vocabulary()).hasRepeats()).isEqualTo(pairs.size() < events.size());
    }

    @Property(tries = 300)
    void shouldBeTheSameInAnyOrderOfUsersWhenItIsBuiltInOrderOfTime(@ForAll("events") List<Event> events) {
        List<Event> byTime = new ArrayList<>(events);
        byTime.sort(Comparator.comparingLong(Event::timestampMs));
        List<Event> byUser = new ArrayList<>(byTime);
        byUser.sort(Comparator.comparing(Event::user));
        Assume.that(events.stream().mapToLong(Event::timestampMs).distinct().count() > 1);

        Vocabulary items = new Vocabulary();
        SequenceDataset expected = builder(byTime, items).buildInOrderOfTime();
        Vocabulary others = new Vocabulary();
        SequenceDataset data = builder(byUser, others).buildInOrderOfTime();

        assertThat(others.items()).isEqualTo(items.items());
        assertThat(data.users()).isEqualTo(expected.users());
        for (int user = 0; user < data.users(); user++) {
            assertThat(data.user(user)).isEqualTo(expected.user(user));
            assertThat(data.sequence(user)).isEqualTo(expected.sequence(user));
        }
    }

    private static SequenceDataset dataset(List<Event> events, Vocabulary items) {
        return builder(events, items).build();
    }

    private static SequenceDataset.Builder builder(List<Event> events, Vocabulary items) {
        SequenceDataset.Builder builder = SequenceDataset.builder(items::addIfAbsent);
        events.forEach(e -> builder.add(e.user(), e.item(), e.timestampMs()));
        return builder;
    }
}
