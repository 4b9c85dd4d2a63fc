package io.freshet.app.export;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.store.Snapshot;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.SafetensorsFile;
import io.freshet.store.snapshot.Tensor;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.store.vocabulary.VocabularyFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * The items of a snapshot with their vectors, in the order of their rows, without the rows of forgotten items. The vectors
 * are memory-mapped from the snapshot's file, and are valid as long as the arena that they were opened with.
 */
final class ItemVectors {
    private final Vocabulary vocabulary;
    private final int[] rows;
    private final MemorySegment table; // (rows of the snapshot, dim) float32, little endian
    private final int dim;

    private ItemVectors(Vocabulary vocabulary, int[] rows, MemorySegment table, int dim) {
        this.vocabulary = vocabulary;
        this.rows = rows;
        this.table = table;
        this.dim = dim;
    }

    /** Maps a snapshot's vectors. */
    static ItemVectors open(Snapshot snapshot, Arena arena) throws IOException {
        Vocabulary vocabulary = VocabularyFile.read(snapshot.file(VocabularyFile.NAME));
        Tensor items = SafetensorsFile.open(snapshot.file(ModelSnapshot.WEIGHTS), arena)
                .tensor(ModelSnapshot.ITEMS);
        if (items.dtype() != DType.F32
                || items.shape().size() != 2
                || items.shape().getFirst() != vocabulary.size()) {
            throw new CorruptFormatException("vectors must be float32, one for each row of the vocabulary: rows="
                    + vocabulary.size() + ", found=" + items.dtype() + items.shape());
        }
        int[] taken = IntStream.range(0, vocabulary.size())
                .filter(vocabulary::isTaken)
                .toArray();
        return new ItemVectors(
                vocabulary, taken, items.data(), Math.toIntExact(items.shape().getLast()));
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
        return table.asSlice(rows[position] * bytes, bytes);
    }
}
