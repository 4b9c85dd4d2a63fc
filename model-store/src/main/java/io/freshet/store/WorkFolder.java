package io.freshet.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A folder for temporary subfolders, whose names begin with {@code prefix}. Creating a subfolder removes those that dead
 * processes left behind.
 */
record WorkFolder(Path root, String prefix, OrphanPolicy leftOvers) {
    /** Creates a subfolder, which the caller must remove. */
    Path begin() throws IOException {
        Files.createDirectories(root);
        removeAbandoned();
        return Files.createDirectory(root.resolve(prefix + UUID.randomUUID()));
    }

    private void removeAbandoned() throws IOException {
        for (Path folder : begun()) {
            if (leftOvers.isAbandoned(touched(folder))) {
                Durability.removeRecursively(folder);
            }
        }
    }

    private List<Path> begun() throws IOException {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    /** Returns the time of the last write in the folder; the maximum if the folder has just been removed. */
    private static Instant touched(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Instant touched = Files.getLastModifiedTime(folder).toInstant();
            for (Path file : (Iterable<Path>) files::iterator) {
                Instant written = Files.getLastModifiedTime(file).toInstant();
                touched = written.isAfter(touched) ? written : touched;
            }
            return touched;
        } catch (NoSuchFileException e) {
            return Instant.MAX;
        }
    }
}
