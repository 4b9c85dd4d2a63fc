package io.freshet.cli;

import io.freshet.check.TopicsCheck;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freshet topics create}. */
@Command(
        name = "create",
        description = {
            "Makes those topics that are missing, with topics.partitions, topics.replication.factor, topics.retention.ms and"
                    + " the cleanup that each needs, says what it made, and then looks at all of them as check does."
                    + " Topics that are there are left as they are.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        footerHeading = "%nEnds with 1 where there is a problem; warnings alone leave it at 0.%n")
final class TopicsCreateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOptions options;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what was found there.")
    private @Nullable Path json;

    TopicsCreateCommand() {}

    @Override
    public Integer call() throws Exception {
        TopicsCheck topics = new TopicsCheck(options.load(spec));
        return FindingsReport.exitCode(topics::create, System.out, json);
    }
}
