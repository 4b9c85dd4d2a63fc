package io.freshet.app.cli.run;

import io.freshet.app.cli.console.BuildVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet topics}. */
@Command(
        name = "topics",
        description = {
            "Manages the topics that a configuration names. 'freshet run' creates missing topics at its start, unless"
                    + " topics.create=false; use these commands to look first, or if your processes may not create"
                    + " topics.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TopicsCreateCommand.class, TopicsCheckCommand.class, CommandLine.HelpCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet topics create --config freshet.properties --set topics.partitions=12",
            "  freshet topics check --config freshet.properties",
            "      partitions, cleanup, retention, copies: every difference with its remedy"
        })
public final class TopicsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    TopicsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Choose a command: freshet topics create or check");
    }
}
