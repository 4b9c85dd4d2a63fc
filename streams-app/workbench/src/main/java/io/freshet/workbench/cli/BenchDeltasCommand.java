package io.freshet.workbench.cli;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.clickfile.ClickFileOptions;
import io.freshet.app.clickfile.ClickFiles;
import io.freshet.app.feed.ClickGenerator;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.StopSignal;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.lab.benchmark.DeltaTrial;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.service.sequencer.InMemorySequencer;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.StandardErrors;
import io.freshet.training.step.UserUpdate;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet bench deltas}. */
@Command(
        name = "deltas",
        description = {
            "Measures how many bytes the changes of the model take on their way to the scorers, and how much accuracy it"
                    + " costs to keep them few. Runs without Kafka, over a file of clicks or those of a synthetic shop. The"
                    + " same learner learns twice from the same clicks. The first time, it sends its scorer everything that changed, in"
                    + " float32. The second time, it keeps to online.publish.bytes.per.second, as the trainer does. Each scorer answers"
                    + " each click before the learner has learned from it. A delta is due every online.publish.interval.ms, and reaches the"
                    + " scorer at once. Items that the user has seen are ranked, too.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet bench deltas --items 10000 --rate 400",
            "  freshet bench deltas --clicks clicks.tsv --rate 1000 --json deltas.json",
            "  freshet bench deltas --set online.publish.bytes.per.second=20000"
        })
final class BenchDeltasCommand extends FreshetCommand {
    private static final int STEPS_BETWEEN_DELTAS = 4;
    private static final Instant SHOP_OPENS = Instant.parse("2026-01-01T00:00:00Z");
    private static final double MILLIS_PER_SECOND = 1e3;

    @Option(
            names = "--clicks",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Clicks in order of time, as for evaluate prequential. Default: those of a synthetic shop.")
    private List<String> clicks = new ArrayList<>();

    @Mixin
    private ClickFileOptions format;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "400",
            description = "Clicks per second, by which the trial's clock advances. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "40000",
            description = "Clicks of the synthetic shop. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Users of the synthetic shop. Default: ${DEFAULT-VALUE}.")
    private int users;

