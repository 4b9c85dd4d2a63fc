package io.freshet.lab.continual;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Selects the clicks of a period that are tested: clicks on items seen in earlier periods, in sessions that have at
 * least two such clicks.
 */
final class TestClicks {
    private TestClicks() {}

    /**
     * Returns the selected clicks in order. Each click except a session's first is a target, ranked given the clicks
     * before it in its session.
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
