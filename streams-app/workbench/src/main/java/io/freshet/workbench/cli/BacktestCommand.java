package io.freshet.workbench.cli;

import io.freshet.app.check.Reachability;
import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.ConfigFileOption;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.PastTimeConverter;
import io.freshet.app.feed.StopSignal;
import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.prequential.ComparedMethod;
import io.freshet.lab.prequential.ComparisonConfig;
import io.freshet.lab.prequential.ComparisonListener;
import io.freshet.service.config.FreshetConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.workbench.backtest.Backtest;
import io.freshet.workbench.backtest.Candidate;
import io.freshet.workbench.backtest.KeptClicks;
import io.freshet.workbench.demo.state.DemoState;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** {@code freshet backtest}. */
@Command(
        name = "backtest",
        description = {
            "Tries settings on the clicks that your Kafka still holds, before they go live. Runs the configuration of"
                    + " --config, called current, and beside it one or several candidates, each of which changes some"
                    + " keys. Every configuration builds the users' sequences from the same clicks, ranks each click and"
                    + " then learns from it, as freshet evaluate prequential does with a file. The result has the same"
                    + " figures.",
            "",
            "Reads the topics of clicks as the sequencer does: their formats, tombstones, refused records, repeated and late"
                    + " clicks. Reads only, without a consumer group: it writes nothing to Kafka, creates and commits"
                    + " nothing, and writes no recommendations. It needs the right to read the topics of clicks.",
            ""
        },
        footerHeading = "%nWhat to know:%n",
        footer = {
            "  - Records that retention has deleted cannot be read: choose --from later than the oldest",
            "    record by more than the run takes. Every configuration starts without a model and without",
            "    histories. The first tenth of the clicks is not in the figures.",
            "  - --from and --to are times of records. In each partition, reading begins at the first",
            "    record that is not older than --from, and ends before the first one that is not older",
            "    than --to. The ends are fixed at the start. Only committed records are read.",
            "  - Records of all partitions are merged by their timestamps. Steps have online.step.clicks",
            "    clicks each, or online.batch.clicks. A running trainer without the latter takes what has",
            "    arrived, so its figures differ a little.",
            "  - A record whose own timestamp is wrong by more than a day is judged by that timestamp. A",
            "    sequencer takes the time at which it reads it, and may accept what a backtest refuses.",
            "  - All clicks are ranked, unless a candidate's online.rank.share says otherwise, or",
            "    --rank-share, which goes first. Users are forgotten by tombstones only, not when idle.",
            "  - All configurations run side by side, and each has its model and the sequences of all",
            "    users in memory.",
            "",
            "Baselines are those of freshet evaluate prequential. They run over the clicks of current.",
            "",
            "Examples:",
            "  freshet backtest --config freshet.properties --from -6d --set model.encoder=gru4rec",
            "      the clicks of six days with another network",
            "  freshet backtest --config freshet.properties --from -6d --plot week.svg --json week.json \\",
            "      --name wide --set sequencer.window=100 --set model.max.length=100 \\",
            "      --name weekly --set 'events.seen.return.ms=*=604800000'",
            "      two candidates in one run: longer histories, and items that return after a week",
            "  freshet demo --duration 5m --state run1; freshet backtest --state run1 --set model.dim=32",
            "      the clicks of a demo that has ended"
        })
final class BacktestCommand extends FreshetCommand {
    private static final String CURRENT = "current";
    private static final String NAME = "--name";
    private static final String FIRST = "candidate";
    private static final int LONGEST_NAME = 20;

