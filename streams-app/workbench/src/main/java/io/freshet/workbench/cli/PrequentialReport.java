package io.freshet.workbench.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.freshet.app.cli.fit.FitProgress;
import io.freshet.app.cli.fit.LeaveOneOutMetrics;
import io.freshet.lab.plot.LinePlot;
import io.freshet.lab.plot.Series;
import io.freshet.lab.prequential.ComparedMethod;
import io.freshet.lab.prequential.ComparisonResult;
import io.freshet.lab.prequential.ComparisonResult.Figures;
import io.freshet.lab.prequential.Reliability;
import io.freshet.lab.prequential.Slice;
import io.freshet.service.sequencer.InMemorySequencer;
import io.freshet.training.config.RankSampling;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.metrics.StandardErrors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON document that {@code freshet evaluate prequential --json} writes, with one component for each key.
 *
 * @param settings everything that the figures depend on
 * @param clicks counts of the clicks that were read, accepted and dropped
 * @param seenLeftOut results without the items that the user has seen, as Freshet serves by default
 * @param repeatsRanked results of the same scores with all items
 * @param learnedRepeats results of the mixture with all items, with the probability of a repeat that it has learned
 * @param calibration how well the probabilities agree with the clicks without seen items; null if several learners learned
 * @param refits the refits of the network, each with the clicks that it was fitted to
 * @param parallel the cost of learning with several learners; null if there is one
 * @param stopped whether Ctrl-C ended the run early
 */
