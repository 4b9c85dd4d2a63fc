package io.freshet.lab.continual;

import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Runs ADER's protocol with the online learner. Each cycle learns a period in one pass: it learns the clicks in
 * order, together with the sequences that the learner replays. The learner is then tested on the next period, which
 * it has not learned from. Targets are ranked among all items of the periods learned, and ties count against the
 * target. Clicks on other items are removed from the test, and then sessions with only one click left. Baselines learn
 * and are tested on the same clicks.
 *
 * <p>Owns the learner. Not thread-safe.
 */
public final class Continual implements AutoCloseable {
    private static final int TEST_BATCH = 1024;

    private final ContinualConfig config;
    private final OnlineLearner learner;
    private final PeriodBaselines baselines;
    private int cycles;

    /** Creates a run with a learner that has seen nothing. */
    public Continual(ContinualConfig config) {
        this.config = config;
        this.learner = OnlineLearner.initial(config.model(), config.training(), config.learning());
        this.baselines = new PeriodBaselines(config.window());
    }

    /**
     * Runs the next cycle.
     *
     * @param stopped called after each step; true to stop
     * @return empty if the cycle was stopped
     */
    public Optional<Cycle> run(
            List<PeriodClick> learned, List<PeriodClick> tested, ContinualListener listener, BooleanSupplier stopped) {
        cycles++;
        long start = System.nanoTime();
        if (!learn(learned, listener, stopped)) {
            return Optional.empty();
        }
        long middle = System.nanoTime();
        baselines.learn(learned);
        int items = learner.model().vocabulary().size();
        TestRanks ranks = test(tested);
        Map<ContinualBaseline, RecallAndMrr> ofBaselines = baselines.test(targets(tested));
        double testSeconds = (System.nanoTime() - middle) / 1e9;
        int[] served = ranks.served();
        return Optional.of(new Cycle(
                cycles,
                learned.size(),
                items,
                served.length,
                RecallAndMrr.of(served),
                RecallAndMrr.of(ranks.network()),
                ofBaselines,
                (middle - start) / 1e9,
                testSeconds));
    }

    private boolean learn(List<PeriodClick> period, ContinualListener listener, BooleanSupplier stopped) {
        Sessions sessions = new Sessions(config.window());
        List<UserUpdate> step = new ArrayList<>();
        for (int i = 0; i < period.size(); i++) {
            PeriodClick click = period.get(i);
            step.add(sessions.add(click.session(), click.item()));
            if (step.size() == config.stepClicks() || i == period.size() - 1) {
                learner.step(step);
                step.clear();
                listener.learned(cycles, i + 1L, period.size());
                if (stopped.getAsBoolean()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns the ranks of a period's targets. */
    TestRanks test(List<PeriodClick> period) {
        List<PeriodClick> clicks = targets(period);
        Sessions sessions = new Sessions(config.window() + 1); // room for the target after its history
        TestRanks ranks = new TestRanks();
        for (int from = 0; from < clicks.size(); from += TEST_BATCH) {
            List<PeriodClick> batch = clicks.subList(from, Math.min(clicks.size(), from + TEST_BATCH));
            List<UserUpdate> updates = batch.stream()
                    .map(click -> sessions.add(click.session(), click.item()))
                    .toList();
            ranks.add(learner.rankEach(updates));
        }
        return ranks;
    }

    private List<PeriodClick> targets(List<PeriodClick> period) {
        Vocabulary items = learner.model().vocabulary();
        return TestClicks.of(period, item -> items.rowOf(item) != Vocabulary.NOT_FOUND);
    }

    @Override
    public void close() {
        learner.close();
    }
}
