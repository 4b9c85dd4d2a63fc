package io.freshet.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet models}. */
@Command(
        name = "models",
        description = {
            "Looks after the snapshots of a model: what there is, whether it is what it says, and which one is served.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ModelsListCommand.class,
            ModelsVerifyCommand.class,
            ModelsRollbackCommand.class,
            ModelsResumeCommand.class,
            CommandLine.HelpCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet models list --store models",
            "  freshet models verify --config freshet.properties",
            "      every file against its manifest, and every snapshot against what the journal leads to",
            "  freshet models rollback 000000000512-8d1f0c52ab94 --config freshet.properties",
            "      serve that one, while training goes on",
            "  freshet models resume --config freshet.properties",
            "      serve the newest again"
        })
final class ModelsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    ModelsCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Say what to do: freshet models list, verify, rollback or resume");
    }
}
