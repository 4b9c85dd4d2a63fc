package io.freshet.workbench.cli;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.option.BatchOption;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.clickfile.ClickFileOptions;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.FreshetConfig;
import io.freshet.workbench.demo.Demo;
import io.freshet.workbench.demo.DemoOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet demo}. */
@Command(
        name = "demo",
        description = {
            "Shows the whole of Freshet in one process: starts a real Kafka broker inside it, creates the topics, runs"
                    + " every role, feeds clicks in, and shows what the model learns and recommends.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet demo",
            "      a synthetic shop, 200 clicks a second, until Ctrl-C",
            "  freshet demo --rate 500 --duration 2m --json out.json",
            "      measure: figures go to out.json, latencies without the first 30 s",
            "  freshet demo --clicks clicks.csv --until-end",
            "      replay a file at full speed; the first lines say how it was read",
            "  freshet demo --clicks ratings.dat --columns user,item,rating,time --until-end",
            "      a file without a header",
            "  freshet demo --clicks clicks.tsv --until-end --state run1",
            "      keep everything in the folder run1: the same command continues",
            "      where it stopped or was killed",
            "  freshet demo --clicks clicks.tsv --until-end --batch-clicks 128 --state run2",
            "      the same steps regardless of timing: a second run, or one that was",
            "      killed and continued, ends with the same model to the byte",
            "",
            "While the demo runs, other clients can use its broker; the address is in the first lines. Produce a"
                    + " click:",
            "  echo '{\"user_id\":\"me\",\"item_id\":\"tea-001\",\"timestamp\":\"2026-01-01T00:00:00Z\"}' |",
            "      kafka-console-producer.sh --bootstrap-server ADDRESS --topic clicks"
        })
public final class DemoCommand extends FreshetCommand {
    private static final double GENERATOR_RATE = 200;
    private static final Duration PACED_WARM_UP = Duration.ofSeconds(30);

    @Option(
            names = "--clicks",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Replay clicks in file order: CSV or TSV with a header, JSON lines or Parquet. Several"
                    + " files, folders and globs are read in order; files may be packed with gzip or zstd. Before the"
                    + " first click is fed, the files are read once to check them, and the layout that was found is"
                    + " printed. Default: clicks from a generator.")
    private List<String> clicks = List.of();

    @Mixin
    private ClickFileOptions format;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Clicks per second. Default: 200 for the generator, full speed for a file.")
    private @Nullable Double rate;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "Feed clicks for this long, such as 90s or 2m, process them, and end. Default: until Ctrl-C.")
    private @Nullable Duration duration;

    @Option(
            names = "--until-end",
            description = "With --clicks: end when every click of the file has been sequenced, learned from and"
                    + " answered.")
    private boolean untilEnd;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the summary to this file at the end, also after Ctrl-C.")
    private @Nullable Path json;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Keep broker, state stores, models and the log file in this folder, and continue from what"
                    + " it holds. Default: a temporary folder, deleted at the end.")
    private @Nullable Path state;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Partitions of the topics. With 1 the order of the file is the order of the stream. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Generator: number of users. Default: ${DEFAULT-VALUE}.")
    private int users;

    @Option(
            names = "--items",
            paramLabel = "N",
            defaultValue = "2000",
            description =
                    "Generator: items at the start; the catalogue grows to twice that. Default: ${DEFAULT-VALUE}.")
    private int items;

    @Option(
            names = "--turnover",
            description = "Generator: once the catalogue has grown, new items replace old ones, one in 200 clicks. See"
                    + " model.item.retention.ms.")
    private boolean turnover;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Generator: the same seed makes the same clicks. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Measure latencies only of clicks from SECONDS after the start on. Default: 30 with a rate,"
                    + " 0 without.")
    private @Nullable Duration warmUp;

    @Mixin
    private BatchOption batch;

    @Option(names = "--quiet", description = "Show only the summary.")
    private boolean quiet;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the configuration, such as training.learning.rate=0.002. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        DemoOptions options = options();
        StopSignal stop = StopSignal.onShutdown();
        try (stop) {
            new Demo(options, System.out, stop).run();
        }
        return 0;
    }

    /** Returns the resolved options; refuses options that contradict each other. */
    public DemoOptions options() {
        if (clicks.isEmpty() && untilEnd) {
            throw refused("--until-end needs --clicks FILE: the generator has no end; use --duration");
        }
        if (rate != null && !(rate > 0 && rate <= 1e6)) {
            throw refused("--rate must be above 0 and at most 1000000: " + rate);
        }
        if (partitions < 1 || partitions > 64) {
            throw refused("--partitions must be from 1 to 64: " + partitions);
        }
        Double pace = rate == null && clicks.isEmpty() ? Double.valueOf(GENERATOR_RATE) : rate;
        Duration pacedWarmUp = pace == null ? Duration.ZERO : PACED_WARM_UP;
        return new DemoOptions(
                new DemoOptions.Source(clicks, format, generator()),
                new DemoOptions.Feed(pace, duration, untilEnd, warmUp == null ? pacedWarmUp : warmUp),
                new DemoOptions.Output(json, quiet),
                settings(pace),
                partitions,
                Environment.ofConfiguration(),
                state);
    }

    /**
     * Adds {@code online.catchup.clicks=0} for clicks without a pace: these come only as fast as they are taken, so learning
     * never has to catch up.
     */
    private Map<String, String> settings(@Nullable Double pace) {
        Map<String, String> all = FreshetConfig.withPresentNames(batch.addTo(settings));
        if (pace == null) {
            all.putIfAbsent("online.catchup.clicks", "0");
        }
        return all;
    }

    private GeneratorConfig generator() {
        try {
            return new GeneratorConfig(seed, users, items, turnover);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }
}
