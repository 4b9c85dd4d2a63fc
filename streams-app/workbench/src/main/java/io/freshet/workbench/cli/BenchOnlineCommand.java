package io.freshet.workbench.cli;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.lab.benchmark.LearningBenchmark;
import io.freshet.lab.benchmark.LearningCost.Footprint;
import io.freshet.lab.benchmark.LearningCost.Phase;
import io.freshet.lab.benchmark.LearningCost.SlowStep;
import io.freshet.lab.benchmark.LearningCost.Spread;
import io.freshet.model.tensor.Products;
import io.freshet.service.config.FreshetConfig;
import io.freshet.training.config.OnlineConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freshet bench online}. */
@Command(
        name = "online",
        description = {
            "Measures what the trainer's online learner costs with many items and users, without Kafka, on synthetic"
                    + " clicks. During the arrival every user clicks once, every item is clicked once, and tables"
                    + " grow. The steady state at that size follows: steps of users with histories, in which the"
                    + " share online.rank.share of the clicks is ranked among all items before the model learns from"
                    + " all of them. Finally half of the items are"
                    + " forgotten, without any other work.",
            "",
            "Each step is measured in wall-clock time and in CPU time of the learning thread, which does not count"
                    + " time that other programs use. Ranking is measured by ranking all clicks of a step"
                    + " beforehand; step times and clicks/s leave this out. With training.workers=1 the learning"
                    + " thread does all work of a step itself. Memory is what is in use after a garbage collection: heap, and"
                    + " tensors outside the heap. Users that the reservoir does not keep take no memory here. The"
                    + " sequencer's stores on disk, which keep every user, are not measured: see freshet demo --json.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet bench online --json online.json",
            "      a million items and a million users; takes some minutes on one core",
            "  freshet bench online --items 100000 --users 5000000 --set model.dim=32",
            "  FRESHET_JAVA_OPTS=-Xmx1g freshet bench online",
            "      with a heap of 1 GB"
        })
final class BenchOnlineCommand extends FreshetCommand {
    /** Default settings. Items are retained for longer than the first two phases last, at a click a millisecond. */
    static final Map<String, String> USUAL = Map.of("model.item.retention.ms", "86400000");

    /** Items and users of a warm-up learner that is discarded, so that the JIT has compiled the code. */
    private static final int WARM_UP = 6_000;

    private static final int WARM_UP_STEPS = 30;

    private static final String HEADER =
            "                    clicks/s   step: median      p99   longest     CPU time: median      p99   longest";

    @Option(
            names = "--items",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Number of items. Default: ${DEFAULT-VALUE}.")
    private int items;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Number of users. Default: ${DEFAULT-VALUE}.")
    private int users;

    @Option(
            names = "--step-clicks",
            paramLabel = "N",
            defaultValue = "128",
            description = "Clicks per step. Default: ${DEFAULT-VALUE}.")
    private int stepClicks;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "100",
            description = "Measured steps in the steady state, after a fifth as many warm-up steps. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the clicks. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the configuration: model.*, training.*, online.*. May be repeated."
                    + " model.item.retention.ms defaults to a day here; 0 skips the forgetting.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--json", paramLabel = "FILE", description = "Write settings and figures to this file.")
    private @Nullable Path json;

    /**
     * The JSON document that {@code --json} writes, with one component for each key.
     *
     * @param forgetting null if items are never forgotten
     * @param freedRows rows freed by forgetting items
     */
    record Report(
            Map<String, Object> settings,
            Footprint empty,
            Phase arrival,
            Footprint arrived,
            Phase life,
            Footprint lived,
            @Nullable Phase forgetting,
            int freedRows,
            Footprint ended) {}

    @Override
    public Integer call() throws Exception {
        OnlineConfig config = config();
        try (LearningBenchmark warmUp = benchmark(config, Math.min(items, WARM_UP), Math.min(users, WARM_UP))) {
            warmUp.arrive();
            warmUp.live(WARM_UP_STEPS);
        }
        try (LearningBenchmark benchmark = benchmark(config, items, users)) {
            Report report = run(benchmark, config, System.out);
            JsonFile.write(json, report);
        }
        return 0;
    }

    /** Returns the configuration that the options result in. */
    OnlineConfig config() throws IOException {
        Map<String, String> said = new LinkedHashMap<>(USUAL);
        said.putAll(settings);
        return FreshetConfig.load(null, Environment.ofConfiguration(), said).trainer();
    }