    @Mixin
    private final ConfigFileOption file = new ConfigFileOption();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "The state folder of a demo that has ended, in place of a running Kafka: the demo's broker is"
                    + " started. current has the demo's default settings and those of the environment.")
    private @Nullable Path state;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = PastTimeConverter.class,
            description = "Time of the first records: before now, such as -7d or -12h, or as in 2026-03-01T00:00:00Z."
                    + " Default: all that Kafka still holds.")
    private @Nullable Instant from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = PastTimeConverter.class,
            description = "Time after the last records. Default: now.")
    private @Nullable Instant to;

    @Option(
            names = NAME,
            paramLabel = "NAME",
            parameterConsumer = CandidateConsumer.class,
            description = "Begin a candidate with this name, to which the following --set options belong. May be"
                    + " repeated. Without --name, the candidate is called " + FIRST + ".")
    @SuppressWarnings("UnusedVariable") // its consumer takes the values
    private List<String> names = List.of();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            parameterConsumer = CandidateConsumer.class,
            description =
                    "Set a key of the candidate: model.*, training.*, online.*, learners.*, events.*, sequencer.*,"
                            + " clicks.*. May be repeated.")
    @SuppressWarnings("UnusedVariable") // its consumer takes the values
    private List<String> settings = List.of();

    @Mixin
    private final ComparisonOptions comparison = new ComparisonOptions();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the figures, slices, curves and calibration of each configuration to this file at the"
                    + " end, also after Ctrl-C.")
    private @Nullable Path json;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "Plot NDCG@10 over the newest events along the clicks to this SVG file, with a line for each"
                    + " configuration: above without seen items, below with repeats.")
    private @Nullable Path plot;

    @Option(names = "--quiet", description = "Show only the result.")
    private boolean quiet;

    private final Map<String, Map<String, String>> candidates = new LinkedHashMap<>(); // settings by name
    private @Nullable Map<String, String> newest; // settings of the candidate that was begun last

    /**
     * Takes the values of {@code --name} and {@code --set} in the order of the command line, which says what belongs
     * together.
     */
    static final class CandidateConsumer implements IParameterConsumer {
        /** Called by picocli. */
        CandidateConsumer() {}

        @Override
        @SuppressWarnings("JdkObsolete") // the type is picocli's
        public void consumeParameters(Stack<String> arguments, ArgSpec argument, CommandSpec command) {
            String option = ((OptionSpec) argument).longestName();
            BacktestCommand backtest = (BacktestCommand) command.userObject();
            if (arguments.isEmpty()) {
                throw backtest.refused("Missing required parameter for option '" + option + "'");
            }
            if (option.equals(NAME)) {
                backtest.begin(arguments.pop());
            } else {
                backtest.set(arguments.pop());
            }
        }
    }

    private Map<String, String> begin(String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw refused("--name must have from 1 to " + LONGEST_NAME + " characters: '" + name + "'");
        }
        if (name.equals(CURRENT) || candidates.containsKey(name)) {
            throw refused("--name must differ for each candidate, and from " + CURRENT + ": " + name);
        }
        newest = new LinkedHashMap<>();
        candidates.put(name, newest);
        return newest;
    }

    private void set(String setting) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
            throw refused("--set must be KEY=VALUE: " + setting);
        }
        Map<String, String> candidate = newest == null ? begin(FIRST) : newest;
        String key = setting.substring(0, equals);
        if (candidate.put(key, setting.substring(equals + 1)) != null) {
            throw refused("--set must have a key once for each candidate: " + key);
        }
    }

    /** Returns the settings of each candidate, in the order of the command line. */
    Map<String, Map<String, String>> candidates() {
        return candidates;
    }

    @Override
    public Integer call() throws Exception {
        candidates.forEach((name, set) -> {
            if (set.isEmpty()) {
                throw refused("--name " + name + " must be followed by --set: without settings, the candidate would be "
                        + CURRENT + " again");
            }
        });
        if (from != null && to != null && !from.isBefore(to)) {
            throw refused("--from must be before --to: " + from + ", " + to);
        }
        Path config = file.file(spec);
        if (state != null && config != null) {
            throw refused("--state has its own configuration: leave out --config");
        }
        StopSignal stop = StopSignal.onShutdown();
        try (stop) {
            if (state == null) {
                run(set -> FreshetConfig.load(config, Environment.ofConfiguration(), set), System.out, stop);
                return ExitCode.OK;
            }
            try (DemoState demo = DemoState.open(state, Map.of(), Environment.ofConfiguration())) {
                run(demo::config, System.out, stop);
                return ExitCode.OK;
            }
        }
    }

    private void run(Candidate.Loader base, PrintStream out, StopSignal stop) throws Exception {
        Candidate.Loader loader = set -> base.load(comparison.withRankShare(set));
        List<Candidate> all = load(loader);
        FreshetConfig current = all.getFirst().config();
        ProgressLine line = ProgressLine.on(out);
        Reachability.require(current);
        for (Candidate candidate : all) {
            List<String> idle = candidate.withoutEffect(loader);
            if (!idle.isEmpty() && !quiet) {
                line.leave("note: " + candidate.name() + " sets " + String.join(", ", idle)
                        + ", which does not change what a backtest measures");
            }
        }
        Instant now = Instant.now();
        long startNanos = System.nanoTime();
        try (KeptClicks clicks = KeptClicks.open(current, from, to, now)) {
            List<Backtest.Setup> setups = new ArrayList<>();
            all.forEach(candidate -> setups.add(setup(candidate, clicks.partitions())));
            Shown shown = new Shown(line, quiet);
            Backtest.Result result = new Backtest(clicks, setups, shown, stop::isRaised).run();
            shown.comparisons.clear();
            if (result == null) {
                line.leave("Stopped before the first click was ranked");
                return;
            }
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            Map<String, Map<String, String>> sets = new HashMap<>();
            all.forEach(candidate -> sets.put(candidate.name(), candidate.settings()));
            BacktestReport report = new BacktestReport(
                    BacktestReport.Input.of(clicks, result),
                    BacktestReport.configurations(
                            result.outcomes(), outcome -> report(outcome, sets, stop.isRaised(), seconds)),
                    stop.isRaised(),
                    seconds);
            tell(out, report, setups.getFirst().comparison().window());
        }
    }

    private List<Candidate> load(Candidate.Loader loader) throws Exception {
        List<Candidate> all = new ArrayList<>(List.of(Candidate.load(CURRENT, Map.of(), loader)));
        for (var candidate : candidates.entrySet()) {
            try {
                all.add(Candidate.load(candidate.getKey(), candidate.getValue(), loader));
            } catch (ConfigException e) {
                throw refused("--set of " + candidate.getKey() + ": " + e.getMessage());
            }
        }
        return all;
    }

    /** @param partitions number of partitions of the clicks, by which several learners share the users */
    private Backtest.Setup setup(Candidate candidate, int partitions) {
        OnlineConfig.Learners learners = candidate.config().trainer().learners();
        ParallelConfig parallel = learners.areSeveral()
                ? ParallelOptions.byPartition(learners.count(), learners.mergeSteps(), partitions)
                : null;
        Set<ComparedMethod> methods = candidate.name().equals(CURRENT)
                ? comparison.methods(ComparisonOptions.NONE, learners.count())
                : Set.of();
        ComparisonConfig config = comparison.config(candidate.config(), methods);
        return new Backtest.Setup(candidate.name(), candidate.config(), config, parallel);
    }

    private static PrequentialReport report(
            Backtest.Outcome outcome, Map<String, Map<String, String>> sets, boolean stopped, double seconds) {
        Backtest.Setup setup = outcome.setup();
        int learners = setup.parallel() == null ? 1 : setup.parallel().learners();
        long refused = outcome.sequences().refused().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        return PrequentialReport.of(
                ComparisonOptions.described(setup.comparison(), learners, sets.getOrDefault(setup.name(), Map.of())),
                PrequentialReport.Clicks.of(outcome.sequences().sequencer(), refused),
                outcome.result(),
                ParallelReport.of(setup.parallel(), outcome.cost()),
                stopped,
                seconds);
    }

    private void tell(PrintStream out, BacktestReport report, int window) throws Exception {
        report.lines().forEach(out::println);
        out.flush();
        JsonFile.write(json, report);
        if (plot != null) {
            Files.writeString(plot, report.plot(window));
        }
    }

    /** Shows the progress. */
    private static final class Shown implements Backtest.Listener {
        private final ProgressLine line;
        private final boolean quiet;
        private final ComparisonProgress comparisons;

        Shown(ProgressLine line, boolean quiet) {
            this.line = line;
            this.quiet = quiet;
            comparisons = new ComparisonProgress(line);
        }

        @Override
        public void counted(long records, long ofOffsets) {
            if (!quiet && line.isDue()) {
                line.show(String.format(
                        Locale.ROOT,
                        "reading  %s  %,d records",
                        line.bar(Math.min(1, (double) records / ofOffsets)),
                        records));
            }
        }

        @Override
        public ComparisonListener of(String name) {
            return quiet ? ComparisonListener.SILENT : comparisons.of(name);
        }
    }
}
