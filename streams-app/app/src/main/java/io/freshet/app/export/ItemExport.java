package io.freshet.app.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.store.Snapshot;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.SafetensorsWriter;
import io.freshet.store.snapshot.Tensor;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * Writes a snapshot's items and vectors into a folder. Files are written under temporary names in that folder, and renamed
 * once all are complete and on disk, so that a reader never sees half a file.
 */
public final class ItemExport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEMPORARY = ".tmp";

    private final Path folder;
    private final ExportFormat format;
    private final boolean force;

    /**
     * Creates an export into a folder. {@link #write} creates the folder if it does not exist.
     *
     * @param force whether files of an earlier export are replaced
     */
    public ItemExport(Path folder, ExportFormat format, boolean force) {
        this.folder = folder;
        this.format = format;
        this.force = force;
    }

    /**
     * The result of an export.
     *
     * @param files the paths of the files
     */
    public record Exported(int items, int dim, List<Path> files) {}

    /**
     * Checks, before a snapshot is fetched, that {@link #write} would not refuse the folder.
     *
     * @throws FileAlreadyExistsException if a file to be written exists already and may not be replaced
     */
    public void requireFree() throws FileAlreadyExistsException {
        for (Path file : files()) {
            if (!force && Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString(), null, "it exists already; --force replaces it");
            }
        }
    }

    /** Writes the files. */
    public Exported write(Snapshot snapshot, ExportListener listener) throws IOException {
        requireFree();
        Files.createDirectories(folder);
        try (Arena arena = Arena.ofShared()) {
            ItemVectors items = ItemVectors.open(snapshot, arena);
            removeTemporary();
            if (format.files().contains(ExportFormat.IDS)) {
                writeIds(temporary(ExportFormat.IDS), items);
            }
            writeVectors(temporary(format.vectors()), items, snapshot.manifest(), listener);
            publish();
            return new Exported(items.count(), items.dim(), files());
        } finally {
            removeTemporary();
        }
    }

    private void writeVectors(Path file, ItemVectors items, Manifest manifest, ExportListener listener)
            throws IOException {
        switch (format) {
            case SAFETENSORS -> writeSafetensors(file, items, manifest, listener);
            case NPY -> NpyFile.write(file, items, listener);
            case PARQUET -> ParquetFile.write(file, items, listener);
        }
    }

    private static void writeSafetensors(Path file, ItemVectors items, Manifest manifest, ExportListener listener)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long rowBytes = (long) items.dim() * Float.BYTES;
            MemorySegment table = arena.allocate(Math.max(1, items.count() * rowBytes), Float.BYTES)
                    .asSlice(0, items.count() * rowBytes);
            for (int position = 0; position < items.count(); position++) {
                MemorySegment.copy(items.vector(position), 0, table, position * rowBytes, rowBytes);
                listener.written(position + 1, items.count());
            }
            Tensor tensor = Tensor.of("items", DType.F32, table, items.count(), items.dim());
            SafetensorsWriter.write(
                    file, List.of(tensor), Map.of("model", manifest.model(), "version", manifest.version()));
        }
    }

    private static void writeIds(Path file, ItemVectors items) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW)) {
            for (int position = 0; position < items.count(); position++) {
                writer.write(JSON.writeValueAsString(items.id(position)));
                writer.write('\n');
            }
        }
    }

    private void publish() throws IOException {
        for (String name : format.files()) {
            try (FileChannel channel = FileChannel.open(temporary(name), StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        requireFree();
        for (String name : format.files()) {
            Files.move(
                    temporary(name),
                    folder.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private List<Path> files() {
        return format.files().stream().map(folder::resolve).toList();
    }

    private Path temporary(String name) {
        return folder.resolve("." + name + TEMPORARY);
    }

    private void removeTemporary() throws IOException {
        for (String name : format.files()) {
            Files.deleteIfExists(temporary(name));
        }
    }
}
