package io.freshet.app.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Files of public data sets, in the folder that {@code FRESHET_DATA} names or beside the checkout. */
final class DataFile {
    private DataFile() {}

    /** Returns the file, or null if it does not exist. */
    static @Nullable Path find(String name) {
        String set = System.getProperty("FRESHET_DATA", System.getenv().getOrDefault("FRESHET_DATA", ""));
        Path folder = set.isEmpty() ? Path.of("..", "..", "..", "shared", "data") : Path.of(set);
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? file : null;
    }
}
