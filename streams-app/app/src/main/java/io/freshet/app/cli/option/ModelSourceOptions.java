package io.freshet.app.cli.option;

import io.freshet.app.check.Reachability;
import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.extension.EndedDemo;
import io.freshet.app.cli.extension.Workbench;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelStores;
import io.freshet.store.SnapshotStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that locate a model: in a running Kafka, or in the state folder of a demo. */
public final class ModelSourceOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "The .properties file that the trainer runs with.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the configuration, as for the trainer. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "The state folder of a demo that has ended, instead of a Kafka cluster: the demo's broker is"
                    + " started. Give the demo's --set options again.")
    private @Nullable Path state;

    /**
     * A model's configuration, Kafka and store.
     *
     * @param demo the demo's broker, started for this command; null if the configuration names a running Kafka
     */
    public record Opened(
            FreshetConfig config,
            SnapshotStore store,
            @Nullable EndedDemo demo) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (demo != null) {
                demo.close();
            }
        }
    }

    /** Returns whether one of the options is given. */
    public boolean isNamed() {
        return config != null || state != null || !settings.isEmpty();
    }

    /** Opens configuration and store, and requires that Kafka answers. Refuses options that contradict each other. */
    public Opened open(CommandSpec spec) throws IOException {
        Opened opened = openStore(spec);
        if (opened.demo() == null) {
            Reachability.require(opened.config());
        }
        return opened;
    }

    /** Opens configuration and store only; Kafka need not be reachable. */
    public Opened openStore(CommandSpec spec) throws IOException {
        if (config != null && state != null) {
            throw new ParameterException(spec.commandLine(), "--state has its own configuration: leave out --config");
        }
        if (config != null && !Files.isReadable(config)) {
            throw new ParameterException(
                    spec.commandLine(), "--config: no such file, or no right to read it: " + config);
        }
        if (state != null) {
            Workbench workbench = Workbench.find()
                    .orElseThrow(() -> new ParameterException(spec.commandLine(), Workbench.missing("--state")));
            EndedDemo demo = workbench.openDemo(state, settings, Environment.ofConfiguration());
            return new Opened(demo.config(), ModelStores.open(demo.config()), demo);
        }
        FreshetConfig loaded = FreshetConfig.load(config, Environment.ofConfiguration(), settings);
        return new Opened(loaded, ModelStores.open(loaded), null);
    }
}
