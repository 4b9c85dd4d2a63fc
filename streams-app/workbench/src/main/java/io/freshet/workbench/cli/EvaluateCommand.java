package io.freshet.workbench.cli;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.fit.LeaveOneOutMetrics;
import io.freshet.app.cli.option.DataOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.SeenChoice;
import io.freshet.app.cli.option.StandaloneStore;
import io.freshet.app.cli.option.StoreLocationConverter;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotStore;
import io.freshet.store.StoreLocation;
import io.freshet.training.fit.HeldOut;
import io.freshet.training.fit.LeaveOneOut;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.metrics.SeenItems;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet evaluate}. */
@Command(
        name = "evaluate",
        description = {
            "Measures a snapshot on a finished file, as freshet fit does: ranks each user's last item (test), and the"
                    + " one before it (validation), among all items, given the user's earlier items. The model does"
                    + " not learn; items that it does not know rank as new ones. A model that has learned from these"
                    + " same items, such as an online one, gets figures that are too high.",
            ""
        },
        synopsisSubcommandLabel = "[COMMAND]",
        subcommands = {EvaluatePrequentialCommand.class, EvaluateContinualCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet fit --data beauty.txt --preset beauty --snapshot models",
            "  freshet evaluate --snapshot models --data beauty.txt",
            "      the newest snapshot of the model 'default'; repeats the figures of fit",
            "  freshet evaluate --snapshot run1/models --data later.csv --mask-seen false --json out.json",
            "      the model that freshet demo --state run1 has learned"
        })
public final class EvaluateCommand extends FreshetCommand {
    // Not declared as required, because the sub-commands do not need it.
    @Option(
            names = "--snapshot",
            paramLabel = "DIR|URL",
            converter = StoreLocationConverter.class,
            description = "The model store, a folder or s3://bucket/prefix.")
    private @Nullable StoreLocation store;

    @Option(
            names = "--name",
            paramLabel = "MODEL",
            defaultValue = "default",
            description = "Model in the store. Default: ${DEFAULT-VALUE}.")
    private String name = "default";

    @Option(
            names = "--snapshot-version",
            paramLabel = "VERSION",
            description = "Version of the snapshot. Default: the newest.")
    private @Nullable String version;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--mask-seen",
            paramLabel = "auto|true|false",
            defaultValue = "auto",
            description = "Leave out items that the user has seen; auto does so unless a user returns to an item."
                    + " Default: ${DEFAULT-VALUE}.")
    private SeenChoice maskSeen = SeenChoice.AUTO;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads. Default: one for each processor.")
    private int workers;

    @Option(names = "--json", paramLabel = "FILE", description = "Write settings, figures and seconds to this file.")
    private @Nullable Path json;

    /** The JSON document that {@code --json} writes, with one component for each key. */
    record Report(
            Map<String, Object> settings, LeaveOneOutMetrics validation, LeaveOneOutMetrics test, double seconds) {}

    @Override
    public Integer call() throws Exception {
        if (store == null) {
            throw refused("Missing required option: '--snapshot=DIR|URL'");
        }
        String file = data.name(spec);
        try (Snapshot snapshot = open(store);
                RecommenderModel model = ModelSnapshot.read(snapshot)) {
            evaluate(file, snapshot.manifest().version(), model, System.out);
        }
        return 0;
    }

    private Snapshot open(StoreLocation root) throws IOException {
        SnapshotStore snapshots = StandaloneStore.openExisting(root, "--snapshot", spec);
        List<String> versions = snapshots.versions(name);
        if (versions.isEmpty() || (version != null && !versions.contains(version))) {
            throw refused("no such snapshot in " + root + ": model=" + name + " version="
                    + (version == null ? "any" : version) + "; there are " + versions);
        }
        return snapshots.open(name, version == null ? versions.getLast() : version);
    }

    private void evaluate(String file, String openedVersion, RecommenderModel model, PrintStream out)
            throws IOException {
        int known = model.vocabulary().size();
        DataOptions.Data read = data.read(model::addIfAbsent, out::println);
        SequenceDataset sequences = read.sequences();
        SeenItems seen = maskSeen.of(sequences);
        int items = model.vocabulary().size();
        out.printf(
                Locale.ROOT,
                "%s/%s, %,d users, %,d items%s%s%n",
                name,
                openedVersion,
                sequences.users(),
                items,
                items > known ? String.format(Locale.ROOT, ", %,d of them unknown to the model", items - known) : "",
                seen == SeenItems.MASKED ? "; seen items are masked" : "");
        Map<String, Object> settings = settings(file, openedVersion, sequences, items - known, seen);
        settings.put("input", read.summary());
        Report report = measure(sequences, seen, model, settings);
        out.println(LeaveOneOutMetrics.HEADER);
        out.println(report.validation().row("validation"));
        out.println(report.test().row("test"));
        out.flush();
        JsonFile.write(json, report);
    }

    private Report measure(
            SequenceDataset sequences, SeenItems seen, RecommenderModel model, Map<String, Object> settings) {
        long start = System.nanoTime();
        int threads = workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
        try (LeaveOneOut evaluation = new LeaveOneOut(sequences, seen, model.config(), threads)) {
            LeaveOneOutMetrics validation = LeaveOneOutMetrics.of(evaluation.measure(model, HeldOut.VALIDATION));
            LeaveOneOutMetrics test = LeaveOneOutMetrics.of(evaluation.measure(model, HeldOut.TEST));
            return new Report(settings, validation, test, (System.nanoTime() - start) / 1e9);
        } catch (IllegalArgumentException e) {
            throw refused("--data: " + e.getMessage());
        }
    }

    private Map<String, Object> settings(
            String file, String openedVersion, SequenceDataset sequences, int unknown, SeenItems seen) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("data", file);
        values.put("model", name);
        values.put("version", openedVersion);
        values.put("users", sequences.users());
        values.put("interactions", sequences.interactions());
        values.put("unknown_items", unknown);
        values.put("mask_seen", seen == SeenItems.MASKED);
        return values;
    }
}
