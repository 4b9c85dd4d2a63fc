package io.freshet.lab.baseline;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folder of the public data sets, set by the system property or environment variable {@code FRESHET_DATA}. The
 * default is {@code ../shared/data} beside the checkout. Tests that need a missing data set are skipped.
 */
final class DataFolder {
    private DataFolder() {}

    static Path fileOrSkip(String name) {
        Path file = folder().resolve(name);
        assumeTrue(Files.isRegularFile(file), "needs the data file, set FRESHET_DATA: " + file.toAbsolutePath());
        return file;
    }

    private static Path folder() {
        String set = System.getProperty("FRESHET_DATA", System.getenv().getOrDefault("FRESHET_DATA", ""));
        return set.isEmpty() ? checkout().resolve("../shared/data").normalize() : Path.of(set);
    }

    private static Path checkout() {
        @Nullable Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.isDirectory(folder.resolve("model-store"))) {
            folder = folder.getParent();
        }
        return folder == null ? Path.of("").toAbsolutePath() : folder;
    }
}
