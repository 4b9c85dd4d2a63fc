package io.freshet.app.cli.models;

import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.ModelSourceOptions;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.publish.ServedVersion;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet models prune}. */
@Command(
        name = "prune",
        description = {
            "Removes snapshots past their retention, as the trainer does after each snapshot that it writes; never the"
                    + " newest, nor one that is served. Scorers are told first, so the command needs the Kafka that"
                    + " they run on.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet models prune --config freshet.properties --keep 10 --keep-daily 30 --dry-run",
            "      show what would be removed, and why the others stay"
        })
final class ModelsPruneCommand extends FreshetCommand {
    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "Number of newest snapshots to keep. Default: online.snapshots.kept.")
    private @Nullable Integer keep;

    @Option(
            names = "--keep-daily",
            paramLabel = "DAYS",
            description = "Number of newest days whose last snapshot is kept. Default: online.snapshots.kept.days.")
    private @Nullable Integer keepDaily;

    @Option(names = "--dry-run", description = "Show what would be removed, and remove nothing.")
    private boolean dryRun;

    @Mixin
    private ModelSourceOptions place;

    @Override
    public Integer call() throws Exception {
        try (ModelSourceOptions.Opened opened = place.open(spec);
                ServedVersion served = new ServedVersion(opened.config().trainer())) {
            RetentionPolicy policy =
                    policy(opened.config().trainer().publishing().retention());
            String model = opened.config().get(ModelStoreKeys.MODEL_NAME);
            new Pruning(opened.store(), model, policy, served, dryRun, System.out).run();
            System.out.flush();
            return 0;
        }
    }

    private RetentionPolicy policy(RetentionPolicy configured) {
        try {
            return new RetentionPolicy(
                    keep == null ? configured.newest() : keep, keepDaily == null ? configured.days() : keepDaily);
        } catch (IllegalArgumentException e) {
            throw refused("--keep must be at least 1 and --keep-daily at least 0: " + e.getMessage());
        }
    }

    /** One pass over the snapshots of a model. */
    private record Pruning(
            SnapshotStore store,
            String model,
            RetentionPolicy policy,
            ServedVersion served,
            boolean dryRun,
            PrintStream out) {
        void run() throws IOException {
            Map<String, RetentionPolicy.Decision> decisions = policy.decide(store, model, wanted());
            int surplus = 0;
            for (Map.Entry<String, RetentionPolicy.Decision> decision : decisions.entrySet()) {
                if (decision.getValue() == RetentionPolicy.Decision.SURPLUS) {
                    remove(decision.getKey());
                    surplus++;
                } else {
                    out.println(decision.getKey() + "  stays: " + reason(decision.getValue()));
                }
            }
            out.printf(
                    Locale.ROOT,
                    "%d of %d %s%n",
                    surplus,
                    decisions.size(),
                    dryRun ? "would be removed" : "selected for removal");
        }

        /** Returns the snapshot that a rollback serves and the newest that is not held back, with which scorers start. */
        private Set<String> wanted() {
            Set<String> wanted = new HashSet<>();
            served.rollback().map(Rollback::served).ifPresent(wanted::add);
            served.snapshots().stream()
                    .filter(known -> !known.held())
                    .map(Manifest::version)
                    .findFirst()
                    .ifPresent(wanted::add);
            return wanted;
        }

        private void remove(String version) throws IOException {
            if (dryRun) {
                out.println(version + "  would be removed");
            } else if (served.forget(version)) {
                store.delete(model, version);
                out.println(version + "  is removed");
            } else {
                out.println(version + "  stays: a rollback to it has just been requested");
            }
        }

        private String reason(RetentionPolicy.Decision decision) {
            return switch (decision) {
                case WANTED -> "it is served";
                case AMONG_THE_NEWEST -> "among the newest " + policy.newest();
                case LAST_OF_ITS_DAY -> "the last of its day";
                case UNREADABLE -> "it cannot be read, and the kept snapshots are older";
                case SURPLUS -> throw new IllegalArgumentException("it does not stay");
            };
        }
    }
}
