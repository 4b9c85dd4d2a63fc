package io.freshet.workbench.demo.count;

import io.freshet.lab.baseline.Baseline;
import io.freshet.lab.baseline.SequentialRules;
import io.freshet.lab.baseline.UserState;
import io.freshet.lab.baseline.WindowedPopularity;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.PrequentialMetrics;
import io.freshet.training.metrics.StreamAccuracy;
import java.util.BitSet;
import java.util.List;

/**
 * Compares the model, its two parts and two baselines on the same clicks in the same order. Each of them ranks a click
 * before it learns from it.
 *
 * <p>The model's ranks come from the journal; the baselines are ranked and trained here. Not thread-safe.
 */
public final class PrequentialRace {
    private static final int K = 10;
    private static final int WINDOW = 2_000;
    private static final double LEFT_OUT = .1;

    private final Runner model = new Runner();
    private final Runner network = new Runner();
    private final Runner memory = new Runner();
    private final Runner popularity = new Runner();
    private final Runner rules = new Runner();
    private final Baseline popularityBaseline = new WindowedPopularity(WindowedPopularity.DEFAULT_WINDOW);
    private final SequentialRules rulesBaseline = new SequentialRules(WindowedPopularity.DEFAULT_WINDOW);

    /**
     * Accuracies over the same events.
     *
     * @param model accuracy of the served model, the mixture of its network and its memory
     */
    public record Standing(Accuracy model, Accuracy network, Accuracy memory, Accuracy popularity, Accuracy rules) {
        static final Standing NONE =
                new Standing(Accuracy.NONE, Accuracy.NONE, Accuracy.NONE, Accuracy.NONE, Accuracy.NONE);
    }

    /** Ranks of one click in the journal: by the model, by its network alone, and by its memory alone. */
    record Ranks(int model, int network, int memory) {}

    private static final class Runner {
        private final StreamAccuracy whole = new StreamAccuracy(K);
        private final PrequentialMetrics recent = new PrequentialMetrics(K, WINDOW);

        private void observe(int rank) {
            whole.observe(rank);
            recent.observe(rank);
        }
    }

    /**
     * Observes the next click that was learned from.
     *
     * @param history rows of the user's clicks before it, oldest first; at least the last three
     * @param item row of the clicked item
     * @param ranks ranks by the model and its parts
     */
    void observe(int[] history, int item, Ranks ranks) {
        boolean event = StepRecord.isRanked(ranks.model());
        model.observe(ranks.model());
        network.observe(ranks.network());
        memory.observe(ranks.memory());
        UserState user = new UserState(0, 0, history, history); // neither baseline looks at user and time
        popularity.observe(event ? popularityBaseline.rank(user, item).amongAll() : StepRecord.NO_EVENT);
        rules.observe(event ? rulesBaseline.rank(user, item).amongAll() : StepRecord.NO_EVENT);
        popularityBaseline.observe(user, item);
        rulesBaseline.observe(user, item);
    }

    /** Forgets items that will not be clicked again. */
    void forget(BitSet items) {
        rulesBaseline.forget(items);
    }

    /** Passes over a click that is not learned from. */
    void passOver() {
        List.of(model, network, memory, popularity, rules).forEach(runner -> runner.observe(StepRecord.NO_EVENT));
    }

    /** Returns the accuracies over the events after the first tenth of the stream. */
    Standing afterFirstTenth() {
        return new Standing(
                model.whole.afterFirst(LEFT_OUT),
                network.whole.afterFirst(LEFT_OUT),
                memory.whole.afterFirst(LEFT_OUT),
                popularity.whole.afterFirst(LEFT_OUT),
                rules.whole.afterFirst(LEFT_OUT));
    }

    /** Returns the accuracies over the newest events. */
    Standing recent() {
        return new Standing(
                model.recent.windowed(),
                network.recent.windowed(),
                memory.recent.windowed(),
                popularity.recent.windowed(),
                rules.recent.windowed());
    }
}
