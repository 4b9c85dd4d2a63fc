package io.freshet.lab.prequential;

import io.freshet.lab.baseline.DecayedPopularity;
import io.freshet.lab.baseline.SequentialRules;
import io.freshet.lab.baseline.WindowedPopularity;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Prequential evaluation of the online learner and other methods over the records of one finished stream. Each new position
 * whose user has an earlier click is an event. It is ranked among all items seen so far, before any runner learns from it.
 * An item never seen is a miss, and ties count against the target. If the learner ranks a share of the events, the other
 * methods are compared on the same ones. Results cover the events after the first tenth of the
 * stream (Vinagre, Jorge, Gama, "Evaluation of recommender systems in streaming environments", 2015).
 *
 * <p>The learner takes steps of a fixed number of records, as the trainer can do with input from Kafka. Not thread-safe.
 */
public final class Comparison implements AutoCloseable {
    private static final int CURVE_POINTS = 200;

    private final ComparisonConfig config;
    private final long records;
    private final ComparisonListener listener;
    private final OnlineMethod online;
    private final int stepRecords;
    private final MethodScores onlineSheet;
    private final MethodScores networkSheet;
    private final MethodScores memorySheet;
    private final Map<ComparedMethod, Entrant> methods = new EnumMap<>(ComparedMethod.class);

    private final StreamItems items;
    private final List<UserUpdate> waiting = new ArrayList<>();
    private final List<Long> curveRecords = new ArrayList<>();
    private long run;

    /**
     * Creates a comparison at its start.
     *
     * @param records number of records in the whole stream
     * @param stopped called from time to time during long work; true to stop
     */
    public Comparison(ComparisonConfig config, long records, ComparisonListener listener, BooleanSupplier stopped) {
        this(config, null, records, listener, stopped);
    }

    /**
     * Creates a comparison of several learners that learn in parallel. They take {@link ComparisonConfig#stepClicks} records
     * each in a step, on average.
     *
     * @param parallel the learners; null for a single one
     * @param records number of records in the whole stream
     * @param stopped called from time to time during long work; true to stop
     * @throws IllegalArgumentException if a method needs a single learner
     */
    public Comparison(
            ComparisonConfig config,
            @Nullable ParallelConfig parallel,
            long records,
            ComparisonListener listener,
            BooleanSupplier stopped) {
        this.config = config;
        this.items = new StreamItems(config.learning().types());
        this.records = records;
        this.listener = listener;
        this.stepRecords = config.stepClicks() * (parallel == null ? 1 : parallel.learners());
        this.online = parallel == null
                ? new OnlineRunner(
                        OnlineLearner.initial(config.model(), config.training(), config.learning(), config.seen()))
                : new ParallelRunner(config, parallel);
        this.onlineSheet = new MethodScores(config.window());
        this.networkSheet = new MethodScores(config.window());
        this.memorySheet = new MethodScores(config.window());
        for (ComparedMethod method : config.methods()) {
            methods.put(method, new Entrant(runner(method, stopped), new MethodScores(config.window())));
        }
    }

    private record Entrant(Runner runner, MethodScores sheet) {}

    private Runner runner(ComparedMethod method, BooleanSupplier stopped) {
        int window = WindowedPopularity.DEFAULT_WINDOW;
        return switch (method) {
            case POPULARITY -> new BaselineRunner(new WindowedPopularity(window, config.seen()));
            case DECAYED_POPULARITY ->
                new BaselineRunner(new DecayedPopularity(DecayedPopularity.DEFAULT_HALF_LIFE, config.seen()));
            case RULES -> new BaselineRunner(new SequentialRules(window, config.seen()));
            case FROZEN -> new FrozenRunner(single(method), records / 5, config.seen());
            case REFIT ->
                new RefitRunner(config.refit(), config.seen(), single(method).learner(), records, listener, stopped);
        };
    }

    private OnlineRunner single(ComparedMethod method) {
        if (online instanceof OnlineRunner single) {
            return single;
        }
        throw new IllegalArgumentException("the method needs a single learner: method=" + method);
    }

    /** Adds the next record of the stream. A step is made whenever enough records have been added. */
    public void accept(UserUpdate update) {
        waiting.add(update);
        if (waiting.size() == stepRecords) {
            step();
        }
    }

    /** Makes a step of the remaining records. */
    public void finish() {
        if (!waiting.isEmpty()) {
            step();
        }
    }

    private void step() {
        Step step = new Step(run, List.copyOf(waiting), items.take(waiting));
        waiting.clear();
        methods.values().forEach(method -> method.runner().makeReady(step));
        int[] ranks = online.run(step);
        note(step, ranks, onlineSheet);
        note(step, online.networkRanks(), networkSheet);
        note(step, online.memoryRanks(), memorySheet);
        methods.values()
                .forEach(method -> note(step, onSameEvents(method.runner().run(step), ranks), method.sheet()));
        run += step.updates().size();
        listener.stepped(run, records, onlineSheet.recent());
        if (run * CURVE_POINTS / records > curveRecords.size()) {
            mark();
        }
    }

    /** Returns the ranks of a method at the events that the learner ranked. */
    private static int[] onSameEvents(int[] ranks, int[] ofLearner) {
        int[] same = ranks.clone();
        for (int i = 0; i < same.length; i++) {
            same[i] = ofLearner[i] == StepRecord.UNRANKED ? StepRecord.UNRANKED : same[i];
        }
        return same;
    }

    private void note(Step step, int[] ranks, MethodScores sheet) {
        int position = 0;
        for (int i = 0; i < step.updates().size(); i++) {
            boolean counted = 10 * (step.firstRecord() + i) >= records;
            int positions = step.updates().get(i).update().newPositions().size();
            for (int end = position + positions; position < end; position++) {
                sheet.observe(step.clicks().get(position), ranks[position], counted);
            }
        }
    }

    private void mark() {
        curveRecords.add(run);
        onlineSheet.mark();
        networkSheet.mark();
        memorySheet.mark();
        methods.values().forEach(method -> method.sheet().mark());
    }

    /** Returns what it took to learn with several learners; null if there is one. */
    public @Nullable ParallelCost parallelCost() {
        return online instanceof ParallelRunner parallel ? parallel.cost() : null;
    }

    /** Returns the results so far. */
    public ComparisonResult result() {
        Map<ComparedMethod, ComparisonResult.Figures> figures = new EnumMap<>(ComparedMethod.class);
        methods.forEach((method, entrant) -> figures.put(method, entrant.sheet().figures()));
        return new ComparisonResult(
                run,
                List.copyOf(curveRecords),
                onlineSheet.figures(),
                networkSheet.figures(),
                memorySheet.figures(),
                figures,
                refits());
    }

    private List<ComparisonResult.Refit> refits() {
        return methods.values().stream()
                .map(Entrant::runner)
                .filter(RefitRunner.class::isInstance)
                .flatMap(runner -> ((RefitRunner) runner).refits().stream())
                .toList();
    }

    @Override
    public void close() {
        methods.values().forEach(method -> method.runner().close());
        online.close();
    }
}
