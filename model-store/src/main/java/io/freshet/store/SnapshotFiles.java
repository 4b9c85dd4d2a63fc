package io.freshet.store;

import io.freshet.store.snapshot.FileEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files of a snapshot to be written, each with its writer. Not thread-safe. */
public final class SnapshotFiles {
    /** Writes a whole file. The store makes it durable. */
    @FunctionalInterface
    public interface Content {
        /** Creates and writes the file, which does not exist yet. */
        void writeTo(Path file) throws IOException;
    }

    private final SortedMap<String, Content> contents = new TreeMap<>();

    /**
     * Adds a file.
     *
     * @throws IllegalArgumentException if the name is not a plain file name, or has been added already
     */
    public SnapshotFiles add(String name, Content content) {
        FileEntry.requireName(name);
        if (contents.putIfAbsent(name, content) != null) {
            throw new IllegalArgumentException("file must be added once: name=" + name);
        }
        return this;
    }

    /** Writes the files into a folder and returns their entries in order of name. */
    List<FileEntry> writeInto(Path folder) throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        for (var content : contents.entrySet()) {
            Path file = folder.resolve(content.getKey());
            content.getValue().writeTo(file);
            entries.add(FileDigest.entry(file));
        }
        return entries;
    }
}
