package io.freshet.workbench.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.freshet.app.cli.fit.FitProgress;
import io.freshet.lab.plot.Series;
import io.freshet.workbench.backtest.Backtest;
import io.freshet.workbench.backtest.KeptClicks;
import io.freshet.workbench.backtest.KeptSequences;
import io.freshet.workbench.cli.PrequentialReport.At10;
import io.freshet.workbench.cli.PrequentialReport.Errors;
import io.freshet.workbench.cli.PrequentialReport.Policy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The JSON document that {@code freshet backtest --json} writes, with one component for each key.
 *
 * @param configurations results by name; the first one is the configuration that runs
 * @param stopped whether Ctrl-C ended the run early
 */
record BacktestReport(Input input, Map<String, Configuration> configurations, boolean stopped, double seconds) {
    /**
     * The records that were read.
     *
     * @param partitions partitions of each topic
     * @param from time of the first record, in ISO-8601
     * @param to time of the last record, in ISO-8601
     */
    record Input(List<String> topics, int partitions, long records, String from, String to) {
        static Input of(KeptClicks clicks, Backtest.Result result) {
            return new Input(
                    clicks.topics(),
                    clicks.partitions(),
                    result.records(),
                    result.first().toString(),
                    result.last().toString());
        }
    }

    /**
     * What became of a configuration.
     *
     * @param refused records that the sequencer sends to the dead letters, by reason
     * @param withoutClick records that announce no click
     * @param erasures tombstones that erased a user
     * @param report the figures, as those of {@code freshet evaluate prequential}
     */
    record Configuration(
            Map<String, Long> refused,
            long withoutClick,
            long erasures,
            @JsonUnwrapped PrequentialReport report) {
        static Configuration of(KeptSequences sequences, PrequentialReport report) {
            return new Configuration(sequences.refused(), sequences.withoutClick(), sequences.erasures(), report);
        }

        /** Returns the number of refused records, and how many there are for each reason. */
        private String refusals() {
            long records = refused.values().stream().mapToLong(Long::longValue).sum();
            return String.format(Locale.ROOT, "%,d refused%s", records, records == 0 ? "" : " " + refused);
        }
    }

