package io.freshet.lab.prequential;

import io.freshet.lab.baseline.DecayedPopularity;
import io.freshet.lab.baseline.SequentialRules;
import io.freshet.lab.baseline.SessionNeighbours;
import io.freshet.lab.baseline.WindowedPopularity;
import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.parallel.ParallelCost;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.training.metrics.SeenItems;
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
 * An item never seen is a miss, and ties count against the target. Each method has two results from the same scores: with
 * the items ranked that the user has seen, and with those left out that the {@link RepeatPolicy} of the configuration hides
 * from the user, as Freshet serves by default. The online learner has a third one, with the probability of a repeat that it
 * has learned. If the learner ranks a share of the events, the other methods are compared on the same ones. Results cover
 * the events after the first tenth of the stream (Vinagre, Jorge, Gama, "Evaluation of recommender systems in streaming environments", 2015).
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
    private final Sheets onlineSheets;
    private final Sheets networkSheets;
    private final Sheets memorySheets;
    private final MethodScores learnedRepeats;
    private final List<ServedAnswers> answers = new ArrayList<>(); // by default, and with learned repeats; or none
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
        this.items = new StreamItems(config.learning().types(), config.repeats());
        this.records = records;
        this.listener = listener;
        this.stepRecords = config.stepClicks() * (parallel == null ? 1 : parallel.learners());
        this.online = parallel == null
                ? new OnlineRunner(
                        OnlineLearner.initial(config.model(), config.training(), config.learning(), config.repeats()))
                : new ParallelRunner(config, parallel);
        if (online instanceof OnlineRunner single) {
            answers.add(new ServedAnswers(single.learner().model(), items, false));
            answers.add(new ServedAnswers(single.learner().model(), items, true));
        }
        this.onlineSheets = new Sheets(config.window());
        this.networkSheets = new Sheets(config.window());
        this.memorySheets = new Sheets(config.window());
        this.learnedRepeats = new MethodScores(config.window());
        for (ComparedMethod method : config.methods()) {
            methods.put(method, new Entrant(runner(method, stopped), new Sheets(config.window())));
        }
    }

    private record Entrant(Runner runner, Sheets sheets) {}

    /** The two results of a runner. */
    private record Sheets(MethodScores amongAll, MethodScores amongUnseen) {
        Sheets(int window) {
            this(new MethodScores(window), new MethodScores(window));
        }

        MethodScores of(SeenItems seen) {
            return seen == SeenItems.RANKED ? amongAll : amongUnseen;
        }

        void observe(Step step, StepRanks ranks, boolean[] counted) {
            for (int i = 0; i < counted.length; i++) {
                amongAll.observe(step.clicks().get(i), ranks.amongAll()[i], counted[i]);
                amongUnseen.observe(step.clicks().get(i), ranks.amongUnseen()[i], counted[i]);
            }
        }

        void mark() {
            amongAll.mark();
            amongUnseen.mark();
        }
    }

    private Runner runner(ComparedMethod method, BooleanSupplier stopped) {
        int window = WindowedPopularity.DEFAULT_WINDOW;
        return switch (method) {
            case POPULARITY -> new BaselineRunner(new WindowedPopularity(window));
            case DECAYED_POPULARITY -> new BaselineRunner(new DecayedPopularity(DecayedPopularity.DEFAULT_HALF_LIFE));
            case RULES -> new BaselineRunner(new SequentialRules(window));
            case VSKNN -> new BaselineRunner(SessionNeighbours.vsknn(window));
            case STAN -> new BaselineRunner(SessionNeighbours.stan(window));
            case FROZEN -> new FrozenRunner(single(method), records / 5);
            case REFIT -> new RefitRunner(config.refit(), single(method).learner(), records, listener, stopped);
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
        boolean[] counted = counted(step);
        answers.forEach(each -> each.answer(step));
        StepRanks ranks = online.run(step);
        answers.forEach(each -> each.observe(ranks, counted));
        onlineSheets.observe(step, ranks, counted);
        networkSheets.observe(step, online.networkRanks(), counted);
        memorySheets.observe(step, online.memoryRanks(), counted);
        for (int i = 0; i < counted.length; i++) {
            learnedRepeats.observe(step.clicks().get(i), online.learnedRanks()[i], counted[i]);
        }
        methods.values()
                .forEach(method ->
                        method.sheets().observe(step, method.runner().run(step).onSameEvents(ranks), counted));
        run += step.updates().size();
        listener.stepped(run, records, onlineSheets.of(config.seen()).recent());
        if (run * CURVE_POINTS / records > curveRecords.size()) {
            mark();
        }
    }

    /** Returns which clicks of a step are among the reported events. */
    private boolean[] counted(Step step) {
        boolean[] counted = new boolean[step.clicks().size()];
        int position = 0;
        for (int i = 0; i < step.updates().size(); i++) {
            int positions = step.updates().get(i).update().newPositions().size();
            for (int end = position + positions; position < end; position++) {
                counted[position] = 10 * (step.firstRecord() + i) >= records;
            }
        }
        return counted;
    }

    private void mark() {
        curveRecords.add(run);
        onlineSheets.mark();
        networkSheets.mark();
        memorySheets.mark();
        learnedRepeats.mark();
        methods.values().forEach(method -> method.sheets().mark());
    }

    /** Returns what it took to learn with several learners; null if there is one. */
    public @Nullable ParallelCost parallelCost() {
        return online instanceof ParallelRunner parallel ? parallel.cost() : null;
    }

    /** Returns the results so far. */
    public ComparisonResult result() {
        Map<SeenItems, ComparisonResult.Results> results = new EnumMap<>(SeenItems.class);
        for (SeenItems seen : SeenItems.values()) {
            results.put(seen, results(seen));
        }
        return new ComparisonResult(
                run,
                List.copyOf(curveRecords),
                results,
                learnedRepeats.figures(),
                refits(),
                answers.isEmpty() ? null : answers.getFirst().calibration(),
                answers.isEmpty() ? null : answers.getLast().calibration());
    }

    private ComparisonResult.Results results(SeenItems seen) {
        Map<ComparedMethod, ComparisonResult.Figures> figures = new EnumMap<>(ComparedMethod.class);
        methods.forEach((method, entrant) ->
                figures.put(method, entrant.sheets().of(seen).figures()));
        return new ComparisonResult.Results(
                onlineSheets.of(seen).figures(),
                networkSheets.of(seen).figures(),
                memorySheets.of(seen).figures(),
                figures);
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
        answers.forEach(ServedAnswers::close);
        online.close();
    }
}
