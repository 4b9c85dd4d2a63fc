package io.freshet.app.cli.models;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.ScratchStore;
import io.freshet.service.config.FreshetConfig;
import io.freshet.store.SnapshotStore;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.journal.JournalReplay;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet models verify}. */
@Command(
        name = "verify",
        description = {
            "Checks each file's length and SHA-256 against its manifest; with Kafka also recomputes the snapshot from"
                    + " the one before it by replaying the journal, and compares the result to the byte.",
            ""
        },
        footerHeading = "%nThe exit code is 1 if a snapshot differs from its manifest or from the replay of the"
                + " journal.%n")
final class ModelsVerifyCommand extends FreshetCommand {
    @Parameters(paramLabel = "VERSION", arity = "0..*", description = "Versions of the snapshots. Default: all.")
    private List<String> versions = new ArrayList<>();

    @Mixin
    private SnapshotSourceOptions place;

    @Option(names = "--from-start", description = "Recompute from an untrained model, over the whole journal.")
    private boolean fromStart;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the findings to this file.")
    private @Nullable Path json;

    /** The JSON document that {@code --json} writes, with one component for each key. */
    record Report(String model, List<Finding> snapshots) {}

    /**
     * The result of verifying a snapshot.
     *
     * @param filesAgree whether each file matches the manifest
     * @param replayAgrees whether replaying the journal gives the same bytes; null if that was not computed
     * @param details what differs, or why the replay was not computed
     */
    record Finding(
            String version, boolean filesAgree, @Nullable Boolean replayAgrees, List<String> details) {
        boolean isGood() {
            return filesAgree && !Boolean.FALSE.equals(replayAgrees);
        }

        String line() {
            String replay = replayAgrees == null
                    ? "not recomputed"
                    : replayAgrees ? "the journal gives the same bytes" : "THE JOURNAL GIVES OTHER BYTES";
            return version + "  " + (filesAgree ? "files agree" : "FILES DIFFER") + "  " + replay;
        }
    }

    @Override
    public Integer call() throws Exception {
        try (SnapshotSourceOptions.Opened opened = place.open(spec)) {
            List<Finding> findings = new ArrayList<>();
            try (Recomputation recomputation = recomputation(opened.config(), opened.store())) {
                for (String version : wanted(opened)) {
                    Finding finding = verify(opened, version, recomputation);
                    findings.add(finding);
                    System.out.println(finding.line());
                    finding.details().forEach(detail -> System.out.println("    " + detail));
                    System.out.flush();
                }
            }
            JsonFile.write(json, new Report(opened.modelName(), findings));
            return findings.stream().allMatch(Finding::isGood) ? 0 : 1;
        }
    }

    private @Nullable Recomputation recomputation(@Nullable FreshetConfig config, SnapshotStore store)
            throws IOException {
        return config == null ? null : new Recomputation(config, store, fromStart);
    }

    /** Returns the versions ordered by step, so that one replay passes all of them. */
    private Iterable<String> wanted(SnapshotSourceOptions.Opened opened) throws IOException {
        List<String> all = opened.store().versions(opened.modelName());
        if (!all.containsAll(versions) || all.isEmpty()) {
            throw refused("no such snapshot of model " + opened.modelName() + ": " + versions + "; there are " + all);
        }
        return versions.isEmpty() ? all : new TreeSet<>(versions);
    }

    private static Finding verify(
            SnapshotSourceOptions.Opened opened, String version, @Nullable Recomputation recomputation)
            throws IOException {
        Manifest manifest;
        try {
            manifest = opened.store().manifest(opened.modelName(), version);
            opened.store().open(opened.modelName(), version).close();
        } catch (IOException | FormatException e) {
            return new Finding(version, false, null, List.of(String.valueOf(e.getMessage())));
        }
        return recomputation == null ? new Finding(version, true, null, List.of()) : recomputation.compare(manifest);
    }

    /** A replay of the journal that recomputes all snapshots in turn. */
    private static final class Recomputation implements AutoCloseable {
        /** First format version of a manifest in which the rows of items are files of their own. */
        private static final int FIRST_WITH_ROW_FILES = 5;

        private final FreshetConfig config;
        private final SnapshotStore store;
        private final boolean fromStart;
        private final ScratchStore scratch = new ScratchStore();
        private @Nullable JournalReplay replay;

        Recomputation(FreshetConfig config, SnapshotStore store, boolean fromStart) throws IOException {
            this.config = config;
            this.store = store;
            this.fromStart = fromStart;
        }

        /**
         * Recomputes the snapshot and compares it with its manifest. Its step must not be below that of the previous call.
         */
        Finding compare(Manifest manifest) throws IOException {
            if (manifest.formatVersion() < FIRST_WITH_ROW_FILES) {
                return notComputed(
                        manifest,
                        "its files have the layout of format_version=" + manifest.formatVersion()
                                + ", and this program computes that of " + Manifest.FORMAT_VERSION);
            }
            try {
                JournalReplay begun = replay == null ? begin(manifest) : replay;
                replay = begun;
                if (!begun.runToStep(manifest.step()) || begun.step() > manifest.step()) {
                    return notComputed(manifest, "the journal does not lead there: it ends at step " + begun.step());
                }
                Manifest computed = begun.save(scratch.store(), Instant.now());
                scratch.discard(computed);
                List<String> differences = differences(manifest, computed);
                return new Finding(manifest.version(), true, differences.isEmpty(), differences);
            } catch (IllegalStateException e) {
                return notComputed(manifest, String.valueOf(e.getMessage()));
            }
        }

        private JournalReplay begin(Manifest manifest) throws IOException {
            return fromStart
                    ? JournalReplay.fromStart(config.trainer())
                    : JournalReplay.fromNewest(config.trainer(), store, earlier -> earlier.step() < manifest.step());
        }

        private static Finding notComputed(Manifest manifest, String why) {
            return new Finding(manifest.version(), true, null, List.of(why));
        }

        private static List<String> differences(Manifest manifest, Manifest computed) {
            Map<String, FileEntry> found =
                    computed.files().stream().collect(Collectors.toMap(FileEntry::name, Function.identity()));
            return manifest.files().stream()
                    .filter(file -> !file.equals(found.get(file.name())))
                    .map(file -> file.name() + ": sha256=" + file.sha256() + " in the snapshot, "
                            + (found.containsKey(file.name())
                                    ? found.get(file.name()).sha256()
                                    : "none")
                            + " by the journal")
                    .toList();
        }

        @Override
        public void close() throws IOException {
            if (replay != null) {
                replay.close();
            }
            scratch.close();
        }
    }
}