    /** Returns the result as lines of text. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s%,d records on %s, from %s to %s; %s",
                stopped ? "Stopped; read " : "",
                input.records(),
                String.join(", ", input.topics()),
                input.from(),
                input.to(),
                FitProgress.time(seconds)));
        configurations.forEach((name, each) -> {
            PrequentialReport.Clicks clicks = each.report().clicks();
            lines.add(String.format(
                    Locale.ROOT,
                    "  %s: %,d clicks of %,d users, %,d dropped as repeated or too late, %s",
                    name,
                    clicks.accepted(),
                    clicks.users(),
                    clicks.duplicates() + clicks.tooLate(),
                    each.refusals()));
        });
        addFigures(lines);
        addSlices(lines);
        addCalibration(lines);
        return lines;
    }

    private void addFigures(List<String> lines) {
        List<String> columns = List.of("HR@10", "NDCG@10", "MRR@10");
        lines.add(PrequentialReport.header("After the first tenth", 3) + PrequentialReport.learnedHeader());
        lines.add(PrequentialReport.row("", columns.stream(), columns.stream(), columns.stream()));
        PrequentialReport current = current();
        configurations.forEach((name, each) -> {
            Map<String, At10> left = rows(each.report().seenLeftOut());
            Map<String, At10> right = rows(each.report().repeatsRanked());
            At10 learned = each.report().learnedRepeats().prequential();
            left.forEach((method, figures) -> {
                boolean served = method.equals(PrequentialReport.SERVED);
                lines.add(PrequentialReport.row(
                        served ? String.format(Locale.ROOT, "%s, %,d events", name, figures.events()) : "  " + method,
                        PrequentialReport.shares(figures),
                        PrequentialReport.shares(of(right, method)),
                        served ? PrequentialReport.shares(learned) : Stream.of()));
                if (served && !isCurrent(name)) {
                    lines.add(PrequentialReport.row(
                            "  difference to current",
                            differences(figures, served(current.seenLeftOut())),
                            differences(of(right, method), served(current.repeatsRanked())),
                            differences(learned, current.learnedRepeats().prequential())));
                }
            });
            addIntervals(lines, each.report());
        });
    }

    private static void addIntervals(List<String> lines, PrequentialReport report) {
        Errors left = served(report.seenLeftOut()).standardErrors();
        Errors right = served(report.repeatsRanked()).standardErrors();
        Errors learned = report.learnedRepeats().prequential().standardErrors();
        if (left != null && right != null && learned != null) {
            lines.add(PrequentialReport.row(
                    "  95% interval: ±",
                    PrequentialReport.intervals(left),
                    PrequentialReport.intervals(right),
                    PrequentialReport.intervals(learned)));
        }
    }

    private void addSlices(List<String> lines) {
        List<String> slices = List.of("item <5", "item 5+", "user 1", "user 2+");
        lines.add(PrequentialReport.header("NDCG@10 by item's and user's clicks", 4));
        lines.add(PrequentialReport.row("", slices.stream(), slices.stream()));
        configurations.forEach((name, each) -> lines.add(PrequentialReport.row(
                name,
                PrequentialReport.ndcg(each.report().seenLeftOut(), PrequentialReport.SERVED),
                PrequentialReport.ndcg(each.report().repeatsRanked(), PrequentialReport.SERVED))));
    }

    private void addCalibration(List<String> lines) {
        configurations.forEach((name, each) -> {
            if (each.report().calibration() != null) {
                lines.add(PrequentialReport.calibrationLine(
                        name + ": probabilities served", each.report().calibration()));
            }
        });
    }

    private boolean isCurrent(String name) {
        return name.equals(configurations.keySet().iterator().next());
    }

    private PrequentialReport current() {
        return configurations.values().iterator().next().report();
    }

    private static Map<String, At10> rows(Policy policy) {
        return PrequentialReport.rows(policy.prequential());
    }

    private static At10 of(Map<String, At10> rows, String method) {
        return Objects.requireNonNull(rows.get(method));
    }

    private static At10 served(Policy policy) {
        return policy.prequential().served();
    }

    private static Stream<String> differences(At10 figures, At10 before) {
        return Stream.of(
                        figures.hr10() - before.hr10(),
                        figures.ndcg10() - before.ndcg10(),
                        figures.mrr10() - before.mrr10())
                .map(difference -> String.format(Locale.ROOT, "%+.4f", difference));
    }

    /**
     * Plots NDCG@10 of all configurations along the clicks, without seen items above and with repeats below, as an SVG
     * document.
     */
    String plot(int window) {
        return PrequentialReport.plots(
                String.join(", ", input.topics()),
                window,
                leftOut -> series(leftOut ? PrequentialReport::seenLeftOut : PrequentialReport::repeatsRanked));
    }

    private List<Series> series(Function<PrequentialReport, Policy> policy) {
        List<Series> lines = new ArrayList<>();
        configurations.forEach((name, each) -> {
            PrequentialReport.Curve curve = policy.apply(each.report()).curve();
            PrequentialReport.addTo(lines, curve, name, curve.online(), isCurrent(name));
            curve.baselines()
                    .forEach((method, line) ->
                            PrequentialReport.addTo(lines, curve, method.replace('_', ' '), line, false));
        });
        return lines;
    }

    /** Returns configurations in the order of the outcomes. */
    static Map<String, Configuration> configurations(
            List<Backtest.Outcome> outcomes, Function<Backtest.Outcome, PrequentialReport> report) {
        Map<String, Configuration> configurations = new LinkedHashMap<>();
        outcomes.forEach(outcome -> configurations.put(
                outcome.setup().name(), Configuration.of(outcome.sequences(), report.apply(outcome))));
        return configurations;
    }
}
