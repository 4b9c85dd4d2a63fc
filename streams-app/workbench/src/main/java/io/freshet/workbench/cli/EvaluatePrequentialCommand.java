package io.freshet.workbench.cli;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.clickfile.ClickFileOptions;
import io.freshet.app.clickfile.ClickFileSummary;
import io.freshet.app.clickfile.ClickFiles;
import io.freshet.app.feed.StopSignal;
import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.prequential.Comparison;
import io.freshet.lab.prequential.ComparisonConfig;
import io.freshet.lab.prequential.ComparisonListener;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.sequencer.InMemorySequencer;
import io.freshet.training.step.UserUpdate;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet evaluate prequential}. */
@Command(
        name = "prequential",
        description = {
            "Replays a file of clicks through the online learner without Kafka, in steps of online.step.clicks: each"
                    + " click whose user has an earlier one is first ranked among all items seen so far, and only then"
                    + " learned from. An item never seen is a miss; ties count against the model. The learner's"
                    + " network alone, its memory alone and baselines run over the same clicks. All of them have two"
                    + " results from the same scores: without the items that the user has seen and that"
                    + " events.seen.return.ms does not let return, as Freshet serves with recommend.repeats=never, and with"
                    + " repeats (always). Without seen items, a click on such an item is a miss. The learner has a third"
                    + " result, with the probability of a repeat that it has learned (learned). Figures cover the events"
                    + " after the first tenth of the file. The result includes how well the probabilities agree with the"
                    + " clicks that followed. Before each event, 10 items are served twice: without hidden items, and with"
                    + " repeats learned. With --learners above 1, each learner ranks the clicks of its users with its own"
                    + " model, and the result has neither calibration nor the baselines frozen and refit. Users are never"
                    + " forgotten. Ctrl-C ends it with the figures so far.",
            ""
        },
        footerHeading = "%nBaselines:%n",
        footer = {
            "  popularity           the most clicked items among the newest 10,000 clicks",
            "  decayed_popularity   each click loses half its weight every 3,500 clicks",
            "  rules                items that most often followed the last three items, weight 1 / gap",
            "  vsknn                V-SKNN: items of the 100 most similar of the recent sessions that share an",
            "                       item; each user has one session",
            "  stan                 STAN: the same with 500 sessions, weighted by order and time",
            "  frozen               the online learner as of the first fifth of the file",
            "  refit                the network fitted from scratch at each tenth of the file to all clicks",
            "                       before, epochs chosen by validation, and frozen in between; keeps all",
            "                       clicks in memory, and takes longer than all the others together",
            "",
            "Examples:",
            "  freshet evaluate prequential --clicks clicks.tsv --json out.json --plot out.svg",
            "  freshet evaluate prequential --clicks ratings.csv --user uid --item iid --time ts --mask-seen",
            "      a file in which no user returns to an item; refits then choose their epochs without seen items",
            "  freshet evaluate prequential --clicks clicks.tsv --baselines rules --set training.dropout=0.3",
            "  freshet evaluate prequential --clicks clicks.tsv --learners 4 --merge-steps 8 --baselines none",
            "      what four learners in parallel would lose and cost",
            "  freshet evaluate prequential --clicks shop.csv --event-type action \\",
            "      --set events.weights=purchase=4,view=0.5 --set events.negative=dislike"
        })
final class EvaluatePrequentialCommand extends FreshetCommand {
    @Option(
            names = "--clicks",
            paramLabel = "FILE",
            arity = "1..*",
            required = true,
            description = "Clicks in order of time: CSV or TSV with a header, JSON lines or Parquet. Several files,"
                    + " folders and globs are read in order; files may be packed with gzip or zstd. The layout that"
                    + " was found is printed before the model learns.")
    private List<String> clicks = List.of();

    @Mixin
    private ClickFileOptions format;

    @Mixin
    private final ComparisonOptions comparison = new ComparisonOptions();

    @Mixin
    private ParallelOptions parallel;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the configuration: model.*, training.*, online.*, events.*, sequencer.window."
                    + " May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write settings, figures, slices, curves and calibration to this file at the end, also after Ctrl-C.")
    private @Nullable Path json;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description =
                    "Plot NDCG@10 over the newest events along the file to this SVG file: above without seen items,"
                            + " below with repeats.")
    private @Nullable Path plot;

    @Option(names = "--quiet", description = "Show only the result.")
    private boolean quiet;

    @Override
    public Integer call() throws Exception {
        StopSignal stop = StopSignal.onShutdown();
        try (stop) {
            run(System.out, stop);
        }
        return 0;
    }

    private void run(PrintStream out, StopSignal stop) throws IOException {
        Map<String, String> said = comparison.withRankShare(settings);
        FreshetConfig freshet = FreshetConfig.load(null, Environment.ofConfiguration(), said);
        ClickFiles files = ClickFiles.open(clicks, format, InstantSource.system());
        files.requireTimes();
        if (!quiet) {
            files.describe().forEach(out::println);
            out.flush();
        }
        // First of two passes: counts the clicks, because the tenths depend on the length of the stream.
        InMemorySequencer counting = sequencer(freshet);
        ClickFileSummary input = files.readWhile(click -> {
            counting.apply(click);
            return !stop.isRaised();
        });
        (quiet ? input.leftOutLines() : input.lines()).forEach(out::println);
        input.orderWarning().ifPresent(out::println);
        out.flush();
        long records = counting.accepted();
        ParallelConfig several = parallel.config(freshet);
        ComparisonConfig config =
                comparison.config(freshet, comparison.methods(ComparisonOptions.ALL, parallel.learners()));
        long start = System.nanoTime();
        InMemorySequencer sequencer = sequencer(freshet);
        ComparisonProgress progress = new ComparisonProgress(ProgressLine.on(out));
        ComparisonListener listener = quiet ? ComparisonListener.SILENT : progress.ofOne();
        try (Comparison run = new Comparison(config, several, records, listener, stop::isRaised)) {
            replay(files, sequencer, run, stop);
            progress.clear();
            PrequentialReport report = PrequentialReport.of(
                    settings(config, input),
                    PrequentialReport.Clicks.of(sequencer, input.leftOutRows()),
                    run.result(),
                    ParallelReport.of(several, run.parallelCost()),
                    stop.isRaised(),
                    (System.nanoTime() - start) / 1e9);
            tell(out, report, config.window());
        }
    }

    private static void replay(ClickFiles files, InMemorySequencer sequencer, Comparison run, StopSignal stop)
            throws IOException {
        files.readWhile(click -> {
            UserUpdate update = sequencer.apply(click);
            if (update != null) {
                run.accept(update);
            }
            return !stop.isRaised();
        });
        if (!stop.isRaised()) {
            run.finish();
        }
    }

    private static InMemorySequencer sequencer(FreshetConfig freshet) {
        return new InMemorySequencer(freshet.get(SequencerKeys.WINDOW), freshet.eventTypes());
    }

    private String clicksName() {
        return String.valueOf(Path.of(clicks.getFirst()).getFileName());
    }

    private Map<String, Object> settings(ComparisonConfig config, ClickFileSummary input) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("clicks", clicksName());
        values.put("input", input);
        values.putAll(ComparisonOptions.described(config, parallel.learners(), settings));
        return values;
    }

    private void tell(PrintStream out, PrequentialReport report, int window) throws IOException {
        report.lines().forEach(out::println);
        out.flush();
        JsonFile.write(json, report);
        if (plot != null) {
            Files.writeString(plot, report.plot(clicksName(), window));
        }
    }
}
