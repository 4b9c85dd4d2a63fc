package io.freshet.workbench.cli;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.feed.ClickGenerator;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.StopSignal;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.item.CatalogueItem;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.service.sequencer.InMemorySequencer;
import io.freshet.training.step.UserUpdate;
import io.freshet.workbench.cold.ColdTrial;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freshet bench cold}. */
@Command(
        name = "cold",
        description = {
            "Measures how often an item that no user has clicked was in the recommendation before its first click, and what"
                    + " the places for such items cost for all other clicks: with explore.share=0, with new items by category,"
                    + " by title, and by title and embedding. Runs without Kafka, over the clicks of a synthetic shop with a"
                    + " catalogue. Each item has one of eight styles, which its title and its embedding show with some noise."
                    + " Each user prefers a style. After the first half of the clicks, new items enter the catalogue at once,"
                    + " and the second half is counted.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet bench cold --items 10000 --new-items 2000 --count 60000",
            "  freshet bench cold --set explore.share=0.1 --json cold.json"
        })
final class BenchColdCommand extends FreshetCommand {
    private static final long SHOP_OPENS_MS =
            Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final String USUAL_SHARE = "0.2";

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
            description = "Items of the synthetic shop with the new ones. Default: ${DEFAULT-VALUE}.")
    private int items;

    @Option(
            names = "--new-items",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Items that enter the catalogue after the first half. Default: ${DEFAULT-VALUE}.")
    private int newItems;

    @Option(
            names = "--loyalty",
            paramLabel = "P",
            defaultValue = "0.5",
            description =
                    "Probability that a user who turns to a popular item takes one of the preferred style, and that an"
                            + " item that tends to be clicked after another has its style. With 0, titles and embeddings say nothing"
                            + " about clicks. Default: ${DEFAULT-VALUE}.")
    private double loyalty;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the synthetic shop. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the configuration: model.*, training.*, online.*, explore.share (" + USUAL_SHARE
                    + " unless set). May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file.")
    private @Nullable Path json;

    @Option(names = "--quiet", description = "Show only the result.")
    private boolean quiet;

    /**
     * The JSON document that {@code --json} writes, with one component for each key.
     *
     * @param stopped whether Ctrl-C ended the trial before the last click
     * @param unclicked items of the catalogue without a click when counting began
     */
    record Report(Map<String, Object> settings, boolean stopped, int unclicked, ColdTrial.Outcome outcome) {}

    @Override
    public Integer call() throws Exception {
        if (count < 2 || newItems < 1 || newItems >= items) {
            throw refused("--count must be at least 2, and --new-items positive and below --items: " + count + ", "
                    + newItems + ", " + items);
        }
        if (!(loyalty >= 0 && loyalty <= 1)) {
            throw refused("--loyalty must be from 0 to 1: " + loyalty);
        }
        FreshetConfig exploring = config(settings.getOrDefault(ScoringKeys.EXPLORE_SHARE.name(), USUAL_SHARE));
        StopSignal stop = StopSignal.onShutdown();
        try (stop;
                ColdTrial trial = new ColdTrial(config("0"), exploring, exploring.get(ScoringKeys.TOP_K))) {
            int unclicked = learn(exploring, trial, stop);
            Report report = new Report(
                    settings(exploring.get(ScoringKeys.EXPLORE_SHARE)), stop.isRaised(), unclicked, trial.outcome());
            tell(System.out, report, exploring);
            JsonFile.write(json, report);
        }
        return 0;
    }

    private FreshetConfig config(String exploreShare) throws IOException {
        Map<String, String> said = new LinkedHashMap<>(settings);
        said.put(RecordKeys.CATALOGUE.name(), "filter");
        said.put(ScoringKeys.EXPLORE_SHARE.name(), exploreShare);
        return FreshetConfig.load(null, Environment.ofConfiguration(), said);
    }

    /** Returns the number of unclicked items when counting began. */
    private int learn(FreshetConfig config, ColdTrial trial, StopSignal stop) {
        int stepClicks = config.get(TrainerKeys.STEP_CLICKS);
        InMemorySequencer sequencer = new InMemorySequencer(config.get(SequencerKeys.WINDOW), config.eventTypes());
        long[] clicks = {0};
        ClickGenerator shop = new ClickGenerator(
                new GeneratorConfig(seed, users, items - newItems, false),
                () -> Instant.ofEpochMilli(SHOP_OPENS_MS + clicks[0]),
                item -> trial.catalogue(
                        item.itemId(),
                        new CatalogueItem(List.of(item.category()), true, item.title(), item.embedding())),
                loyalty);
        List<UserUpdate> step = new ArrayList<>();
        ProgressLine progress = ProgressLine.on(System.out);
        int unclicked = 0;
        try {
            for (; clicks[0] < count && !stop.isRaised(); clicks[0]++) {
                if (clicks[0] == count / 2) {
                    trial.beginCounting();
                    shop.add(newItems);
                    unclicked = trial.unclicked();
                }
                UserUpdate update = sequencer.apply(ClickCodec.parse(shop.next().value()));
                if (update != null) {
                    step.add(update);
                }
                if (step.size() >= stepClicks) {
                    trial.step(step);
                    step.clear();
                }
                if (!quiet && progress.isDue()) {
                    progress.show(String.format(Locale.ROOT, "%,d clicks", clicks[0]));
                }
            }
        } catch (MalformedClickException e) {
            throw new IllegalStateException("the synthetic shop must write valid clicks", e);
        } finally {
            progress.clear();
        }
        if (!step.isEmpty() && !stop.isRaised()) {
            trial.step(step);
        }
        return unclicked;
    }

    private Map<String, Object> settings(float exploreShare) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("count", count);
        values.put("users", users);
        values.put("items", items);
        values.put("new_items", newItems);
        values.put("loyalty", loyalty);
        values.put("seed", seed);
        values.put("explore_share", exploreShare);
        values.put("set", settings);
        return values;
    }

    private static void tell(PrintStream out, Report report, FreshetConfig exploring) {
        ColdTrial.Outcome outcome = report.outcome();
        out.printf(
                Locale.ROOT,
                "%s%,d first clicks on new items and %,d other clicks were counted. %,d items of the catalogue had no click"
                        + " when the new ones came. explore.share=%s%n%n%-27s %24s %24s %12s%n",
                report.stopped() ? "Stopped. " : "",
                outcome.firstClicks(),
                outcome.otherClicks(),
                report.unclicked(),
                exploring.get(ScoringKeys.EXPLORE_SHARE),
                "Clicked items in the answer",
                "first clicks",
                "other clicks",
                "µs an answer");
        for (ColdTrial.Found found : outcome.ways()) {
            out.printf(
                    Locale.ROOT,
                    "%-27s %24s %24s %12.0f%n",
                    found.way(),
                    share(found.first(), outcome.firstClicks()),
                    share(found.other(), outcome.otherClicks()),
                    found.micros());
        }
    }

    /** Returns a share with its standard error. */
    private static String share(int found, int clicks) {
        double share = found / Math.max(1.0, clicks);
        double error = Math.sqrt(share * (1 - share) / Math.max(1, clicks));
        return String.format(Locale.ROOT, "%.4f ± %.4f", share, error);
    }
}
