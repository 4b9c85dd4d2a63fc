package io.freshet.app.cli.models;

import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.option.ModelSourceOptions;
import io.freshet.training.publish.ServedVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code freshet models resume}. */
@Command(
        name = "resume",
        description = {"Ends a rollback: scorers serve the newest snapshot and follow the log again.", ""})
final class ModelsResumeCommand extends FreshetCommand {
    @Mixin
    private ModelSourceOptions place;

    @Override
    public Integer call() throws Exception {
        try (ModelSourceOptions.Opened opened = place.open(spec);
                ServedVersion served = new ServedVersion(opened.config().trainer())) {
            System.out.println(
                    served.resume()
                            ? "Scorers serve the newest snapshot and follow the log"
                            : "No rollback was in force");
            System.out.flush();
            return 0;
        }
    }
}
