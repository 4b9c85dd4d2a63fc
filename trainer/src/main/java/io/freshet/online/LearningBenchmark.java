package io.freshet.online;

import io.freshet.model.ModelConfig;
import io.freshet.model.TrainingConfig;
import io.freshet.online.LearningCost.Footprint;
import io.freshet.online.LearningCost.Phase;
import io.freshet.tensor.FloatBlock;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures an {@link OnlineLearner} that grows to a size, lives at it, and forgets: {@link #arrive}, {@link #live} and
 * {@link #forget}, each once and in that order. Its clicks are made up and come without Kafka. Owns the learner; not
 * thread-safe.
 */
public final class LearningBenchmark implements AutoCloseable {
    private static final int STEPS_OF_A_DELTA = 4; // as many as a busy trainer learns between two
    private static final int DELTA_BYTES = 512 * 1024; // of a part
    private static final int NEWCOMERS = 8;

    private final OnlineLearner learner;
    private final MadeUpClicks clicks;
    private final int items;
    private final int stepClicks;
    private final int rowsPerPart;

    /**
     * A learner of nothing.
     *
     * @param items that come
     * @param users who click
     * @param stepClicks of a step
     * @param seed of the clicks
     */
    public LearningBenchmark(
            ModelConfig model,
            TrainingConfig training,
            LearningConfig learning,
            int items,
            int users,
            int stepClicks,
            long seed) {
        if (items < 2 || users < 1 || stepClicks < 1) {
            throw new IllegalArgumentException("there must be two items, a user and a click: items=" + items
                    + ", users=" + users + ", stepClicks=" + stepClicks);
        }
        this.learner = OnlineLearner.initial(model, training, learning);
        this.clicks = new MadeUpClicks(items, users, seed);
        this.items = items;
        this.stepClicks = stepClicks;
        this.rowsPerPart = Math.max(1, DELTA_BYTES / (model.encoder().dim() * Float.BYTES));
    }

    /**
     * Clicks until each user and each item has had one. A user's first is no event: nothing is ranked or learned where there
     * are as many users as items, and what a step takes is that rows, users and changes come.
     */
    public Phase arrive() {
        StepTimes times = new StepTimes();
        for (int first = 0, step = 1; first < clicks.arrivals(); first += stepClicks, step++) {
            int end = Math.min(clicks.arrivals(), first + stepClicks);
            learn(
                    times,
                    step,
                    IntStream.range(first, end).mapToObj(clicks::arrival).toList());
        }
        return times.phase();
    }

    /** Steps of users with histories. A fifth as many come before and do not count: the JIT compiles meanwhile. */
    public Phase live(int steps) {
        StepTimes warmUp = new StepTimes();
        for (int step = 1; step <= steps / 5; step++) {
            learn(warmUp, step, walks());
        }
        StepTimes times = new StepTimes();
        for (int step = 1; step <= steps; step++) {
            List<UserUpdate> updates = walks();
            times.ranking(learner, updates);
            learn(times, step, updates);
        }
        return times.phase();
    }

    private List<UserUpdate> walks() {
        return Stream.generate(() -> clicks.walk(items)).limit(stepClicks).toList();
    }

    private void learn(StepTimes times, int step, List<UserUpdate> updates) {
        times.step(learner, updates);
        if (step % STEPS_OF_A_DELTA == 0) {
            times.delta(learner, rowsPerPart);
        }
    }

    /**
     * Time passes until the first half of the items is past, but for those clicked again. Then steps of a few users' first
     * clicks, which rank nothing and learn nothing: their time is that of forgetting. Several users must click before the clock
     * of clicks moves.
     *
     * @return the steps that forgot something
     * @throws IllegalStateException if items are kept for ever
     */
    public Phase forget() {
        long retentionMs = learner.learningConfig().itemRetention().toMillis();
        if (retentionMs == 0) {
            throw new IllegalStateException("nothing is forgotten without a retention: itemRetention="
                    + learner.learningConfig().itemRetention());
        }
        clicks.waitUntil(items / 2, retentionMs);
        StepTimes times = new StepTimes();
        Phase forgot;
        int before;
        do {
            forgot = times.phase();
            before = learner.model().vocabulary().itemCount();
            learn(times, STEPS_OF_A_DELTA, firstClicks());
        } while (learner.model().vocabulary().itemCount() < before);
        return forgot;
    }

    private List<UserUpdate> firstClicks() {
        return IntStream.range(0, NEWCOMERS)
                .mapToObj(newcomer -> clicks.first(newcomer, items - 1))
                .toList();
    }

    /** What the process holds now, after a collection. */
    public Footprint footprint() {
        System.gc();
        return new Footprint(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                Runtime.getRuntime().maxMemory(),
                FloatBlock.openBytes(),
                learner.model().vocabulary().itemCount(),
                learner.model().vocabulary().size(),
                learner.replayUsers());
    }

    @Override
    public void close() {
        learner.close();
    }
}
