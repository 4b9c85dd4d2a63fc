package io.freshet.lab.benchmark;

import io.freshet.lab.benchmark.LearningCost.Footprint;
import io.freshet.lab.benchmark.LearningCost.Phase;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures an {@link OnlineLearner} while it grows to a given size, learns at that size, and forgets: call
 * {@link #arrive}, {@link #live} and {@link #forget} once each, in this order. The clicks are synthetic and do not
 * pass through Kafka. Owns the learner. Not thread-safe.
 */
public final class LearningBenchmark implements AutoCloseable {
    private static final int STEPS_OF_A_DELTA = 4; // as many steps as a busy trainer learns between two deltas
    private static final int DELTA_BYTES = 512 * 1024; // size of a part
    private static final int NEWCOMERS = 8;

    private final OnlineLearner learner;
    private final SyntheticClicks clicks;
    private final int items;
    private final int stepClicks;
    private final int rowsPerPart;

    /**
     * The clicks that are learned.
     *
     * @param items number of items
     * @param users number of users
     * @param stepClicks clicks in a step
     * @param seed seed of the clicks
     */
    public record Load(int items, int users, int stepClicks, long seed) {
        public Load {
            if (items < 2 || users < 1 || stepClicks < 1) {
                throw new IllegalArgumentException("there must be two items, a user and a click per step: items="
                        + items + ", users=" + users + ", stepClicks=" + stepClicks);
            }
        }
    }

    /** Creates a benchmark of a learner that has seen nothing. */
    public LearningBenchmark(ModelConfig model, TrainingConfig training, LearningConfig learning, Load load) {
        this.learner = OnlineLearner.initial(model, training, learning);
        this.clicks = new SyntheticClicks(load.items(), load.users(), load.seed());
        this.items = load.items();
        this.stepClicks = load.stepClicks();
        this.rowsPerPart = Math.max(1, DELTA_BYTES / (model.encoder().dim() * Float.BYTES));
    }

    /**
     * Learns clicks until each user and each item has had one. A user's first click is not an event. With at least as
     * many users as items, nothing is ranked or learned, and the time of a step is the time to add rows, users and
     * changes.
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

    /**
     * Learns steps of users who have histories. A fifth as many steps precede them unmeasured, so that the JIT
     * compiles the code.
     */
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
     * Advances the time of the clicks until the retention of the first half of the items has ended, except for items
     * clicked again. Then learns steps of a few users' first clicks. These steps rank nothing and learn nothing, so
     * their time is the time to forget items. Several users must click, because the event clock moves only then.
     *
     * @return the steps that forgot something
     * @throws IllegalStateException if items are kept for ever
     */
    public Phase forget() {
        long retentionMs = learner.learningConfig().itemRetention().toMillis();
        if (retentionMs == 0) {
            throw new IllegalStateException("itemRetention must be positive to forget items: itemRetention="
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

    /** Returns the memory in use after a garbage collection. */
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
