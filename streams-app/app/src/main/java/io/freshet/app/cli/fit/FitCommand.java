package io.freshet.app.cli.fit;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.DataOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.StandaloneStore;
import io.freshet.app.cli.option.StoreLocationConverter;
import io.freshet.app.clickfile.ClickFileSummary;
import io.freshet.app.feed.StopSignal;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelSettings;
import io.freshet.store.StoreLocation;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.Fit;
import io.freshet.training.fit.FitConfig;
import io.freshet.training.fit.FitListener;
import io.freshet.training.fit.FitResult;
import io.freshet.training.fit.FitSnapshot;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.metrics.SeenItems;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet fit}. */
@Command(
        name = "fit",
        description = {
            "Trains a model on a finished file, without Kafka, for many epochs over all users. The last item of each"
                    + " user is held out for the test, and the one before it for validation. Every 5 epochs the model"
                    + " is validated; the best epoch is kept and tested: hit rate, NDCG and MRR, ranked among all"
                    + " items; ties count against the model. Ctrl-C ends it with the best epoch so far.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet fit --data beauty.txt --preset beauty",
            "      the paper's scaled cross-entropy, with separate negatives for each position",
            "  freshet fit --data beauty.txt --preset beauty --sampling group --alpha auto",
            "      the same with negatives that groups of positions share: several times as fast",
            "  freshet fit --data beauty.txt --preset beauty --loss ce --seed 2 --json ce-2.json",
            "      full cross-entropy, with figures in a file",
            "  freshet fit --data clicks.csv --epochs 500 --checkpoint long-fit",
            "      a long fit; the same command continues it after an interruption",
            "  freshet fit --data clicks.csv --item product_id --epochs 50 --snapshot models",
            "      clicks with a header; the last lines say how to continue online from the result",
            "  freshet fit --data u.data --columns user,item,rating,time",
            "      clicks without a header"
        })
public final class FitCommand extends FreshetCommand {
    @Mixin
    private DataOptions data;

    @Mixin
    private FitOptions options;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write settings, curve, figures, best epoch and seconds to this file at the end, also after"
                    + " Ctrl-C.")
    private @Nullable Path json;

    @Option(
            names = "--snapshot",
            paramLabel = "DIR|URL",
            converter = StoreLocationConverter.class,
            description =
                    "Write the best epoch as a snapshot into this model store, a folder or s3://bucket/prefix, for freshet"
                            + " demo, run and evaluate.")
    private @Nullable StoreLocation snapshot;

    @Option(
            names = "--name",
            paramLabel = "MODEL",
            defaultValue = "default",
            description = "Model name of the snapshot. Default: ${DEFAULT-VALUE}.")
    private String name = "default";

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            description =
                    "Save progress in this folder after each validation, and continue from it: the result is that of"
                            + " an uninterrupted fit. The settings and the data must stay the same; the number of"
                            + " threads may change.")
    private @Nullable Path checkpoint;

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
        String file = data.name(spec);
        Vocabulary items = new Vocabulary();
        DataOptions.Data read = data.read(items::addIfAbsent, line -> say(out, line));
        if (quiet) {
            read.summary().leftOutLines().forEach(out::println);
        }
        SequenceDataset sequences = read.sequences();
        FitConfig config = config(sequences);
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("data", file);
        settings.putAll(options.describe(config, sequences, items.size()));
        say(out, introduction(file, sequences, items, config));
        try (Fit fit = open(sequences, items, config)) {
            FitProgress progress =
                    new FitProgress(ProgressLine.on(out), config.epochs().most());
            goOn(fit, out);
            FitResult result = fit.run(quiet ? FitListener.SILENT : progress, stop::isRaised);
            report(out, result, settings, read.summary());
            if (snapshot != null) {
                save(out, snapshot, fit, result, settings);
            }
        }
    }

    /** Returns the configuration that the options result in. */
    FitConfig config(SequenceDataset sequences) {
        try {
            return options.resolve(sequences);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    private Fit open(SequenceDataset sequences, Vocabulary items, FitConfig config) {
        try {
            return new Fit(sequences, items, config);
        } catch (IllegalArgumentException e) {
            throw refused("--data: " + e.getMessage());
        }
    }

    private void goOn(Fit fit, PrintStream out) throws IOException {
        if (checkpoint == null) {
            return;
        }
        try {
            int epochs = fit.goOnFrom(checkpoint);
            if (epochs > 0) {
                say(out, "Continuing after epoch " + epochs + ", from " + checkpoint);
            }
        } catch (IllegalArgumentException e) {
            throw refused("--checkpoint: " + e.getMessage());
        }
    }

    private static String introduction(String file, SequenceDataset sequences, Vocabulary items, FitConfig config) {
        return String.format(
                Locale.ROOT,
                "%s: %,d users, %,d items, %,d interactions%s",
                file,
                sequences.users(),
                items.size(),
                sequences.interactions(),
                config.validation().seen() == SeenItems.MASKED ? "; seen items are masked" : "");
    }

    private void report(PrintStream out, FitResult result, Map<String, Object> settings, ClickFileSummary input)
            throws IOException {
        out.printf(
                Locale.ROOT,
                "%s epoch %d of %d, chosen by validation; %s%n",
                result.stopped() ? "Stopped:" : "Best:",
                result.bestEpoch(),
                result.epochs(),
                FitProgress.time(result.seconds()));
        out.println(LeaveOneOutMetrics.HEADER);
        out.println(LeaveOneOutMetrics.of(result.validation()).row("validation"));
        out.println(LeaveOneOutMetrics.of(result.test()).row("test"));
        out.flush();
        if (json != null) {
            Map<String, Object> all = new LinkedHashMap<>(settings);
            all.put("input", input);
            JsonFile.write(json, FitReport.of(all, result));
        }
    }

    private void save(PrintStream out, StoreLocation root, Fit fit, FitResult result, Map<String, Object> settings)
            throws IOException {
        Manifest manifest = new FitSnapshot(
                        fit,
                        result,
                        settings,
                        FreshetConfig.of(Map.of()).trainer().learning())
                .save(StandaloneStore.open(root), name, Clock.systemUTC().instant());
        say(
                out,
                "Snapshot " + manifest.model() + "/" + manifest.version() + " in " + root
                        + ". To continue from it online:");
        say(out, "  freshet demo " + settingsFor(root, fit.learner().model().config()));
    }

    private String settingsFor(StoreLocation root, ModelConfig model) {
        StringBuilder text = new StringBuilder();
        ModelSettings.of(name, root, model)
                .forEach((key, value) ->
                        text.append(" --set ").append(key).append('=').append(value));
        return text.toString().strip();
    }

    private void say(PrintStream out, String line) {
        if (!quiet) {
            out.println(line);
            out.flush();
        }
    }
}
