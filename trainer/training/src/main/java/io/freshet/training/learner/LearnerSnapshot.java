package io.freshet.training.learner;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.recommender.RowFiles;
import io.freshet.model.tensor.FrozenRows;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.SafetensorsFile;
import io.freshet.store.snapshot.SafetensorsWriter;
import io.freshet.store.snapshot.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the state of a model and its learner as the files of a snapshot. {@link ModelSnapshot} describes the
 * files of the model. The learner adds these:
 *
 * <pre>
 * optimizer.safetensors      dense.first, dense.second (dense size); metadata optimizer_step; target_counts (vocabulary)
 *                            int64, how often each item was a target, if negatives are drawn by popularity
 * moments-NNNNN.safetensors  items.first, items.second (rows of the file, d), see {@link RowFiles}
 * </pre>
 *
 * <p>Before manifests of format version 5, optimizer.safetensors also had all rows of items.first and items.second.
 */
public final class LearnerSnapshot {
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String ITEMS_FIRST = "items.first";
    private static final String ITEMS_SECOND = "items.second";
    private static final String DENSE_FIRST = "dense.first";
    private static final String DENSE_SECOND = "dense.second";
    private static final String TARGET_COUNTS = "target_counts";
    private static final String OPTIMIZER_STEP = "optimizer_step";
    private static final RowFiles MOMENT_FILES = new RowFiles("moments", List.of(ITEMS_FIRST, ITEMS_SECOND));

    private LearnerSnapshot() {}

    /**
     * Adds the files of the model and the learner, which must not change until the store has written them.
     *
     * @throws NonFiniteModelException if a number is not finite; such a model is not written
     */
    public static void addTo(SnapshotFiles files, Learner learner) {
        requireFinite(learner);
        addTo(files, learner, learner.rows(), _ -> true, null);
    }

    /**
     * Begins the files of the model and the learner as they are now. Another thread may write them while the learner goes
     * on. It must close the files before the next ones are begun, and before the learner is closed.
     *
     * <p>Writing fails with a {@link NonFiniteModelException} if a number of an item's vector or moments is not finite.
     *
     * @param earlier manifest of the newest snapshot that was written with these files, or that the learner was restored
     *     from; null if there is none. Rows that did not change since are not written again
     * @param changed numbers of the files of rows that changed since then
     * @throws NonFiniteModelException if one of the other numbers is not finite
     */
    public static SnapshotFiles freeze(Learner learner, @Nullable Manifest earlier, BitSet changed) {
        requireOthersFinite(learner);
        FrozenRows rows = learner.freezeRows();
        SnapshotFiles files = new SnapshotFiles(earlier == null ? "" : earlier.version(), rows::release);
        addTo(files, learner, rows, changed::get, earlier);
        return files;
    }

    private static void addTo(
            SnapshotFiles files, Learner learner, FrozenRows rows, IntPredicate isChanged, @Nullable Manifest earlier) {
        RecommenderModel model = learner.model();
        Map<String, FileEntry> entries = new HashMap<>();
        if (earlier != null) {
            earlier.files().forEach(file -> entries.put(file.name(), file));
        }
        ModelSnapshot.ITEM_FILES.addTo(
                files, rows, 0, model.step(), unchanged(ModelSnapshot.ITEM_FILES, isChanged, entries));
        MOMENT_FILES.addTo(files, rows, 1, model.step(), unchanged(MOMENT_FILES, isChanged, entries));
        addOptimizer(files, learner);
        ModelSnapshot.addAllButItems(files, model);
    }

    private static IntFunction<@Nullable FileEntry> unchanged(
            RowFiles of, IntPredicate isChanged, Map<String, FileEntry> entries) {
        return file -> isChanged.test(file) ? null : entries.get(of.name(file));
    }

    /**
     * Checks every number of a model and its learner.
     *
     * @throws NonFiniteModelException if a number is not finite
     */
    public static void requireFinite(Learner learner) {
        RecommenderModel model = learner.model();
        ModelSnapshot.requireFinite(model, ModelSnapshot.ITEMS, model.items());
        ModelSnapshot.requireFinite(model, ITEMS_FIRST, learner.itemFirstMoments());
        ModelSnapshot.requireFinite(model, ITEMS_SECOND, learner.itemSecondMoments());
        requireOthersFinite(learner);
    }

