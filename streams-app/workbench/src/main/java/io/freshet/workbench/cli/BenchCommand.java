package io.freshet.workbench.cli;

import io.freshet.app.cli.console.BuildVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet bench}. */
@Command(
        name = "bench",
        description = "Measures how fast Freshet is on this machine.",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchTrainCommand.class,
            BenchScoreCommand.class,
            BenchOnlineCommand.class,
            BenchRecoveryCommand.class
        })
public final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    BenchCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Choose a benchmark: freshet bench train, score, online or recovery");
    }
}
