package io.freshet.app.cli.models;

import io.freshet.app.cli.console.BuildVersion;
import io.freshet.app.cli.option.ModelSourceOptions;
import io.freshet.training.publish.ServedVersion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code freshet models resume}. */
@Command(
        name = "resume",
        description = {"Ends a rollback: scorers serve the newest snapshot and follow the log again.", ""},
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false)
final class ModelsResumeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ModelSourceOptions place;

    ModelsResumeCommand() {}

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
