package io.freshet.app.cli.option;

import io.freshet.app.cli.console.Environment;
import io.freshet.service.config.EffectiveSetting;
import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that select the configuration of a command. */
public final class ConfigOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "A .properties file with keys of the configuration.")
    private @Nullable Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Set a key of the configuration. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** Creates options without a configuration file. */
    public ConfigOptions() {}

    /** Reads the file, the environment and the settings. */
    public FreshetConfig load(CommandSpec spec) throws IOException {
        return FreshetConfig.load(file(spec), Environment.ofConfiguration(), settings);
    }

    /** Returns every setting with its origin. */
    public List<EffectiveSetting> effective(CommandSpec spec) throws IOException {
        return FreshetConfig.effective(file(spec), Environment.ofConfiguration(), settings);
    }

    /** Returns the file, which can be read; null if there is none. */
    public @Nullable Path file(CommandSpec spec) {
        if (config != null && !Files.isReadable(config)) {
            throw new ParameterException(
                    spec.commandLine(), "--config: no such file, or no right to read it: " + config);
        }
        return config;
    }

    /** Returns the settings of {@code --set}. */
    public Map<String, String> settings() {
        return settings;
    }
}
