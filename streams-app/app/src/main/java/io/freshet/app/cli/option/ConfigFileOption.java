package io.freshet.app.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option that names the configuration file of a command. */
public final class ConfigFileOption {
    @Option(names = "--config", paramLabel = "FILE", description = "A .properties file with keys of the configuration.")
    private @Nullable Path config;

    /** Creates an option without a file. */
    public ConfigFileOption() {}

    /** Returns the file, which can be read; null if there is none. */
    public @Nullable Path file(CommandSpec spec) {
        if (config != null && !Files.isReadable(config)) {
            throw new ParameterException(
                    spec.commandLine(), "--config: no such file, or no right to read it: " + config);
        }
        return config;
    }
}
