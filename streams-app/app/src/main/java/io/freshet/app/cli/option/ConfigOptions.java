package io.freshet.app.cli.option;

import io.freshet.app.cli.console.Environment;
import io.freshet.service.config.EffectiveSetting;
import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options that select the configuration of a command. */
public final class ConfigOptions {
    @Mixin
    private final ConfigFileOption config = new ConfigFileOption();

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
        return config.file(spec);
    }

    /** Returns the settings of {@code --set}. */
    public Map<String, String> settings() {
        return settings;
    }
}
