package io.freshet.app.cli.run;

import io.freshet.app.check.Finding;
import io.freshet.app.check.TopicsCheck;
import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that checks the topics of a configuration and prints the findings. */
@Command(footerHeading = "%nThe exit code is 1 if there is a problem, and 0 if there are only warnings.%n")
abstract class TopicsFindings extends FreshetCommand {
    @Mixin
    private ConfigOptions options;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the findings to this file.")
    private @Nullable Path json;

    abstract List<Finding> of(TopicsCheck topics) throws InterruptedException;

    @Override
    public Integer call() throws Exception {
        TopicsCheck topics = new TopicsCheck(options.load(spec));
        return FindingsReport.exitCode(() -> of(topics), System.out, json);
    }
}
