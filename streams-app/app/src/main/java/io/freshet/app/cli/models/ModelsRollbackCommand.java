package io.freshet.app.cli.models;

import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.ModelSourceOptions;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.publish.ServedVersion;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code freshet models rollback}. */
@Command(
        name = "rollback",
        description = {
            "Makes every scorer serve an older snapshot, without anything that was learned after it, until 'freshet"
                    + " models resume'. Training continues, and scorers can catch up at any time; the snapshot is kept"
                    + " until then. Writes the rollback to the topic of the manifests, under the model's name.",
            ""
        })
final class ModelsRollbackCommand extends FreshetCommand {
    @Parameters(paramLabel = "VERSION", description = "Version of the snapshot; see 'freshet models list'.")
    private String version = "";

    @Mixin
    private ModelSourceOptions place;

    @Override
    public Integer call() throws Exception {
        try (ModelSourceOptions.Opened opened = place.open(spec);
                ServedVersion served = new ServedVersion(opened.config().trainer())) {
            requireGood(opened);
            Rollback rollback = served.rollBack(version, Instant.now());
            System.out.printf(
                    Locale.ROOT,
                    "Scorers of model %s serve %s instead of %s and later updates; 'freshet models resume' ends the"
                            + " rollback%n",
                    rollback.model(),
                    rollback.served(),
                    rollback.rollbackOf());
            System.out.flush();
            return 0;
        }
    }

    /** Requires that the snapshot exists and passes its checks; otherwise scorers would keep what they serve now. */
    private void requireGood(ModelSourceOptions.Opened opened) throws Exception {
        String model = opened.config().get(ModelStoreKeys.MODEL_NAME);
        try {
            opened.store().open(model, version).close();
        } catch (NoSuchFileException | IllegalArgumentException e) {
            throw refused("no such snapshot of model " + model + ": " + version + "; there are "
                    + opened.store().versions(model));
        }
    }
}
