package io.freshet.app.cli.option;

import io.freshet.app.cli.console.BuildVersion;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command, with {@code --help} and {@code --version}. Its help shows the options in the order of their fields. */
@Command(mixinStandardHelpOptions = true, versionProvider = BuildVersion.class, sortOptions = false)
public abstract class FreshetCommand implements Callable<Integer> {
    @Spec
    protected CommandSpec spec;

    protected FreshetCommand() {}

    /** Returns the exception that refuses the call as wrong usage, with this message. */
    protected final ParameterException refused(@Nullable String message) {
        return new ParameterException(spec.commandLine(), String.valueOf(message));
    }
}
