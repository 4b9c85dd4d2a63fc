package io.freshet.app.cli.run;

import io.freshet.app.cli.option.FreshetCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code freshet topics}. */
@Command(
        name = "topics",
        description = {
            "Manages the topics that a configuration names. 'freshet run' creates missing topics at its start, unless"
                    + " topics.create=false; use these commands to look first, or if your processes may not create"
                    + " topics.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TopicsCreateCommand.class, TopicsCheckCommand.class, CommandLine.HelpCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet topics create --config freshet.properties --set topics.partitions=12",
            "  freshet topics check --config freshet.properties",
            "      partitions, cleanup, retention, copies: every difference with its remedy"
        })
public final class TopicsCommand extends FreshetCommand {
    @Override
    public Integer call() {
        throw refused("Choose a command: freshet topics create or check");
    }
}
