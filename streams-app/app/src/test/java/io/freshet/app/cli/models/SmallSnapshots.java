package io.freshet.app.cli.models;

import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.SafetensorsWriter;
import io.freshet.store.snapshot.Tensor;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.store.vocabulary.VocabularyFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Snapshots of three items in four rows of dimension 2: row 1 is free, and row r has the vector (r + step, -r). */
public final class SmallSnapshots {
    public static final String MODEL = "default";
    static final int DIM = 2;
    static final int ROWS = 4;

    /** Ids by row; an id may contain any character. */
    static final List<String> IDS = List.of("red shoes", "\"quoted\"\nand on two lines", "größe 43");

    static final int[] TAKEN = {0, 2, 3};

    private SmallSnapshots() {}

    public static Manifest save(SnapshotStore store, long step, Instant createdAt) throws IOException {
        ManifestDraft draft = new ManifestDraft(MODEL, step, createdAt)
                .encoder(Map.of("type", "sasrec", "dim", DIM), 42)
                .training(Map.of("negatives", 64))
                .platform(Map.of("instruction_set", "AVX2"))
                .covering(
                        new TopicPosition("model-log", 0, 3 * step),
                        new TopicPosition("model-deltas", 0, step),
                        List.of(new TopicPosition("sequences", 0, 7 * step)))
                .metrics(Map.of("prequential_window_ndcg10", .25));
        SnapshotFiles files = new SnapshotFiles()
                .add(VocabularyFile.NAME, file -> VocabularyFile.write(file, vocabulary()))
                .add("items-00000.safetensors", file -> writeItems(file, step))
                .add("weights.safetensors", SmallSnapshots::writeWeights);
        return store.save(draft, files);
    }

    static float value(int row, int column, long step) {
        return column == 0 ? row + step : -row;
    }

    private static Vocabulary vocabulary() {
        Vocabulary vocabulary = new Vocabulary();
        for (int i = 0; i < TAKEN.length; i++) {
            vocabulary.put(TAKEN[i], IDS.get(i));
        }
        return vocabulary;
    }

    private static void writeWeights(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment gain = arena.allocate(ValueLayout.JAVA_FLOAT, DIM);
            SafetensorsWriter.write(file, List.of(Tensor.of("final_norm.gain", DType.F32, gain, DIM)), Map.of());
        }
    }

    private static void writeItems(Path file, long step) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(ValueLayout.JAVA_FLOAT, (long) ROWS * DIM);
            for (int i = 0; i < ROWS * DIM; i++) {
                table.setAtIndex(ValueLayout.JAVA_FLOAT, i, value(i / DIM, i % DIM, step));
            }
            SafetensorsWriter.write(file, List.of(Tensor.of("items", DType.F32, table, ROWS, DIM)), Map.of());
        }
    }
}