    /** Checks the numbers of a model and its learner, except those in tables with a row for each item. */
    private static void requireOthersFinite(Learner learner) {
        RecommenderModel model = learner.model();
        ModelSnapshot.requireFinite(model, "dense", model.dense());
        ModelSnapshot.requireFinite(
                model, DENSE_FIRST, learner.denseFirstMoments().memory());
        ModelSnapshot.requireFinite(
                model, DENSE_SECOND, learner.denseSecondMoments().memory());
        double[] mixture = model.memory().mixture();
        int number = FiniteNumbers.firstOther(mixture);
        if (number >= 0) {
            throw new NonFiniteModelException(model.step(), "mixture number=" + number + " value=" + mixture[number]);
        }
    }

    /**
     * Sets a model and its learner to the state of a snapshot, which must have the same items and shape.
     *
     * @throws IOException if a file cannot be read or has unexpected contents
     * @throws FormatException if a file has unexpected contents or a number is not finite
     */
    public static void restore(Snapshot snapshot, Learner learner) throws IOException {
        RecommenderModel model = learner.model();
        learner.willChangeAll();
        ModelSnapshot.readWeights(snapshot, model);
        readInto(snapshot, learner);
        model.completeStep(snapshot.manifest().step());
        learner.changes().addAll(model.vocabulary().size());
    }

    /**
     * Reads the learner's state into a new learner of the snapshot's model.
     *
     * @throws IOException if a file cannot be read or has unexpected contents
     * @throws FormatException if a file has unexpected contents or a number is not finite
     */
    public static void readInto(Snapshot snapshot, Learner learner) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile optimizer = SafetensorsFile.open(snapshot.file(OPTIMIZER), arena);
            RowTable first = learner.itemFirstMoments();
            RowTable second = learner.itemSecondMoments();
            if (optimizer.names().contains(ITEMS_FIRST)) {
                RowFiles.fill(first, optimizer, ITEMS_FIRST, 0, first.rows());
                RowFiles.fill(second, optimizer, ITEMS_SECOND, 0, second.rows());
            } else {
                MOMENT_FILES.read(snapshot, List.of(first, second));
            }
            long size = learner.model().denseSize();
            learner.denseFirstMoments()
                    .memory()
                    .copyFrom(optimizer.finiteTensor(DENSE_FIRST, size).data());
            learner.denseSecondMoments()
                    .memory()
                    .copyFrom(optimizer.finiteTensor(DENSE_SECOND, size).data());
            String step = optimizer.metadata().get(OPTIMIZER_STEP);
            if (step == null) {
                throw new IOException("an optimizer file must name its step: metadata=" + optimizer.metadata());
            }
            learner.restoreOptimizerStep(Long.parseLong(step));
            if (optimizer.names().contains(TARGET_COUNTS)) {
                int rows = learner.model().vocabulary().size();
                Tensor counts = optimizer.tensor(TARGET_COUNTS, DType.I64, rows);
                learner.loss().restoreTargetCounts(counts.data().toArray(ValueLayout.JAVA_LONG_UNALIGNED));
            }
        }
    }

    private static void addOptimizer(SnapshotFiles files, Learner learner) {
        float[] first = learner.denseFirstMoments().memory().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        float[] second = learner.denseSecondMoments().memory().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        long[] known = learner.loss().targetCounts();
        long[] counts = known.length == 0
                ? known
                : Arrays.copyOf(known, learner.model().vocabulary().size());
        Map<String, String> step = Map.of(OPTIMIZER_STEP, Long.toString(learner.optimizerStep()));
        files.add(OPTIMIZER, file -> {
            try (Arena arena = Arena.ofConfined()) {
                List<Tensor> tensors = new ArrayList<>();
                tensors.add(tensor(DENSE_FIRST, first, arena));
                tensors.add(tensor(DENSE_SECOND, second, arena));
                if (known.length > 0) {
                    MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_LONG, counts);
                    tensors.add(Tensor.of(TARGET_COUNTS, DType.I64, data, counts.length));
                }
                SafetensorsWriter.write(file, tensors, step);
            }
        });
    }

    private static Tensor tensor(String name, float[] values, Arena arena) {
        return Tensor.of(name, DType.F32, arena.allocateFrom(ValueLayout.JAVA_FLOAT, values), values.length);
    }
}
