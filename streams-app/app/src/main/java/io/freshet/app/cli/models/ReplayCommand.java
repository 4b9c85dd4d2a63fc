package io.freshet.app.cli.models;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.InstantConverter;
import io.freshet.app.cli.option.ModelSourceOptions;
import io.freshet.app.cli.option.ScratchStore;
import io.freshet.app.cli.option.StandaloneStore;
import io.freshet.app.cli.option.StoreLocationConverter;
import io.freshet.store.SnapshotStore;
import io.freshet.store.StoreLocation;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.journal.JournalReplay;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet replay}. */
@Command(
        name = "replay",
        description = {
            "Rebuilds the model of any moment: starts from a snapshot or an untrained model, replays the steps of the"
                    + " journal, and prints the SHA-256 of every part of the model. The same configuration gives the"
                    + " same bytes as in the trainer. Changes nothing on Kafka, and does not disturb a trainer.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet replay --config freshet.properties --from-start --json model.json",
            "      the model at the end of the journal, replayed from the beginning",
            "  freshet replay --config freshet.properties --to-step 5000 --into old-models",
            "      the model after step 5000, as a snapshot in the model store old-models",
            "  freshet replay --config freshet.properties --to-time 2026-03-01T10:00:00Z",
            "      the model of that moment, from the newest snapshot before it",
            "  freshet replay --state run1 --from-start",
            "      the model that freshet demo --state run1 has learned",
            "",
            "The exit code is 1 if a step or the weights differ from the journal: with another configuration than the"
                    + " trainer's, or, with a network of DL4J, on another CPU."
        })
public final class ReplayCommand extends FreshetCommand {
    @Mixin
    private ModelSourceOptions place;

    @Option(
            names = "--to-step",
            paramLabel = "N",
            description = "Replay to this step. Default: to the end of the" + " journal.")
    private @Nullable Long toStep;

    @Option(
            names = "--to-time",
            paramLabel = "TIME",
            converter = InstantConverter.class,
            description = "Replay to the last step that was in the journal at that time, such as 2026-03-01T10:13:20Z.")
    private @Nullable Instant toTime;

    @Option(
            names = "--from-start",
            description = "Start from an untrained model. Default: from the newest snapshot before the end.")
    private boolean fromStart;

    @Option(names = "--from", paramLabel = "VERSION", description = "Start from this snapshot of the model store.")
    private @Nullable String fromVersion;

    @Option(
            names = "--into",
            paramLabel = "DIR|URL",
            converter = StoreLocationConverter.class,
            description =
                    "Write the model as a snapshot into this model store, a folder or s3://bucket/prefix, which must"
                            + " not be the trainer's. Default: print the digests only.")
    private @Nullable StoreLocation into;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the digests and their origin to this file.")
    private @Nullable Path json;

    /**
     * The JSON document that {@code --json} writes, with one component for each key.
     *
     * @param from version of the snapshot that the replay started from; empty for a model that has seen nothing
     * @param steps number of steps that were replayed
     * @param records number of input records that the model has learned from
     * @param mismatches number of steps and deltas that differ from the log
     * @param inputs positions up to which the model has learned from its inputs
     * @param files the files of the model, with their digests
     */
    record Report(
            String model,
            String from,
            long step,
            String version,
            long steps,
            long records,
            long mismatches,
            List<TopicPosition> inputs,
            List<FileEntry> files,
            double seconds) {}

    @Override
    public Integer call() throws Exception {
        if (toStep != null && toTime != null) {
            throw refused("--to-step and --to-time both set the end: give one");
        }
        if (fromStart && fromVersion != null) {
            throw refused("--from-start and --from both set the beginning: give one");
        }
        if (toStep != null && toStep < 0) {
            throw refused("--to-step must not be negative: " + toStep);
        }
        try (ModelSourceOptions.Opened opened = place.open(spec)) {
            if (into != null && isSame(into, opened.config().modelStore())) {
                throw refused("--into must not be the trainer's own model store, which has one writer: " + into);
            }
            Report report = replay(opened);
            print(report, System.out);
            JsonFile.write(json, report);
            return report.mismatches() == 0 ? 0 : 1;
        }
    }

    private Report replay(ModelSourceOptions.Opened opened) throws IOException {
        long started = System.nanoTime();
        try (JournalReplay replay = begin(opened.config().trainer(), opened.store())) {
            go(replay);
            Manifest manifest = save(replay);
            return new Report(
                    manifest.model(),
                    replay.startVersion(),
                    replay.step(),
                    manifest.version(),
                    replay.steps(),
                    replay.records(),
                    replay.mismatches(),
                    replay.positions(),
                    manifest.files(),
                    (System.nanoTime() - started) / 1e9);
        }
    }

    private JournalReplay begin(OnlineConfig config, SnapshotStore store) throws IOException {
        if (fromStart) {
            return JournalReplay.fromStart(config);
        }
        return fromVersion == null
                ? JournalReplay.fromNewest(config, store, this::leadsThere)
                : JournalReplay.fromVersion(config, store, fromVersion);
    }

    private boolean leadsThere(Manifest manifest) {
        return (toStep == null || manifest.step() <= toStep)
                && (toTime == null || !manifest.createdAt().isAfter(toTime));
    }

    private void go(JournalReplay replay) {
        if (toTime != null) {
            replay.runToTime(toTime);
        } else if (toStep == null) {
            replay.runToEnd();
        } else if (replay.step() > toStep || !replay.runToStep(toStep)) {
            throw refused("--to-step: the journal does not lead to step " + toStep + " from there; the replay is at"
                    + " step "
                    + replay.step());
        }
    }

    private Manifest save(JournalReplay replay) throws IOException {
        if (into != null) {
            return replay.save(StandaloneStore.open(into), Instant.now());
        }
        try (ScratchStore scratch = new ScratchStore()) {
            Manifest manifest = replay.save(scratch.store(), Instant.now());
            scratch.discard(manifest);
            return manifest;
        }
    }

    private void print(Report report, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%s/%s, step %,d: %,d steps replayed from %s in %.1f s%n",
                report.model(),
                report.version(),
                report.step(),
                report.steps(),
                report.from().isEmpty() ? "an untrained model" : "snapshot " + report.from(),
                report.seconds());
        report.files().forEach(file -> out.printf(Locale.ROOT, "  %s  %s%n", file.sha256(), file.name()));
        if (report.mismatches() > 0) {
            out.printf(
                    Locale.ROOT,
                    "NOT the trainer's model: %,d steps or deltas differ from the journal%n",
                    report.mismatches());
        }
        if (into != null) {
            out.printf(Locale.ROOT, "Written into %s%n", into);
        }
        out.flush();
    }

    private static boolean isSame(StoreLocation one, StoreLocation other) {
        return absolute(one).equals(absolute(other));
    }

    private static StoreLocation absolute(StoreLocation location) {
        return location instanceof StoreLocation.Folder folder
                ? new StoreLocation.Folder(folder.path().toAbsolutePath().normalize())
                : location;
    }
}
