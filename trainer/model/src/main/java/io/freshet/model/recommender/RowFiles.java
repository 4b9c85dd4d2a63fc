package io.freshet.model.recommender;

import io.freshet.model.tensor.FrozenRows;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.SafetensorsFile;
import io.freshet.store.snapshot.SafetensorsWriter;
import io.freshet.store.snapshot.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The files of a snapshot that hold tables with a row for each item. File n holds rows n · {@value #ROWS} to (n + 1) ·
 * {@value #ROWS} - 1 of each table, the last file fewer:
 *
 * <pre>
 * PREFIX-NNNNN.safetensors   each table (rows of the file, d) float32; metadata first_row
 * </pre>
 *
 * @param prefix beginning of the files' names
 * @param tables names of the tables
 */
public record RowFiles(String prefix, List<String> tables) {
    /** Rows in a file: 4 MiB for a table of 64 floats per row. */
    public static final int ROWS = 4 * RowTable.CHUNK_ROWS;

    private static final String FIRST_ROW = "first_row";

    public RowFiles {
        tables = List.copyOf(tables);
    }

    /** Returns the number of files that hold {@code rows} rows. */
    public static int count(int rows) {
        return Math.ceilDiv(rows, ROWS);
    }

    /** Returns the name of a file. */
    public String name(int file) {
        return String.format(Locale.ROOT, "%s-%05d.safetensors", prefix, file);
    }

    /** Returns whether a snapshot's file of this name is one of these files. */
    public boolean contains(String name) {
        return name.startsWith(prefix + "-") && name.endsWith(".safetensors");
    }

    /**
     * Adds the files. They are written when the store asks for them.
     *
     * @param rows the tables
     * @param first number of the first table in {@code rows}
     * @param step step of the model, for messages
     * @param unchanged returns the entry of the equal file in an earlier snapshot, or null, by the file's number
     */
    public void addTo(
            SnapshotFiles files, FrozenRows rows, int first, long step, IntFunction<@Nullable FileEntry> unchanged) {
        for (int file = 0; file < count(rows.rows()); file++) {
            int from = file * ROWS;
            files.add(name(file), path -> write(path, rows, first, from, step), unchanged.apply(file));
        }
    }

    private void write(Path path, FrozenRows rows, int first, int from, long step) throws IOException {
        int count = Math.min(ROWS, rows.rows() - from);
        try (Arena arena = Arena.ofConfined()) {
            List<Tensor> tensors = new ArrayList<>();
            for (int table = 0; table < tables.size(); table++) {
                MemorySegment data = arena.allocate((long) count * rows.dim() * Float.BYTES, Float.BYTES);
                rows.read(first + table, from, count, data);
                requireFinite(tables.get(table), data, from, rows.dim(), step);
                tensors.add(Tensor.of(tables.get(table), DType.F32, data, count, rows.dim()));
            }
            SafetensorsWriter.write(path, tensors, Map.of(FIRST_ROW, Integer.toString(from)));
        }
    }

    /**
     * Fills tables from the files of a snapshot.
     *
     * @param into the tables, in the order of their names, with as many rows as the snapshot
     * @throws IOException if a file cannot be read, or has no such tensors
     * @throws FormatException if a number is not finite
     */
    public void read(Snapshot snapshot, List<RowTable> into) throws IOException {
        for (int file = 0; file < count(into.getFirst().rows()); file++) {
            try (Arena arena = Arena.ofConfined()) {
                SafetensorsFile opened = SafetensorsFile.open(snapshot.file(name(file)), arena);
                for (int table = 0; table < tables.size(); table++) {
                    int from = file * ROWS;
                    int count = Math.min(ROWS, into.get(table).rows() - from);
                    fill(into.get(table), opened, tables.get(table), from, count);
                }
            }
        }
    }

    /**
     * Fills rows of a table with a tensor of a file.
     *
     * @param from first row; a multiple of {@link RowTable#CHUNK_ROWS}
     * @throws IOException if the file has no such tensor of this shape
     * @throws FormatException if a number is not finite
     */
    public static void fill(RowTable table, SafetensorsFile file, String name, int from, int count) throws IOException {
        MemorySegment data = file.finiteTensor(name, count, table.dim()).data();
        for (int row = from; row < from + count; row += RowTable.CHUNK_ROWS) {
            long bytes = Math.min(RowTable.CHUNK_ROWS, from + count - row) * table.rowBytes();
            MemorySegment.copy(data, (row - from) * table.rowBytes(), table.memory(row), 0, bytes);
        }
    }

    /**
     * Checks the numbers of rows.
     *
     * @param name name of the table in the exception's message
     * @param data rows from {@code from} on, (rows, dim) float32
     * @throws NonFiniteModelException if a number is not finite
     */
    static void requireFinite(String name, MemorySegment data, int from, int dim, long step) {
        long position = FiniteNumbers.firstOther(data);
        if (position >= 0) {
            throw new NonFiniteModelException(
                    step,
                    name + " row=" + (from + position / dim) + " column=" + position % dim + " value="
                            + data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, position * Float.BYTES));
        }
    }
}
