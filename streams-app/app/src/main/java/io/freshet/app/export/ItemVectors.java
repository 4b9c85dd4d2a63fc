package io.freshet.app.export;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.store.Snapshot;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.Tensor;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.store.vocabulary.VocabularyFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The items of a snapshot with their vectors, in the order of their rows, without the rows of forgotten items. The vectors
 * are memory-mapped from the snapshot's file, and are valid as long as the arena that they were opened with.
 */
final class ItemVectors {
    private final Vocabulary vocabulary;
    private final int[] rows;
    private final List<Tensor> tables; // each (rowsOfTable, dim) float32, little endian; the last one may be shorter
    private final int rowsOfTable;
    private final int dim;

    private ItemVectors(Vocabulary vocabulary, List<Tensor> tables) {
        this.vocabulary = vocabulary;
        this.tables = tables;
        this.rows = IntStream.range(0, vocabulary.size())
                .filter(vocabulary::isTaken)
                .toArray();
        this.rowsOfTable = tables.isEmpty()
                ? 1
                : Math.max(1, tables.getFirst().shape().getFirst().intValue());
        this.dim = tables.isEmpty() ? 0 : tables.getFirst().shape().getLast().intValue();
    }

    /** Maps a snapshot's vectors. */
    static ItemVectors open(Snapshot snapshot, Arena arena) throws IOException {
        Vocabulary vocabulary = VocabularyFile.read(snapshot.file(VocabularyFile.NAME));
        List<Tensor> tables = ModelSnapshot.mapItems(snapshot, arena);
        for (Tensor table : tables) {
            if (table.dtype() != DType.F32
                    || table.shape().size() != 2
                    || !table.shape().getLast().equals(tables.getFirst().shape().getLast())) {
                throw new CorruptFormatException(
                        "vectors must be float32 of one length: found=" + table.dtype() + table.shape());
            }
        }
        long rows = tables.stream().mapToLong(table -> table.shape().getFirst()).sum();
        if (rows != vocabulary.size()) {
            throw new CorruptFormatException("there must be a vector for each row of the vocabulary: rows="
                    + vocabulary.size() + ", vectors=" + rows);
        }
        return new ItemVectors(vocabulary, tables);
    }

    int count() {
        return rows.length;
    }

    int dim() {
        return dim;
    }

    String id(int position) {
        return vocabulary.itemAt(rows[position]);
    }

    /** Returns the bytes of a vector: {@code dim} float32, little endian. */
    MemorySegment vector(int position) {
        long bytes = (long) dim * Float.BYTES;
        int row = rows[position];
        return tables.get(row / rowsOfTable).data().asSlice(row % rowsOfTable * bytes, bytes);
    }
}
