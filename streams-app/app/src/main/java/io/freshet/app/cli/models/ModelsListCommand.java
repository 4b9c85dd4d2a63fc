package io.freshet.app.cli.models;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.service.config.FreshetConfig;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.publish.ServedVersion;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet models list}. */
@Command(
        name = "list",
        description = {"Lists the snapshots of a model, oldest first, and says whether a rollback is in force.", ""})
final class ModelsListCommand extends FreshetCommand {
    private static final String NDCG = "prequential_window_ndcg10";

    @Mixin
    private SnapshotSourceOptions place;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the manifests and the rollback to this file.")
    private @Nullable Path json;

    /**
     * The JSON document that {@code --json} writes, with one component for each key.
     *
     * @param snapshots oldest first; snapshots whose manifest cannot be read are left out
     * @param rollback the rollback in force; null if there is none or no Kafka to ask
     */
    record Report(
            String model,
            List<Snapshot> snapshots,
            @Nullable Served rollback) {}

    /** A snapshot of the list. */
    record Snapshot(
            String version,
            long step,
            String createdAt,
            long bytes,
            @Nullable Double ndcg10,
            boolean held) {
        static Snapshot of(Manifest manifest) {
            return new Snapshot(
                    manifest.version(),
                    manifest.step(),
                    manifest.createdAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                    manifest.files().stream().mapToLong(FileEntry::length).sum(),
                    manifest.metrics().get(NDCG),
                    manifest.held());
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "%s  %s  %,10.1f MB%s%s",
                    version,
                    createdAt,
                    bytes / 1e6,
                    ndcg10 == null ? "" : String.format(Locale.ROOT, "  NDCG@10 %.4f", ndcg10),
                    held ? "  held back" : "");
        }
    }

    /** A rollback in force. */
    record Served(String served, String rollbackOf, String since) {
        static Served of(Rollback rollback) {
            return new Served(
                    rollback.served(), rollback.rollbackOf(), rollback.since().toString());
        }
    }

    @Override
    public Integer call() throws Exception {
        try (SnapshotSourceOptions.Opened opened = place.open(spec)) {
            Report report = report(opened, System.out);
            report.snapshots().forEach(snapshot -> System.out.println(snapshot.line()));
            System.out.println(served(report, opened.config()));
            System.out.flush();
            JsonFile.write(json, report);
            return 0;
        }
    }

    private static Report report(SnapshotSourceOptions.Opened opened, PrintStream out) throws IOException {
        List<Snapshot> snapshots = new ArrayList<>();
        for (String version : opened.store().versions(opened.modelName())) {
            try {
                snapshots.add(Snapshot.of(opened.store().manifest(opened.modelName(), version)));
            } catch (IOException | FormatException e) {
                out.println(version + "  cannot be read: " + e.getMessage());
            }
        }
        FreshetConfig config = opened.config();
        return new Report(opened.modelName(), snapshots, config == null ? null : rollback(config));
    }

    private static @Nullable Served rollback(FreshetConfig config) {
        try (ServedVersion served = new ServedVersion(config.trainer())) {
            return served.rollback().map(Served::of).orElse(null);
        }
    }

    private static String served(Report report, @Nullable FreshetConfig config) {
        Served rollback = report.rollback();
        if (rollback != null) {
            return String.format(
                    Locale.ROOT,
                    "Rolled back since %s: scorers serve %s and no later update; 'freshet models resume' ends the"
                            + " rollback",
                    rollback.since(),
                    rollback.served());
        }
        if (report.snapshots().isEmpty()) {
            return "No snapshot of model " + report.model();
        }
        if (report.snapshots().getLast().held()) {
            return "Scorers serve the model as it was published before model " + report.model()
                    + " was held back for its figures";
        }
        return config == null ? "Model " + report.model() : "Scorers serve the newest snapshot and follow the log";
    }
}
