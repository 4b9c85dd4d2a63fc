package io.freshet.store;

import io.freshet.snapshot.FileEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files that a snapshot is to have, each with what writes it. Not thread-safe. */
public final class SnapshotFiles {
    /** Writes a whole file; the store sees to its durability. */
    @FunctionalInterface
    public interface Content {
        /** Creates the file, which does not exist yet. */
        void writeTo(Path file) throws IOException;
    }

    private final SortedMap<String, Content> contents = new TreeMap<>();

    /**
     * Adds a file.
     *
     * @throws IllegalArgumentException for a name that is not a plain one, or stands already
     */
    public SnapshotFiles add(String name, Content content) {
        FileEntry.requireName(name);
        if (contents.putIfAbsent(name, content) != null) {
            throw new IllegalArgumentException("file must be added once: name=" + name);
        }
        return this;
    }

    /** Writes them into a folder; what they are, in order of name. */
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
