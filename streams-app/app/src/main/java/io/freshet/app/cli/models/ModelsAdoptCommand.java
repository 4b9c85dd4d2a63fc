package io.freshet.app.cli.models;

import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.ModelSourceOptions;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.store.snapshot.Manifest;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.publish.Adoption;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet models adopt}. */
@Command(
        name = "adopt",
        description = {
            "Lets the trainer continue from a snapshot although the model log does not lead on from it: on another Kafka"
                    + " cluster, or if the records of the model log since the snapshot have expired. The snapshot gets a"
                    + " new lineage, which replaces all weights that scorers have. Run it while no trainer of the model"
                    + " runs, then start the trainer.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet models adopt 000000012000-5f3c09a1b2d4 --config freshet.properties --dry-run",
            "      show where learning would continue",
            "  freshet models adopt 000000012000-5f3c09a1b2d4 --config new-cluster.properties --learn-from end",
            "      continue on another cluster with the clicks of the future"
        })
final class ModelsAdoptCommand extends FreshetCommand {
    @Parameters(paramLabel = "VERSION", description = "Version of the snapshot; see 'freshet models list'.")
    private String version = "";

    @Option(
            names = "--learn-from",
            paramLabel = "snapshot|beginning|end",
            description =
                    "Where learning continues in the topic of sequences: snapshot, at the snapshot's positions, on"
                            + " the cluster where it was written; beginning, with all records that the topic has; end, with"
                            + " those written from now on. Default: snapshot.")
    private Adoption.LearnFrom learnFrom = Adoption.LearnFrom.SNAPSHOT;

    @Option(names = "--dry-run", description = "Show where learning would continue, and change nothing.")
    private boolean dryRun;

    @Mixin
    private ModelSourceOptions place;

    @Override
    public Integer call() throws Exception {
        try (ModelSourceOptions.Opened opened = place.open(spec)) {
            OnlineConfig config = opened.config().trainer();
            requireNoTrainer(
                    opened,
                    OnlineConfig.leaseGroup(
                            config.clients().transactionalId(),
                            config.learners().count()));
            Adoption adoption;
            try {
                adoption = Adoption.plan(config, opened.store(), version, learnFrom);
            } catch (NoSuchFileException e) {
                throw refused("no such snapshot of model " + config.modelName() + ": " + version + "; there are "
                        + opened.store().versions(config.modelName()));
            } catch (IllegalArgumentException e) {
                throw refused("--learn-from snapshot: " + e.getMessage() + "; choose --learn-from beginning or end");
            }
            print(adoption);
            if (!dryRun) {
                Manifest adopted = adoption.carryOut(opened.store());
                System.out.printf(
                        Locale.ROOT,
                        "Snapshot %s now begins lineage %d of model %s. Start the trainer: it continues from there.%n",
                        adopted.version(),
                        adopted.lineage(),
                        adopted.model());
            }
            System.out.flush();
            return 0;
        }
    }

    /** A running trainer would go on with its own weights, and go back to the adopted ones at its next start. */
    private void requireNoTrainer(ModelSourceOptions.Opened opened, String group) throws InterruptedException {
        int trainers;
        try (Admin admin = Admin.create(opened.config().kafka().forAdmin())) {
            trainers = Objects.requireNonNull(admin.describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group))
                    .get()
                    .members()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return;
            }
            throw new IllegalStateException("the group of the trainers must be readable: group=" + group, e.getCause());
        }
        if (trainers > 0) {
            throw refused("stop every trainer of model " + opened.config().get(ModelStoreKeys.MODEL_NAME)
                    + " first: running=" + trainers);
        }
    }

    private void print(Adoption adoption) {
        PrintStream out = System.out;
        Manifest snapshot = adoption.snapshot();
        out.printf(
                Locale.ROOT,
                "snapshot   %s, step %d, lineage %d%nlineage    %d%nmodel log  from offset %d%n",
                snapshot.version(),
                snapshot.step(),
                snapshot.lineage(),
                adoption.lineage(),
                adoption.modelLog().offset());
        for (Adoption.Input input : adoption.inputs()) {
            out.printf(
                    Locale.ROOT,
                    "%s-%d  from offset %d, %d waiting%s%n",
                    input.position().topic(),
                    input.position().partition(),
                    input.position().offset(),
                    input.waiting(),
                    input.expired() == 0 ? "" : ", " + input.expired() + " expired before they were learned");
        }
    }
}
