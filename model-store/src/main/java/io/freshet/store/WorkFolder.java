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
 * A folder for unfinished things, each a folder of its own under a name that begins as given. What a process that died
 * has left there goes when the next one is begun.
 */
record WorkFolder(Path root, String prefix, LeftOvers leftOvers) {
    /** A new folder; its owner removes it. */
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

    /** When something in the folder was last written; now for one that has just gone. */
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
