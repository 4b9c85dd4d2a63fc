package io.freshet.app.cli.models;

import io.freshet.app.cli.option.ModelSourceOptions;
import io.freshet.app.cli.option.StandaloneStore;
import io.freshet.app.cli.option.StoreLocationConverter;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.store.SnapshotStore;
import io.freshet.store.StoreLocation;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that locate snapshots: a store with the Kafka of its trainer, or a store alone. */
final class SnapshotSourceOptions {
    /** As a version, stands for the snapshot with the highest step. */
    static final String LATEST = "latest";

    @Option(
            names = "--store",
            paramLabel = "DIR|URL",
            converter = StoreLocationConverter.class,
            description = "The model store, a folder or s3://bucket/prefix, read without Kafka, instead of the options"
                    + " below.")
    private @Nullable StoreLocation store;

    @Option(
            names = "--name",
            paramLabel = "MODEL",
            defaultValue = "default",
            description = "With --store: the model in the store. Default: ${DEFAULT-VALUE}.")
    private String name = "default";

    @Mixin
    private ModelSourceOptions place;

    /**
     * A model's snapshots.
     *
     * @param withKafka the configuration and Kafka of its trainer; null for a store alone
     */
    record Opened(String modelName, SnapshotStore store, ModelSourceOptions.@Nullable Opened withKafka)
            implements AutoCloseable {
        /** Returns the configuration of the trainer; null for a store alone. */
        @Nullable
        FreshetConfig config() {
            return withKafka == null ? null : withKafka.config();
        }

        /** Returns the snapshot that a version names. Refuses one that the model does not have, and lists those that it has. */
        String find(String version, CommandSpec spec) throws IOException {
            List<String> all = store.versions(modelName);
            if (version.equals(LATEST) && !all.isEmpty()) {
                return all.getLast();
            }
            if (!all.contains(version)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no such snapshot of model " + modelName + ": " + version + "; there are " + all);
            }
            return version;
        }

        @Override
        public void close() throws IOException {
            if (withKafka != null) {
                withKafka.close();
            }
        }
    }

    /**
     * Opens the store, and requires that its Kafka, if there is one, answers. Refuses options that contradict each other.
     */
    Opened open(CommandSpec spec) throws IOException {
        return open(spec, true);
    }

    /** Opens the store only; its Kafka need not be reachable. */
    Opened openStore(CommandSpec spec) throws IOException {
        return open(spec, false);
    }

    private Opened open(CommandSpec spec, boolean withKafka) throws IOException {
        if (store == null) {
            ModelSourceOptions.Opened opened = withKafka ? place.open(spec) : place.openStore(spec);
            return new Opened(opened.config().get(ModelStoreKeys.MODEL_NAME), opened.store(), opened);
        }
        if (place.isNamed()) {
            throw new ParameterException(
                    spec.commandLine(), "--store cannot be combined with --config, --set or --state");
        }
        return new Opened(name, StandaloneStore.openExisting(store, "--store", spec), null);
    }
}
