package io.freshet.app.cli.option;

import io.freshet.app.cli.console.Environment;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelStores;
import io.freshet.store.SnapshotStore;
import io.freshet.store.StoreLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Opens a model store that an option names, without a configuration file. Settings for S3 come from the environment. */
public final class StandaloneStore {
    private StandaloneStore() {}

    /** Opens the store, which need not exist yet. */
    public static SnapshotStore open(StoreLocation location) throws IOException {
        String work = Path.of(System.getProperty("java.io.tmpdir"), "freshet").toString();
        return ModelStores.open(
                location, FreshetConfig.load(null, Environment.ofConfiguration(), Map.of("state.dir", work)));
    }

    /** Opens a store; if it is a folder, the folder must exist. */
    public static SnapshotStore openExisting(StoreLocation location, String option, CommandSpec spec)
            throws IOException {
        if (location instanceof StoreLocation.Folder folder && !Files.isDirectory(folder.path())) {
            throw new ParameterException(spec.commandLine(), option + ": no such folder: " + folder.path());
        }
        return open(location);
    }
}
