package io.freshet.workbench.cli;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.sizing.UnitCosts;
import io.freshet.app.sizing.UnitCosts.AtItems;
import io.freshet.lab.benchmark.LearningBenchmark;
import io.freshet.lab.benchmark.ScoringBenchmark;
import io.freshet.lab.yardstick.Yardstick;
import io.freshet.service.config.FreshetConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.workbench.scale.ScaleTrial;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet bench scale}. */
@Command(
        name = "scale",
        description = {
            "Measures what a click costs: the processor time of sequencing, answering and learning, and the bytes on each"
                    + " topic. 'freshet size --costs FILE' calculates from these what a larger system needs.",
            "",
            "A broker runs in this process. The streams role and the trainer run in processes of their own and work off"
                    + " clicks that wait, so the times are those of full batches and contain everything that such a process"
                    + " does, Kafka's client and the garbage collector included. What depends on the number of items is"
                    + " measured at each of the --sizes without Kafka. A trainer with one worker also catches up with all clicks. Then"
                    + " two trainers learn together. This shows what a second machine brings. Takes some minutes.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet bench scale --json costs.json",
            "  freshet bench scale --sizes 10000,100000 --set model.dim=32 --json costs.json"
        })
final class BenchScaleCommand extends FreshetCommand {
    /** Fewer are over before anything can be measured. */
    private static final int LEAST_CLICKS = 5_000;

    private static final int STEP_CLICKS = 128;
    private static final int STEPS = 60;
    private static final int QUERIES = 64;
    private static final int TOP_K = 10;
    private static final Duration SCORING = Duration.ofSeconds(3);

    /** Items and users of a learner that is discarded, so that the JIT has compiled the code. */
    private static final int WARM_UP = 6_000;

    @Option(
            names = "--clicks",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Clicks that are sequenced and learned from; as many others are answered. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int clicks;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Users of the synthetic shop. Default: ${DEFAULT-VALUE}.")
    private int users;

    @Option(
            names = "--items",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Initial items of the synthetic shop, which has twice as many in the end. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int items;

    @Option(
            names = "--sizes",
            paramLabel = "N",
            split = ",",
            defaultValue = "10000,100000,1000000",
            description = "Numbers of items at which searching and learning are measured. Default: ${DEFAULT-VALUE}.")
    private List<Integer> sizes = new ArrayList<>();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Set a key of the configuration. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Mixin
    private YardstickOptions machine;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the costs to this file.")
    private @Nullable Path json;

    /** What the processes measured, of all clicks and of those of several learners. */
    private record Measured(ScaleTrial.Outcome outcome, ScaleTrial.Parallel learners) {}

    @Override
    public Integer call() throws Exception {
        if (clicks < LEAST_CLICKS || users < 1 || sizes.stream().anyMatch(size -> size < 2)) {
            throw refused("--clicks must be at least " + LEAST_CLICKS + ", --users positive, and --sizes at least 2: "
                    + clicks + ", " + users + ", " + sizes);
        }
        PrintStream out = System.out;
        Measured measured = trial(out);
        ScaleTrial.Outcome outcome = measured.outcome();
        out.printf(
                Locale.ROOT,
                "Processor time of a click, with %,d items, in microseconds%n"
                        + "  sequencing %,10.1f%n  answering  %,10.1f%n  learning   %,10.1f%n",
                outcome.cpu().items(),
                outcome.cpu().sequencingMicros(),
                outcome.cpu().answeringMicros(),
                outcome.cpu().learningMicros());
        out.println("Bytes of a click");
        outcome.bytes().perClick().forEach((key, bytes) -> out.printf(Locale.ROOT, "  %-36s %,10.1f%n", key, bytes));
        out.printf(
                Locale.ROOT,
                "  %-36s %,10.1f%nBytes on disk of a click that is kept: %,.1f%n",
                "changelogs",
                outcome.bytes().changelogPerClick(),
                outcome.bytes().diskPerKeptClick());
        ScaleTrial.Parallel learners = measured.learners();
        out.printf(
                Locale.ROOT,
                "Clicks a second, catching up, with training.workers=1%n  1 learner  %,9.0f%n  %d learners %,9.0f, %.2f times as"
                        + " many; %.2f times would be possible on as many processors%n",
                learners.oneClicksPerSecond(),
                learners.learners(),
                learners.clicksPerSecond(),
                learners.measured(),
                learners.projected());
        SortedMap<Integer, AtItems> atItems = new TreeMap<>();
        try (Yardstick yardstick = machine.open(List.of(1), out)) {
            out.println("       items   us to search   us to learn");
            for (int size : sizes) {
                AtItems costs = measure(size, yardstick);
                atItems.put(size, costs);
                out.printf(Locale.ROOT, "  %,10d %,14.1f %,13.1f%n", size, costs.answerMicros(), costs.learnMicros());
            }
        }
        JsonFile.write(
                json,
                new UnitCosts(
                        description(), config().model().encoder().dim(), outcome.cpu(), outcome.bytes(), atItems));
        return 0;
    }

    private Measured trial(PrintStream out) throws Exception {
        ProgressLine progress = ProgressLine.on(out);
        Consumer<String> listener = line -> {
            if (progress.canRedraw()) {
                progress.show(line);
            }
        };
        try (ScaleTrial trial = ScaleTrial.start(new ScaleTrial.Load(clicks, users, items, settings))) {
            ScaleTrial.Outcome outcome = trial.run(listener);
            return new Measured(outcome, trial.learnTogether(listener));
        } finally {
            progress.clear();
        }
    }

    private AtItems measure(int size, Yardstick yardstick) throws IOException {
        OnlineConfig config = config();
        double answer;
        int dim = config.model().encoder().dim();
        try (ScoringBenchmark scoring = new ScoringBenchmark(false, size, dim, TOP_K, yardstick)) {
            answer = 1e6 / scoring.measure(false, QUERIES, 1, SCORING, SCORING).queriesPerSecond();
        }
        try (LearningBenchmark warmUp = benchmark(config, Math.min(size, WARM_UP))) {
            warmUp.arrive();
            warmUp.live(STEPS);
        }
        try (LearningBenchmark learning = benchmark(config, size)) {
            learning.arrive();
            return new AtItems(answer, 1e6 / learning.live(STEPS).clicksPerCpuSecond());
        }
    }

    private LearningBenchmark benchmark(OnlineConfig config, int size) {
        return new LearningBenchmark(
                config.model(),
                config.training(),
                config.learning(),
                new LearningBenchmark.Load(size, size, STEP_CLICKS, 1));
    }

    /** Returns the configuration, with one thread, so that its processor time is that of the whole step. */
    private OnlineConfig config() throws IOException {
        Map<String, String> said = new LinkedHashMap<>(settings);
        said.put("training.workers", "1");
        return FreshetConfig.load(null, Environment.ofConfiguration(), said).trainer();
    }

    private static String description() {
        return Runtime.getRuntime().availableProcessors() + " processors " + System.getProperty("os.arch") + ", "
                + System.getProperty("os.name") + ", Java " + Runtime.version().feature();
    }
}
