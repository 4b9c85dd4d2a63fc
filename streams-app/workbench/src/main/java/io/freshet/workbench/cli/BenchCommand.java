package io.freshet.workbench.cli;

import io.freshet.app.cli.option.FreshetCommand;
import picocli.CommandLine.Command;

/** {@code freshet bench}. */
@Command(
        name = "bench",
        description = "Measures how fast Freshet is on this machine, and what some settings bring.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchTrainCommand.class,
            BenchScoreCommand.class,
            BenchOnlineCommand.class,
            BenchDeltasCommand.class,
            BenchColdCommand.class,
            BenchRecoveryCommand.class,
            BenchScaleCommand.class
        })
public final class BenchCommand extends FreshetCommand {
    @Override
    public Integer call() {
        throw refused("Choose a benchmark: freshet bench train, score, online, deltas, cold, recovery or scale");
    }
}
