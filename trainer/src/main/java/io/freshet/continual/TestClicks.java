package io.freshet.continual;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What is tested of a period: clicks on items seen before, of the sessions that have two of them. */
final class TestClicks {
    private TestClicks() {}

    /**
     * The clicks that are left, in order. Each but a session's first is a target, and those before it in its session are
     * what it is ranked by.
     *
     * @param seen whether an item was in an earlier period
     */
    static List<PeriodClick> of(List<PeriodClick> period, Predicate<String> seen) {
        List<PeriodClick> known =
                period.stream().filter(click -> seen.test(click.item())).toList();
        Map<String, Integer> lengths = new HashMap<>();
        known.forEach(click -> lengths.merge(click.session(), 1, Integer::sum));
        return known.stream()
                .filter(click -> lengths.getOrDefault(click.session(), 0) > 1)
                .toList();
    }
}
