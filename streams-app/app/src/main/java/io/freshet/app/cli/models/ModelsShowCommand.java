package io.freshet.app.cli.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.service.config.FreshetConfig;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.publish.ServedVersion;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet models show}. */
@Command(
        name = "show",
        description = {
            "Shows a snapshot: when and from what it was made, the part of the log that it covers, its figures at the"
                    + " time, its files, and, if there is a Kafka to ask, whether it is served.",
            ""
        })
final class ModelsShowCommand extends FreshetCommand {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(
            paramLabel = "VERSION",
            arity = "0..1",
            defaultValue = SnapshotSourceOptions.LATEST,
            description = "Version of the snapshot; see 'freshet models list'. Default: ${DEFAULT-VALUE}.")
    private String version = SnapshotSourceOptions.LATEST;

    @Mixin
    private SnapshotSourceOptions place;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the manifest, and whether it is served, to" + " this file.")
    private @Nullable Path json;

    /**
     * The JSON document that {@code --json} writes, with one component for each key.
     *
     * @param served {@code newest}, {@code rolled-back-to}, {@code no} or {@code held}; null if there is no Kafka to ask
     */
    record Report(@Nullable String served, JsonNode manifest) {}

    @Override
    public Integer call() throws Exception {
        try (SnapshotSourceOptions.Opened opened = place.open(spec)) {
            String found = opened.find(version, spec);
            Manifest manifest = opened.store().manifest(opened.modelName(), found);
            String served = opened.config() == null ? null : served(manifest, opened.config());
            print(manifest, served, System.out);
            JsonFile.write(json, new Report(served, JSON.readTree(ManifestCodec.toJson(manifest))));
            return 0;
        }
    }

    private static String served(Manifest manifest, FreshetConfig config) {
        try (ServedVersion served = new ServedVersion(config.trainer())) {
            String rolledBackTo = served.rollback().map(Rollback::served).orElse("");
            String newest = served.snapshots().stream()
                    .filter(known -> !known.held())
                    .map(Manifest::version)
                    .findFirst()
                    .orElse("");
            if (!rolledBackTo.isEmpty()) {
                return manifest.version().equals(rolledBackTo) ? "rolled-back-to" : "no";
            }
            if (manifest.held()) {
                return "held";
            }
            return manifest.version().equals(newest) ? "newest" : "no";
        }
    }

    private static void print(Manifest manifest, @Nullable String served, PrintStream out) {
        line(out, "snapshot", manifest.model() + "/" + manifest.version());
        line(out, "written", manifest.createdAt().truncatedTo(ChronoUnit.SECONDS) + ", after step " + manifest.step());
        line(out, "lineage", Long.toString(manifest.lineage()));
        line(out, "served", explain(served, manifest.held()));
        String covers = "covers";
        line(out, covers, position(manifest.modelLog()));
        manifest.inputs().forEach(input -> line(out, "", position(input)));
        line(out, "seed", Long.toString(manifest.seed()));
        lines(out, "encoder", manifest.encoder());
        lines(out, "training", manifest.training());
        lines(out, "platform", manifest.platform());
        lines(out, "figures", manifest.metrics());
        String title = "files";
        for (FileEntry file : manifest.files()) {
            line(
                    out,
                    title,
                    String.format(
                            Locale.ROOT, "%-22s %,14d bytes  sha256 %s", file.name(), file.length(), file.sha256()));
            title = "";
        }
        out.flush();
    }

    private static String explain(@Nullable String served, boolean held) {
        return switch (served) {
            case "newest" -> "yes: scorers start with it and follow the log";
            case "rolled-back-to" -> "yes, and no later update: 'freshet models resume' ends the rollback";
            case "held" -> "no: it was held back for its figures";
            case "no" -> "no: another snapshot is served";
            case null, default -> held ? "it was held back for its figures" : "unknown without Kafka";
        };
    }

    private static String position(io.freshet.store.snapshot.TopicPosition position) {
        return String.format(
                Locale.ROOT,
                "%s, partition %d, up to offset %,d",
                position.topic(),
                position.partition(),
                position.offset());
    }

    private static void lines(PrintStream out, String title, Map<String, ?> values) {
        String first = title;
        for (var value : new TreeMap<>(values).entrySet()) {
            line(out, first, value.getKey() + " = " + value.getValue());
            first = "";
        }
    }

    private static void line(PrintStream out, String title, String text) {
        out.printf(Locale.ROOT, "%-10s %s%n", title, text);
    }
}