    private LearningBenchmark benchmark(OnlineConfig config, int itemCount, int userCount) {
        if (steps < 1) {
            throw refused("--steps must be positive: " + steps);
        }
        try {
            return new LearningBenchmark(
                    config.model(),
                    config.training(),
                    config.learning(),
                    new LearningBenchmark.Load(itemCount, userCount, stepClicks, seed));
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    private Report run(LearningBenchmark benchmark, OnlineConfig config, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%,d items, %,d users, steps of %,d clicks; %d threads, %s%n%s%n",
                items,
                users,
                stepClicks,
                config.training().workers(),
                Products.forThisCpu().name(),
                HEADER);
        Footprint empty = benchmark.footprint();
        Phase arrival = shown("arrival", benchmark.arrive(), out);
        Footprint arrived = benchmark.footprint();
        Phase life = shown("steady state", benchmark.live(steps), out);
        Footprint lived = benchmark.footprint();
        boolean forgets = !config.learning().itemRetention().isZero();
        Phase forgetting = forgets ? shown("half is forgotten", benchmark.forget(), out) : null;
        Footprint ended = benchmark.footprint();
        Report report = new Report(
                settings(config),
                empty,
                arrival,
                arrived,
                life,
                lived,
                forgetting,
                lived.items() - ended.items(),
                ended);
        lines(report).forEach(out::println);
        out.flush();
        return report;
    }

    private static Phase shown(String name, Phase phase, PrintStream out) {
        Spread step = phase.stepMs();
        Spread thread = phase.threadMs();
        out.printf(
                Locale.ROOT,
                "  %-17s %,9.0f %14.1f %8.1f %9.1f %20.1f %8.1f %9.1f  ms%n",
                name,
                phase.clicksPerSecond(),
                step.median(),
                step.p99(),
                step.longest(),
                thread.median(),
                thread.p99(),
                thread.longest());
        out.flush();
        return phase;
    }

    private static List<String> lines(Report report) {
        Spread ranking = report.life().rankingMs();
        return List.of(
                "  slowest steps of the arrival: " + slowest(report.arrival()),
                String.format(
                        Locale.ROOT,
                        "  steady state: %,.0f clicks for each second of CPU time; %.3f%% of the clicks are ranked, and ranking"
                                + " all of them would take %.1f ms of CPU time; taking a delta takes %.1f ms of wall-clock"
                                + " time",
                        report.life().clicksPerCpuSecond(),
                        100 * report.life().rankShare(),
                        ranking == null ? 0 : ranking.median(),
                        report.life().deltaMs().median()),
                String.format(Locale.ROOT, "  forgotten: %,d items; their rows are free", report.freedRows()),
                String.format(
                        Locale.ROOT,
                        "  heap in use: %s when empty, %s with all items, %s in the steady state: %.0f bytes per item;"
                                + " %s allowed",
                        megabytes(report.empty().heapBytes()),
                        megabytes(report.arrived().heapBytes()),
                        megabytes(report.lived().heapBytes()),
                        perItem(report.arrived().heapBytes() - report.empty().heapBytes(), report.arrived()),
                        megabytes(report.lived().maxHeapBytes())),
                String.format(
                        Locale.ROOT,
                        "  tensors outside the heap: %s, %.0f bytes per item",
                        megabytes(report.lived().tensorBytes()),
                        perItem(report.lived().tensorBytes() - report.empty().tensorBytes(), report.lived())),
                String.format(
                        Locale.ROOT,
                        "  users: the reservoir keeps %,d, and no data of the others is kept; the sequencer's stores"
                                + " are not included",
                        report.lived().replayUsers()));
    }

    private static String slowest(Phase phase) {
        return String.join(
                ", ", phase.slowest().stream().map(BenchOnlineCommand::slow).toList());
    }

    private static String slow(SlowStep step) {
        return String.format(Locale.ROOT, "%.1f ms at %,d items", step.threadMs(), step.items());
    }

    private static double perItem(long bytes, Footprint footprint) {
        return (double) bytes / footprint.items();
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.0f MB", bytes / 1e6);
    }

    private Map<String, Object> settings(OnlineConfig config) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("items", items);
        values.put("users", users);
        values.put("step_clicks", stepClicks);
        values.put("steps", steps);
        values.put("seed", seed);
        values.put("encoder", config.model().encoder().type());
        values.put("dim", config.model().encoder().dim());
        values.put("negatives", config.training().loss().negatives());
        values.put("rank_share", config.learning().metrics().ranked().toString());
        values.put("optimizer_steps", config.learning().optimizerSteps());
        values.put("replay_sequences", config.learning().replay().sequences());
        values.put("replay_capacity", config.learning().replay().capacity());
        values.put("item_retention_ms", config.learning().itemRetention().toMillis());
        values.put("workers", config.training().workers());
        values.put("products", Products.forThisCpu().name());
        return values;
    }
}
