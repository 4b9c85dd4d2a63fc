package io.freshet.cli;

import io.freshet.online.ServedVersion;
import io.freshet.snapshot.Rollback;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet models rollback}. */
@Command(
        name = "rollback",
        description = {
            "Has every scorer serve an older snapshot, and nothing that was learned after it, until 'freshet models"
                    + " resume'. Training goes on and can be caught up with at any time; the snapshot is kept meanwhile."
                    + " Says so in the topic of the manifests, under the model's name.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false)
final class ModelsRollbackCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "VERSION", description = "Which snapshot; 'freshet models list' names them.")
    private String version = "";

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ModelPlace place;

    ModelsRollbackCommand() {}

    @Override
    public Integer call() throws Exception {
        try (ModelPlace.Opened opened = place.open(spec);
                ServedVersion served = new ServedVersion(opened.config().trainer())) {
            requireGood(opened);
            Rollback rollback = served.rollBack(version, Instant.now());
            System.out.printf(
                    Locale.ROOT,
                    "Scorers of model %s serve %s in place of %s and what came after it; 'freshet models resume' ends"
                            + " that%n",
                    rollback.model(),
                    rollback.served(),
                    rollback.rollbackOf());
            System.out.flush();
            return 0;
        }
    }

    /** Requires that the snapshot exists and passes its checks; otherwise scorers would keep what they serve now. */
    private void requireGood(ModelPlace.Opened opened) throws Exception {
        try {
            opened.store().open(opened.config().modelName(), version).close();
        } catch (NoSuchFileException | IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no such snapshot of model " + opened.config().modelName() + ": " + version + "; there are "
                            + opened.store().versions(opened.config().modelName()));
        }
    }
}