    @Option(
            names = "--items",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Initial items of the synthetic shop. Default: ${DEFAULT-VALUE}.")
    private int items;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the synthetic shop. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the configuration: model.*, training.*, online.*, events.*. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file.")
    private @Nullable Path json;

    @Option(names = "--quiet", description = "Show only the result.")
    private boolean quiet;

    /**
     * The JSON document that {@code --json} writes, with one component for each key.
     *
     * @param stopped whether Ctrl-C ended the trial before the last click
     * @param exact all changes in float32
     * @param limited changes as configured
     * @param ndcgDifference mean of the limited scorer's NDCG minus the exact scorer's, over the same events
     * @param ndcgInterval half of the 95% interval of that mean
     */
    record Report(
            Map<String, Object> settings,
            boolean stopped,
            DeltaTrial.Outcome exact,
            DeltaTrial.Outcome limited,
            double ndcgDifference,
            double ndcgInterval) {}

    @Override
    public Integer call() throws Exception {
        if (!(rate > 0) || count < 1) {
            throw refused("--rate and --count must be positive: " + rate + ", " + count);
        }
        FreshetConfig limited = config(Map.of());
        OnlineConfig exact =
                config(Map.of(TrainerKeys.PUBLISH_BYTES.name(), "0")).trainer();
        if (limited.trainer().publishing().bytesPerSecond() == 0) {
            throw refused(TrainerKeys.PUBLISH_BYTES.name() + " must be positive, because the deltas that it limits are"
                    + " compared with those without a limit: 0");
        }
        StopSignal stop = StopSignal.onShutdown();
        try (stop;
                DeltaTrial all = new DeltaTrial(exact, rate);
                DeltaTrial few = new DeltaTrial(limited.trainer(), rate)) {
            learn(limited, List.of(all, few), stop);
            Report report = report(all, few, stop.isRaised());
            tell(System.out, report);
            JsonFile.write(json, report);
        }
        return 0;
    }

    private FreshetConfig config(Map<String, String> further) throws IOException {
        Map<String, String> said = new LinkedHashMap<>(settings);
        said.put(TrainerKeys.RANK_SHARE.name(), "1");
        said.putAll(further);
        return FreshetConfig.load(null, Environment.ofConfiguration(), said);
    }

    private void learn(FreshetConfig config, List<DeltaTrial> trials, StopSignal stop) throws IOException {
        double deltaMs = config.get(TrainerKeys.PUBLISH_INTERVAL).toMillis();
        int most = config.trainer().steps().mostClicks(0);
        int stepClicks = (int) Math.clamp(rate * deltaMs / MILLIS_PER_SECOND / STEPS_BETWEEN_DELTAS, 1, most);
        InMemorySequencer sequencer = new InMemorySequencer(config.get(SequencerKeys.WINDOW), config.eventTypes());
        List<UserUpdate> step = new ArrayList<>();
        ProgressLine progress = ProgressLine.on(System.out);
        long[] read = {0};
        try {
            readClicks(click -> {
                UserUpdate update = sequencer.apply(click);
                if (update != null) {
                    step.add(update);
                }
                if (step.size() >= stepClicks) {
                    trials.forEach(trial -> trial.step(step));
                    step.clear();
                }
                read[0]++;
                if (!quiet && progress.isDue()) {
                    progress.show(String.format(Locale.ROOT, "%,d clicks", read[0]));
                }
                return !stop.isRaised();
            });
        } finally {
            progress.clear();
        }
        if (!step.isEmpty() && !stop.isRaised()) {
            trials.forEach(trial -> trial.step(step));
        }
    }

    private void readClicks(Predicate<Click> reader) throws IOException {
        if (!clicks.isEmpty()) {
            ClickFiles files = ClickFiles.open(clicks, format, InstantSource.system());
            files.requireTimes();
            files.readWhile(reader);
            return;
        }
        long[] sent = {0};
        InstantSource clock = () -> SHOP_OPENS.plusMillis((long) (sent[0] * MILLIS_PER_SECOND / rate));
        ClickGenerator shop = new ClickGenerator(new GeneratorConfig(seed, users, items, false), clock);
        while (sent[0] < count && reader.test(next(shop))) {
            sent[0]++;
        }
    }

    private static Click next(ClickGenerator shop) {
        try {
            return ClickCodec.parse(shop.next().value());
        } catch (MalformedClickException e) {
            throw new IllegalStateException("the synthetic shop must write valid clicks", e);
        }
    }

    private Report report(DeltaTrial all, DeltaTrial few, boolean stopped) {
        int[] exact = all.countedServedRanks();
        int[] limited = few.countedServedRanks();
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < exact.length; i++) {
            double difference = gain(limited[i]) - gain(exact[i]);
            sum += difference;
            squares += difference * difference;
        }
        int events = Math.max(1, exact.length);
        double mean = sum / events;
        double variance = Math.max(0, squares / events - mean * mean);
        return new Report(
                settings(),
                stopped,
                all.outcome(),
                few.outcome(),
                mean,
                StandardErrors.NORMAL_95 * Math.sqrt(variance / events));
    }

    private Map<String, Object> settings() {
        Map<String, Object> values = new LinkedHashMap<>();
        if (clicks.isEmpty()) {
            values.put("count", count);
            values.put("users", users);
            values.put("items", items);
            values.put("seed", seed);
        } else {
            values.put("clicks", String.valueOf(Path.of(clicks.getFirst()).getFileName()));
        }
        values.put("rate", rate);
        values.put("set", settings);
        return values;
    }

    private static double gain(int rank) {
        return rank <= DeltaTrial.K ? Math.log(2) / Math.log1p(rank) : 0;
    }

    private static void tell(PrintStream out, Report report) {
        out.printf(
                Locale.ROOT,
                "%s%,d clicks, %,d events after the first tenth%n%n%-34s %10s %10s %10s%n",
                report.stopped() ? "Stopped after " : "",
                report.limited().clicks(),
                report.limited().served().events(),
                "",
                "B a click",
                "HR@10",
                "NDCG@10");
        line(
                out,
                "scorer, everything in float32",
                bytesPerClick(report.exact()),
                report.exact().served());
        line(
                out,
                "scorer, within the byte budget",
                bytesPerClick(report.limited()),
                report.limited().served());
        out.printf(
                Locale.ROOT,
                "%-34s %10s %10.4f %10.4f%n%nThe budget changes the NDCG by %+.4f, with a 95%% interval of ±%.4f.%n",
                "the learner itself",
                "",
                report.exact().learner().hr(),
                report.exact().learner().ndcg(),
                report.ndcgDifference(),
                report.ndcgInterval());
    }

    private static double bytesPerClick(DeltaTrial.Outcome outcome) {
        return (double) outcome.deltaBytes() / Math.max(1, outcome.clicks());
    }

    private static void line(PrintStream out, String name, double bytes, Accuracy accuracy) {
        out.printf(Locale.ROOT, "%-34s %,10.0f %10.4f %10.4f%n", name, bytes, accuracy.hr(), accuracy.ndcg());
    }
}
