package io.freshet.lab.continual;

import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.parallel.ParallelCost;
import io.freshet.lab.parallel.ParallelLearners;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs ADER's protocol with the online learner. Each cycle learns a period in one pass: it learns the clicks in
 * order, together with the sequences that the learner replays. The learner is then tested on the next period, which
 * it has not learned from. Targets are ranked among all items of the periods learned, and ties count against the
 * target. Clicks on other items are removed from the test, and then sessions with only one click left. Baselines learn
 * and are tested on the same clicks.
 *
 * <p>Several learners can share the sessions of a period. They also merge at its end, and the test is of the model that all
 * of them then have.
 *
 * <p>Owns the learners. Not thread-safe.
 */
public final class Continual implements AutoCloseable {
    private static final int TEST_BATCH = 1024;

    private final ContinualConfig config;
    private final @Nullable ParallelLearners parallel; // null for a single learner
    private final List<OnlineLearner> learners; // the first one is tested
    private final int stepClicks; // of all learners together
    private final PeriodBaselines baselines;
    private int cycles;

    /** Creates a run with a learner that has seen nothing. */
    public Continual(ContinualConfig config) {
        this(config, null);
    }

    /**
     * Creates a run with several learners that have seen nothing. They take {@link ContinualConfig#stepClicks} clicks each in a
     * step, on average.
     *
     * @param parallel the learners, by the session of a click; null for a single one
     * @throws IllegalArgumentException if several learners are to forget items
     */
    public Continual(ContinualConfig config, @Nullable ParallelConfig parallel) {
        this.config = config;
        if (parallel == null) {
            this.parallel = null;
            this.learners = List.of(OnlineLearner.initial(config.model(), config.training(), config.learning()));
        } else {
            this.parallel = new ParallelLearners(
                    parallel, config.model(), config.training(), config.learning(), RepeatPolicy.OF_ALL);
            this.learners = this.parallel.learners();
        }
        this.stepClicks = config.stepClicks() * learners.size();
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
        int items = vocabulary().size();
        TestRanks ranks = test(tested, learners.getFirst());
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
                RecallAndMrr.of(ranks.memory()),
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
            if (step.size() == stepClicks || i == period.size() - 1) {
                learn(step);
                step.clear();
                listener.learned(cycles, i + 1L, period.size());
                if (stopped.getAsBoolean()) {
                    return false;
                }
            }
        }
        if (parallel != null) {
            parallel.merge();
        }
        return true;
    }

    private void learn(List<UserUpdate> step) {
        if (parallel == null) {
            learners.getFirst().step(step);
        } else {
            parallel.step(step, ParallelLearners.RankListener.NONE);
        }
    }

    /** Returns the ranks that a learner gives a period's targets. */
    TestRanks test(List<PeriodClick> period, OnlineLearner learner) {
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
        Vocabulary items = vocabulary();
        return TestClicks.of(period, item -> items.rowOf(item) != Vocabulary.NOT_FOUND);
    }

    private Vocabulary vocabulary() {
        return learners.getFirst().model().vocabulary();
    }

    /** Returns the learners in the order of their numbers. */
    List<OnlineLearner> learners() {
        return learners;
    }

    /** Returns what it has taken so far to learn with several learners, without the tests; null if there is one. */
    public @Nullable ParallelCost parallelCost() {
        return parallel == null ? null : parallel.cost();
    }

    @Override
    public void close() {
        if (parallel == null) {
            learners.getFirst().close();
        } else {
            parallel.close();
        }
    }
}
