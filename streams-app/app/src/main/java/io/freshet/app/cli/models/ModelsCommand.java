package io.freshet.app.cli.models;

import io.freshet.app.cli.option.FreshetCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code freshet models}. */
@Command(
        name = "models",
        description = {
            "Manages the snapshots of a model: lists, shows and verifies them, chooses the one that is served or learned"
                    + " from, removes old ones, and exports the vectors of the items.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ModelsListCommand.class,
            ModelsShowCommand.class,
            ModelsVerifyCommand.class,
            ModelsRollbackCommand.class,
            ModelsResumeCommand.class,
            ModelsAdoptCommand.class,
            ModelsExportCommand.class,
            ModelsPruneCommand.class,
            ModelsCheckEncoderCommand.class,
            CommandLine.HelpCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet models list --store models",
            "  freshet models verify --config freshet.properties",
            "      every file against its manifest, and every snapshot against a replay of the journal",
            "  freshet models rollback 000000000512-8d1f0c52ab94 --config freshet.properties",
            "      serve that snapshot while training continues",
            "  freshet models resume --config freshet.properties",
            "      serve the newest snapshot again",
            "  freshet models show latest --config freshet.properties",
            "      the log that it covers, its figures, its files, and whether it is served",
            "  freshet models export latest --store models --out vectors --format parquet",
            "  freshet models prune --config freshet.properties --keep 10 --keep-daily 30 --dry-run",
            "  freshet models check-encoder network.json",
            "      whether a Deeplearning4j network can be a model's encoder"
        })
public final class ModelsCommand extends FreshetCommand {
    @Override
    public Integer call() {
        throw refused("Choose a command: freshet models list, show, verify, rollback, resume, adopt, export, prune or"
                + " check-encoder");
    }
}
