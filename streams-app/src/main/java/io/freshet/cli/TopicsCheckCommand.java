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

/** {@code freshet topics check}. */
@Command(
        name = "check",
        description = {
            "Holds each topic against what it is to be: whether it is there and has its leaders; partitions that must"
                    + " agree; cleanup, retention and the length of records; copies against brokers, and how many of"
                    + " them must be in sync. Names each difference and what to do about it, and changes nothing.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        footerHeading = "%nEnds with 1 where there is a problem; warnings alone leave it at 0.%n")
final class TopicsCheckCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOptions options;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what was found there.")
    private @Nullable Path json;

    TopicsCheckCommand() {}

    @Override
    public Integer call() throws Exception {
        TopicsCheck topics = new TopicsCheck(options.load(spec));
        return FindingsReport.exitCode(topics::look, System.out, json);
    }
}
