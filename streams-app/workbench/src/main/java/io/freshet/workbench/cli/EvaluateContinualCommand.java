package io.freshet.workbench.cli;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.feed.StopSignal;
import io.freshet.lab.continual.Continual;
import io.freshet.lab.continual.ContinualConfig;
import io.freshet.lab.continual.ContinualListener;
import io.freshet.lab.continual.Cycle;
import io.freshet.lab.continual.PeriodClick;
import io.freshet.lab.continual.PeriodFileException;
import io.freshet.lab.continual.PeriodFiles;
import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.training.config.OnlineConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet evaluate continual}. */
@Command(
        name = "continual",
        description = {
            "Learns one period after another online, each in one pass, and tests the model on the next period before"
                    + " learning from that period: the protocol of ADER (Mi, Lin, Faltings, RecSys 2020). Every click"
                    + " of a session except the first is a target, ranked among all items seen so far; ties count"
                    + " against the model. Test clicks on items never seen are removed first, then sessions of one"
                    + " click. Baselines run over the same clicks: rules (items that most often followed the last three"
                    + " items), vsknn (V-SKNN, 100 sessions) and stan (STAN, 500 sessions). With --learners above 1, each"
                    + " session counts as a user. The learners also merge at the end of each period, and the merged model"
                    + " is tested. Ctrl-C ends it with the"
                    + " cycles so far.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet evaluate continual --periods diginetica --json out.json",
            "  freshet evaluate continual --periods diginetica --cycles 3 --set model.dim=128",
            "      only the first cycles, to choose settings",
            "  freshet evaluate continual --periods diginetica --learners 4 --merge-steps 2",
            "      what four learners in parallel would lose and cost"
        })
final class EvaluateContinualCommand extends FreshetCommand {
    /** Defaults for sessions learned in bulk; those of the configuration are for keeping up with a stream. */
    static final Map<String, String> USUAL = Map.ofEntries(
            Map.entry("model.dim", "96"),
            Map.entry("training.learning.rate", "0.001"),
            Map.entry("training.dropout", "0.6"),
            Map.entry("training.negatives", "2048"),
            Map.entry("online.step.clicks", "256"),
            Map.entry("online.rank.share", "1"),
            Map.entry("online.optimizer.steps", "6"),
            Map.entry("online.replay.sequences", "512"),
            Map.entry("online.replay.length", "50"));

    @Option(
            names = "--periods",
            paramLabel = "DIR",
            required = true,
            description = "Folder of period_0.txt, period_1.txt and so on: lines 'session item' in order of time.")
    private Path periods;

    @Option(names = "--cycles", paramLabel = "N", description = "Number of cycles. Default: until the periods end.")
    private @Nullable Integer cycles;

    @Mixin
    private ParallelOptions parallel;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the configuration: model.*, training.*, online.*, sequencer.window. May be"
                    + " repeated. Some defaults differ from the configuration's; --json lists all values.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write settings, mean and cycles to this file after each cycle.")
    private @Nullable Path json;

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
        List<Path> files = PeriodFiles.in(periods);
        if (files.size() < 2) {
            throw refused("--periods: there must be period_0.txt and period_1.txt: " + periods);
        }
        if (cycles != null && cycles < 1) {
            throw refused("--cycles must be at least 1: " + cycles);
        }
        int last = cycles == null ? files.size() - 1 : Math.min(cycles, files.size() - 1);
        FreshetConfig freshet = FreshetConfig.load(null, Environment.ofConfiguration(), said());
        ContinualConfig config = config(freshet);
        ParallelConfig several = parallel.config(freshet);
        ContinualProgress progress = new ContinualProgress(ProgressLine.on(out), last);
        ContinualReport report;
        try (Continual continual = new Continual(config, several)) {
            long start = System.nanoTime();
            Function<List<Cycle>, ContinualReport> reporter = done -> ContinualReport.of(
                    settings(config, several),
                    done,
                    ParallelReport.of(several, continual.parallelCost()),
                    (System.nanoTime() - start) / 1e9);
            report = run(continual, files.subList(0, last + 1), reporter, progress, stop);
        } catch (PeriodFileException e) {
            throw refused(e.getMessage());
        }
        report.lines().forEach(out::println);
        out.flush();
    }

    private ContinualReport run(
            Continual continual,
            List<Path> files,
            Function<List<Cycle>, ContinualReport> reporter,
            ContinualProgress progress,
            StopSignal stop)
            throws IOException {
        List<Cycle> done = new ArrayList<>();
        List<PeriodClick> learned = PeriodFiles.read(files.getFirst());
        for (Path file : files.subList(1, files.size())) {
            List<PeriodClick> tested = PeriodFiles.read(file);
            Optional<Cycle> cycle =
                    continual.run(learned, tested, quiet ? ContinualListener.SILENT : progress, stop::isRaised);
            if (cycle.isEmpty()) {
                break;
            }
            done.add(cycle.get());
            if (!quiet) {
                progress.finished(cycle.get());
            }
            JsonFile.write(json, reporter.apply(done));
            learned = tested;
        }
        progress.clear();
        return reporter.apply(done);
    }

    private Map<String, String> said() {
        Map<String, String> said = new LinkedHashMap<>(USUAL);
        said.putAll(settings);
        return said;
    }

    private static ContinualConfig config(FreshetConfig freshet) {
        OnlineConfig trainer = freshet.trainer();
        return new ContinualConfig(
                trainer.model(),
                trainer.training(),
                trainer.learning(),
                trainer.steps().clicks(),
                freshet.get(SequencerKeys.WINDOW));
    }

    private Map<String, Object> settings(ContinualConfig config, @Nullable ParallelConfig several) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("periods", String.valueOf(periods.getFileName()));
        values.put("seed", config.model().seed());
        values.put("encoder", config.model().encoder().type());
        values.putAll(config.model().encoder().describe());
        values.put("item_deviation", config.model().itemDeviation());
        values.put("new_items", config.learning().newItems().code());
        values.put("lr", config.training().optimizer().learningRate());
        values.put("dropout", config.training().dropout());
        values.put("negatives", config.training().loss().negatives());
        values.put("step_clicks", config.stepClicks());
        values.put("optimizer_steps", config.learning().optimizerSteps());
        values.put("replay_sequences", config.learning().replay().sequences());
        values.put("replay_length", config.learning().replay().length());
        values.put("replay_capacity", config.learning().replay().capacity());
        values.put("learners", parallel.learners());
        if (several != null) {
            values.put("merge_steps", several.mergeSteps());
        }
        return values;
    }
}