record PrequentialReport(
        Map<String, Object> settings,
        Clicks clicks,
        Policy seenLeftOut,
        Policy repeatsRanked,
        Learned learnedRepeats,

        @JsonInclude(JsonInclude.Include.NON_NULL) ComparisonResult.@Nullable Calibration calibration,

        List<ComparisonResult.Refit> refits,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ParallelReport parallel,

        boolean stopped,
        double seconds) {
    static final String RANK_SHARE = "rank_share";
    static final String SERVED = "Freshet";
    private static final String NETWORK = "its network alone";
    private static final String MEMORY = "its memory alone";

    /**
     * The results with one policy for the items that a user has seen.
     *
     * @param prequential accuracy over the events after the first tenth of the stream
     * @param slices the same measures over parts of the events
     * @param curve the same measures over the newest events, along the stream
     */
    record Policy(Prequential prequential, Map<String, Prequential> slices, Curve curve) {
        /** @param sampled whether the figures have standard errors */
        static Policy of(ComparisonResult result, SeenItems seen, boolean sampled) {
            ComparisonResult.Results results = result.of(seen);
            Map<String, Prequential> slices = new LinkedHashMap<>();
            for (Slice slice : Slice.values()) {
                if (slice != Slice.ALL) {
                    slices.put(slice.name().toLowerCase(Locale.ROOT), Prequential.of(results, slice, false));
                }
            }
            return new Policy(
                    Prequential.of(results, Slice.ALL, sampled), slices, Curve.of(result.curveRecords(), results));
        }
    }

    /**
     * The results of the mixture with learned repeats.
     *
     * @param calibration how well the probabilities agree with the clicks; null if several learners learned
     */
    record Learned(
            At10 prequential,
            Map<String, At10> slices,
            Line curve,

            @JsonInclude(JsonInclude.Include.NON_NULL) ComparisonResult.@Nullable Calibration calibration) {
        /** @param sampled whether the figures have standard errors */
        static Learned of(ComparisonResult result, boolean sampled) {
            Figures figures = result.learnedRepeats();
            Map<String, At10> slices = new LinkedHashMap<>();
            for (Slice slice : Slice.values()) {
                if (slice != Slice.ALL) {
                    slices.put(slice.name().toLowerCase(Locale.ROOT), Prequential.at10(figures, slice, false));
                }
            }
            return new Learned(
                    Prequential.at10(figures, Slice.ALL, sampled),
                    slices,
                    Line.of(figures),
                    result.learnedCalibration());
        }
    }

    record Clicks(long accepted, long duplicates, long tooLate, long passedOver, long users) {
        static Clicks of(InMemorySequencer sequencer, long passedOver) {
            return new Clicks(
                    sequencer.accepted(), sequencer.duplicates(), sequencer.tooLate(), passedOver, sequencer.users());
        }
    }

    /** @param standardErrors standard errors of the other figures; null unless a share of the clicks was ranked */
    record At10(
            long events,
            double hr10,
            double ndcg10,
            double mrr10,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Errors standardErrors) {
        private static final At10 NONE = of(Accuracy.NONE, null);

        static At10 of(Accuracy accuracy, @Nullable StandardErrors errors) {
            return new At10(
                    accuracy.events(),
                    accuracy.hr(),
                    accuracy.ndcg(),
                    accuracy.mrr(),
                    errors == null ? null : Errors.of(errors));
        }
    }

    record Errors(double hr10, double ndcg10, double mrr10) {
        static Errors of(StandardErrors errors) {
            return new Errors(errors.hr(), errors.ndcg(), errors.mrr());
        }
    }

    /** Accuracy of the served model, the network alone, the memory alone and the baselines on the same events. */
    record Prequential(@JsonUnwrapped At10 served, At10 network, At10 memory, Map<String, At10> baselines) {
        /** @param sampled whether the figures have standard errors, which {@link Slice#ALL} has */
        static Prequential of(ComparisonResult.Results result, Slice slice, boolean sampled) {
            Map<String, At10> baselines = new LinkedHashMap<>();
            result.methods().forEach((method, figures) -> baselines.put(nameOf(method), at10(figures, slice, sampled)));
            return new Prequential(
                    at10(result.online(), slice, sampled),
                    at10(result.network(), slice, sampled),
                    at10(result.memory(), slice, sampled),
                    baselines);
        }

        private static At10 at10(Figures figures, Slice slice, boolean sampled) {
            return At10.of(accuracy(figures, slice), sampled ? figures.errors() : null);
        }
    }

    /** A curve with one value for each point; null before the first event. */
    record Line(List<@Nullable Double> hr10, List<@Nullable Double> ndcg10, List<@Nullable Double> mrr10) {
        static Line of(Figures figures) {
            return new Line(
                    values(figures, Accuracy::hr), values(figures, Accuracy::ndcg), values(figures, Accuracy::mrr));
        }

        private static List<@Nullable Double> values(Figures figures, ToDoubleFunction<Accuracy> value) {
            List<@Nullable Double> values = new ArrayList<>();
            figures.curve().forEach(point -> values.add(point.events() == 0 ? null : value.applyAsDouble(point)));
            return values;
        }
    }

    /** @param clicks number of clicks replayed up to each point */
    record Curve(List<Long> clicks, Line online, Line network, Line memory, Map<String, Line> baselines) {
        static Curve of(List<Long> clicks, ComparisonResult.Results result) {
            Map<String, Line> baselines = new LinkedHashMap<>();
            result.methods().forEach((method, figures) -> baselines.put(nameOf(method), Line.of(figures)));
            return new Curve(
                    clicks, Line.of(result.online()), Line.of(result.network()), Line.of(result.memory()), baselines);
        }
    }

    static PrequentialReport of(
            Map<String, Object> settings,
            Clicks clicks,
            ComparisonResult result,
            @Nullable ParallelReport parallel,
            boolean stopped,
            double seconds) {
        boolean sampled = !Objects.equals(settings.get(RANK_SHARE), RankSampling.ALL.toString());
        return new PrequentialReport(
                settings,
                clicks,
                Policy.of(result, SeenItems.MASKED, sampled),
                Policy.of(result, SeenItems.RANKED, sampled),
                Learned.of(result, sampled),
                result.calibration(),
                result.refits(),
                parallel,
                stopped,
                seconds);
    }

    /** Returns the key of a baseline. */
    static String nameOf(ComparedMethod method) {
        return method.name().toLowerCase(Locale.ROOT);
    }

    private static Accuracy accuracy(Figures figures, Slice slice) {
        return figures.accuracy().getOrDefault(slice, Accuracy.NONE);
    }

    /** Returns the figures as lines of text. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s%,d clicks of %,d users, %,d dropped as repeated or too late, %,d rows left out; %s",
                stopped ? "Stopped after " : "",
                clicks.accepted(),
                clicks.users(),
                clicks.duplicates() + clicks.tooLate(),
                clicks.passedOver(),
                FitProgress.time(seconds)));
        if (parallel != null) {
            lines.add(parallel.line());
        }
        lines.add(header("After the first tenth", 3) + learnedHeader());
        List<String> measures = List.of("HR@10", "NDCG@10", "MRR@10");
        lines.add(row("", measures.stream(), measures.stream(), measures.stream()));
        lines.add(String.format(
                Locale.ROOT,
                "  %-34s %,8d",
                "events",
                seenLeftOut.prequential().served().events()));
        Map<String, At10> ranked = rows(repeatsRanked.prequential());
        rows(seenLeftOut.prequential())
                .forEach((name, at10) -> lines.add(row(
                        name,
                        shares(at10),
                        shares(ranked.getOrDefault(name, At10.NONE)),
                        name.equals(SERVED) ? shares(learnedRepeats.prequential()) : Stream.of())));
        Errors left = seenLeftOut.prequential().served().standardErrors();
        Errors right = repeatsRanked.prequential().served().standardErrors();
        Errors learned = learnedRepeats.prequential().standardErrors();
        if (left != null && right != null && learned != null) {
            lines.add(row("Freshet, 95% interval: ±", intervals(left), intervals(right), intervals(learned)));
        }
        lines.add(header("NDCG@10 by item's and user's clicks", 4));
        List<String> slices = List.of("item <5", "item 5+", "user 1", "user 2+");
        lines.add(row("", slices.stream(), slices.stream()));
        lines.add(row("events", events(seenLeftOut), events(repeatsRanked)));
        for (String name : rows(seenLeftOut.prequential()).keySet()) {
            lines.add(row(name, ndcg(seenLeftOut, name), ndcg(repeatsRanked, name)));
        }
        lines.add(row(
                "Freshet, repeats learned",
                slices.stream().map(slice -> ""),
                learnedRepeats.slices().values().stream().map(at10 -> LeaveOneOutMetrics.share(at10.ndcg10()))));
        if (calibration != null) {
            addTo(lines, "Probabilities served", calibration);
        }
        if (learnedRepeats.calibration() != null) {
            addTo(lines, "With repeats learned", learnedRepeats.calibration());
        }
        return lines;
    }

    static String header(String title, int columns) {
        String group = "%" + 9 * columns + "s";
        return String.format(
                Locale.ROOT, "%-36s" + group + "  " + group, title, "seen left out, as served", "repeats ranked");
    }

    /** Returns what follows {@link #header} above three columns of the mixture with learned repeats. */
    static String learnedHeader() {
        return String.format(Locale.ROOT, "  %27s", "repeats learned");
    }

    static Stream<String> shares(At10 at10) {
        return Stream.of(at10.hr10(), at10.ndcg10(), at10.mrr10()).map(LeaveOneOutMetrics::share);
    }

    static Stream<String> intervals(Errors errors) {
        return Stream.of(errors.hr10(), errors.ndcg10(), errors.mrr10())
                .map(error -> LeaveOneOutMetrics.share(StandardErrors.NORMAL_95 * error));
    }

    private static Stream<String> events(Policy policy) {
        return policy.slices().values().stream()
                .map(slice -> String.format(Locale.ROOT, "%,d", slice.served().events()));
    }

    static Stream<String> ndcg(Policy policy, String name) {
        return policy.slices().values().stream()
                .map(slice -> LeaveOneOutMetrics.share(
                        rows(slice).getOrDefault(name, At10.NONE).ndcg10()));
    }

    /** Returns the line with the errors of a calibration. */
    static String calibrationLine(String title, ComparisonResult.Calibration calibration) {
        return String.format(
                Locale.ROOT,
                "%s: expected calibration error %.4f of first items, %.4f of all",
                title,
                calibration.first().expectedError(),
                calibration.all().expectedError());
    }

    private static void addTo(List<String> lines, String title, ComparisonResult.Calibration calibration) {
        lines.add(calibrationLine(title, calibration));
        lines.add(String.format(Locale.ROOT, "  %-34s %8s %9s %8s", "score, all items", "items", "mean", "clicked"));
        for (Reliability.Bin bin : calibration.all().bins()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-34s %,8d %9.4f %8.4f",
                    String.format(Locale.ROOT, "%.3f to %.3f", bin.from(), bin.to()),
                    bin.answers(),
                    bin.meanProbability(),
                    bin.clicked()));
        }
    }

    static Map<String, At10> rows(Prequential figures) {
        Map<String, At10> rows = new LinkedHashMap<>();
        rows.put(SERVED, figures.served());
        rows.put(NETWORK, figures.network());
        rows.put(MEMORY, figures.memory());
        figures.baselines().forEach((name, at10) -> rows.put(name.replace('_', ' '), at10));
        return rows;
    }

    static String row(String name, Stream<String> left, Stream<String> right) {
        return String.format(Locale.ROOT, "  %-34s", name) + cells(left) + "  " + cells(right);
    }

    /** Returns a row with cells of the mixture with learned repeats, or with none. */
    static String row(String name, Stream<String> left, Stream<String> right, Stream<String> learned) {
        return (row(name, left, right) + "  " + cells(learned)).stripTrailing();
    }

    private static String cells(Stream<String> values) {
        return values.map(value -> String.format(Locale.ROOT, " %8s", value)).collect(Collectors.joining());
    }

    /**
     * Plots NDCG@10 along the stream, without seen items above and with repeats below, as an SVG document. The plots have no
     * lines if nothing was ranked.
     */
    String plot(String file, int window) {
        return plots(
                file,
                window,
                leftOut -> leftOut
                        ? lines(seenLeftOut.curve(), null)
                        : lines(repeatsRanked.curve(), learnedRepeats.curve()));
    }

    /**
     * Plots lines of both policies, one below the other, as an SVG document.
     *
     * @param clicks name of the clicks
     * @param lines returns the lines of a policy, given whether it is the one without seen items
     */
    static String plots(String clicks, int window, Function<Boolean, List<Series>> lines) {
        String title = String.format(Locale.ROOT, "%s: NDCG@10 of the newest %,d events", clicks, window);
        return LinePlot.stacked(List.of(
                new LinePlot(title + ", seen items left out (as served)", "clicks", "NDCG@10", lines.apply(true)),
                new LinePlot(title + ", repeats ranked", "clicks", "NDCG@10", lines.apply(false))));
    }

    private static List<Series> lines(Curve curve, @Nullable Line learned) {
        List<Series> lines = new ArrayList<>();
        addTo(lines, curve, SERVED, curve.online(), true);
        if (learned != null) {
            addTo(lines, curve, SERVED + ", repeats learned", learned, false);
        }
        addTo(lines, curve, NETWORK, curve.network(), false);
        addTo(lines, curve, MEMORY, curve.memory(), false);
        curve.baselines().forEach((name, line) -> addTo(lines, curve, name.replace('_', ' '), line, false));
        return lines;
    }

    /** Adds a line of a curve to those of a plot, unless it has no value. */
    static void addTo(List<Series> lines, Curve curve, String name, Line line, boolean emphasis) {
        List<@Nullable Double> values = line.ndcg10();
        int[] points = IntStream.range(0, values.size())
                .filter(point -> values.get(point) != null)
                .toArray();
        if (points.length > 0) {
            double[] x = Arrays.stream(points)
                    .mapToDouble(point -> curve.clicks().get(point))
                    .toArray();
            double[] y = Arrays.stream(points)
                    .mapToDouble(point -> Objects.requireNonNullElse(values.get(point), 0.0))
                    .toArray();
            lines.add(new Series(name, x, y, emphasis));
        }
    }
}
