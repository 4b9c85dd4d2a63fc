package io.freshet.store;

import io.freshet.store.snapshot.FileEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The files of a snapshot to be written, each with its writer. A file may be declared to be unchanged since an earlier
 * snapshot of the same model; a store then takes it from there if it can, instead of writing it.
 *
 * <p>Not thread-safe, except {@link #awaitClosed}. {@link #close} releases what the writers read from; a store closes the
 * files as soon as it has called the last writer, which may be long before the snapshot is saved.
 */
public final class SnapshotFiles implements AutoCloseable {
    /** Writes a whole file. The store makes it durable. */
    @FunctionalInterface
    public interface Content {
        /** Creates and writes the file, which does not exist yet. */
        void writeTo(Path file) throws IOException;
    }

    /** Takes a file from an earlier snapshot. */
    @FunctionalInterface
    interface Reuse {
        /**
         * Takes the file over.
         *
         * @param version the earlier snapshot
         * @return false if the file must be written
         */
        boolean take(String version, FileEntry file) throws IOException;
    }

    /** @param unchanged the entry of the equal file in the earlier snapshot; null if the file must be written */
    private record Planned(Content content, @Nullable FileEntry unchanged) {}

    /**
     * How many bytes of a snapshot a store has written, and how many it has taken from an earlier snapshot.
     *
     * @param files number of files that were written
     */
    public record Written(int files, long bytes, long reusedBytes) {}

    private final SortedMap<String, Planned> planned = new TreeMap<>();
    private final String earlier;
    private final Runnable onClose;
    private final CountDownLatch open = new CountDownLatch(1);
    private int filesWritten;
    private long bytesWritten;
    private long bytesReused;

    /** Begins files that are all to be written. */
    public SnapshotFiles() {
        this("", () -> {});
    }

    /**
     * Begins files of which some may equal those of an earlier snapshot.
     *
     * @param earlier version of the earlier snapshot; empty for none
     * @param onClose called once when no writer will be called any more
     */
    public SnapshotFiles(String earlier, Runnable onClose) {
        this.earlier = earlier;
        this.onClose = onClose;
    }

    /**
     * Adds a file.
     *
     * @throws IllegalArgumentException if the name is not a plain file name, or has been added already
     */
    public SnapshotFiles add(String name, Content content) {
        return add(name, content, null);
    }

    /**
     * Adds a file that may be unchanged.
     *
     * @param unchanged the entry of the equal file of the same name in the earlier snapshot; null if the file must be
     *     written
     * @throws IllegalArgumentException if the name is not a plain file name, or has been added already
     */
    public SnapshotFiles add(String name, Content content, @Nullable FileEntry unchanged) {
        FileEntry.requireName(name);
        if (planned.putIfAbsent(name, new Planned(content, unchanged)) != null) {
            throw new IllegalArgumentException("file must be added once: name=" + name);
        }
        return this;
    }

    /** Returns the bytes written and reused so far. */
    public Written written() {
        return new Written(filesWritten, bytesWritten, bytesReused);
    }

    /** Returns the version of the earlier snapshot; empty if there is none. */
    String earlier() {
        return earlier;
    }

    /** Writes or takes over the files into a folder, and returns their entries in order of name. */
    List<FileEntry> writeInto(Path folder, Reuse reuse) throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        for (var file : planned.entrySet()) {
            FileEntry unchanged = file.getValue().unchanged();
            if (unchanged != null && reuse.take(earlier, unchanged)) {
                bytesReused += unchanged.length();
                entries.add(unchanged);
            } else {
                entries.add(write(file.getKey(), folder));
            }
        }
        return entries;
    }

    /** Writes a file that was taken over, because it has disappeared from the earlier snapshot. */
    void writeAfterAll(FileEntry taken, Path folder) throws IOException {
        FileEntry written = write(taken.name(), folder);
        bytesReused -= taken.length();
        if (!written.equals(taken)) {
            throw new IOException("a file that is declared unchanged must be equal to the earlier one: earlier=" + taken
                    + ", now=" + written);
        }
    }

    private FileEntry write(String name, Path folder) throws IOException {
        Planned file = planned.get(name);
        if (open.getCount() == 0 || file == null) {
            throw new IllegalStateException("files must be open and have the file: name=" + name);
        }
        Path path = folder.resolve(name);
        file.content().writeTo(path);
        FileEntry entry = FileDigest.entry(path);
        filesWritten++;
        bytesWritten += entry.length();
        return entry;
    }

    /** Releases what the writers read from. Closing again has no effect. */
    @Override
    public void close() {
        if (open.getCount() > 0) {
            onClose.run();
            open.countDown();
        }
    }

    /**
     * Waits until the files have been closed by the thread that writes them. An interrupt does not end the wait, and the
     * interrupt status is kept.
     */
    public void awaitClosed() {
        boolean interrupted = false;
        while (open.getCount() > 0) {
            try {
                open.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
