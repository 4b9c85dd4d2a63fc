package io.freshet.lab.continual;

import io.freshet.lab.baseline.Baseline;
import io.freshet.lab.baseline.UserState;
import io.freshet.store.vocabulary.Vocabulary;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Runs the baselines over the periods. Periods have no times: each counts as a week with clicks at equal distances. Not
 * thread-safe.
 */
final class PeriodBaselines {
    private static final double WEEK_MS = 7 * 24 * 3600 * 1e3;

    private final int window;
    private final Map<ContinualBaseline, Baseline> baselines = new EnumMap<>(ContinualBaseline.class);
    private final Vocabulary items = new Vocabulary();
    private int periods; // learned
    private int users; // sessions of earlier periods

    /** @param window number of a session's newest clicks that are its history */
    PeriodBaselines(int window) {
        this.window = window;
        for (ContinualBaseline baseline : ContinualBaseline.values()) {
            baselines.put(baseline, baseline.create());
        }
    }

    private interface Step {
        void take(UserState session, int item);
    }

    /** Lets the baselines observe a period. */
    void learn(List<PeriodClick> period) {
        run(period, (session, item) -> baselines.values().forEach(baseline -> baseline.observe(session, item)));
        periods++;
    }

    /**
     * Returns the accuracy on the next period, which is not observed.
     *
     * @param clicks the clicks of the period that are tested: every click of a session except the first is a target
     */
    Map<ContinualBaseline, RecallAndMrr> test(List<PeriodClick> clicks) {
        Map<ContinualBaseline, IntStream.Builder> ranks = new EnumMap<>(ContinualBaseline.class);
        baselines.keySet().forEach(baseline -> ranks.put(baseline, IntStream.builder()));
        run(clicks, (session, item) -> {
            if (session.history().length > 0) {
                baselines.forEach((name, baseline) -> Objects.requireNonNull(ranks.get(name))
                        .add(baseline.rank(session, item).amongAll()));
            }
        });
        Map<ContinualBaseline, RecallAndMrr> accuracy = new EnumMap<>(ContinualBaseline.class);
        ranks.forEach((baseline, all) ->
                accuracy.put(baseline, RecallAndMrr.of(all.build().toArray())));
        return accuracy;
    }

    private static int numberOf(Map<String, Integer> numbers, String session) {
        Integer known = numbers.putIfAbsent(session, numbers.size());
        return known == null ? numbers.size() - 1 : known;
    }

    private void run(List<PeriodClick> period, Step step) {
        Map<String, Integer> numbers = new HashMap<>();
        Map<String, int[]> histories = new HashMap<>();
        for (int i = 0; i < period.size(); i++) {
            PeriodClick click = period.get(i);
            int user = users + numberOf(numbers, click.session());
            int[] history = histories.getOrDefault(click.session(), new int[0]);
            int item = items.addIfAbsent(click.item());
            long timeMs = (long) ((periods + (double) i / period.size()) * WEEK_MS);
            step.take(new UserState(user, timeMs, history, history), item);
            int from = Math.max(0, history.length + 1 - window);
            int[] longer = Arrays.copyOfRange(history, from, history.length + 1);
            longer[longer.length - 1] = item;
            histories.put(click.session(), longer);
        }
        users += numbers.size();
    }
}
