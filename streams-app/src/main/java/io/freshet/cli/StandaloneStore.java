package io.freshet.cli;

import io.freshet.config.FreshetConfig;
import io.freshet.config.ModelStores;
import io.freshet.store.SnapshotStore;
import io.freshet.store.StoreLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Opens a model store that an option names, without a configuration file. Settings for S3 come from the environment. */
final class StandaloneStore {
    private StandaloneStore() {}

    /** Opens the store, which need not exist yet. */
    static SnapshotStore open(StoreLocation location) throws IOException {
        String work = Path.of(System.getProperty("java.io.tmpdir"), "freshet").toString();
        return ModelStores.open(
                location, FreshetConfig.load(null, Environment.ofConfiguration(), Map.of("state.dir", work)));
    }

    /** Opens a store; if it is a folder, the folder must exist. */
    static SnapshotStore openExisting(StoreLocation location, String option, CommandSpec spec) throws IOException {
        if (location instanceof StoreLocation.Folder folder && !Files.isDirectory(folder.path())) {
            throw new ParameterException(spec.commandLine(), option + ": no such folder: " + folder.path());
        }
        return open(location);
    }
}
