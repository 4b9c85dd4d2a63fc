package io.freshet.training.learner;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.SafetensorsFile;
import io.freshet.store.snapshot.SafetensorsWriter;
import io.freshet.store.snapshot.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads the state of a model and its learner as the files of a snapshot. {@link ModelSnapshot} describes the
 * files of the model. The learner adds one file:
 *
 * <pre>
 * optimizer.safetensors  items.first, items.second (vocabulary, d), dense.first, dense.second (dense size);
 *                        metadata optimizer_step; target_counts (vocabulary) int64, how often each item was a
 *                        target, if negatives are drawn by popularity
 * </pre>
 */
public final class LearnerSnapshot {
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String ITEMS_FIRST = "items.first";
    private static final String ITEMS_SECOND = "items.second";
    private static final String DENSE_FIRST = "dense.first";
    private static final String DENSE_SECOND = "dense.second";
    private static final String TARGET_COUNTS = "target_counts";
    private static final String OPTIMIZER_STEP = "optimizer_step";

    private LearnerSnapshot() {}

    /**
     * Adds the files of the model and the learner. They are written from memory when the store asks for them.
     *
     * @throws NonFiniteModelException if a number is not finite; such a model is not written
     */
    public static void addTo(SnapshotFiles files, Learner learner) {
        requireFinite(learner);
        RecommenderModel model = learner.model();
        ModelSnapshot.addWeights(files, model);
        files.add(OPTIMIZER, file -> writeOptimizer(file, learner));
        ModelSnapshot.addVocabularyAndMemory(files, model);
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
            ModelSnapshot.fill(learner.itemFirstMoments(), optimizer, ITEMS_FIRST);
            ModelSnapshot.fill(learner.itemSecondMoments(), optimizer, ITEMS_SECOND);
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

    private static void writeOptimizer(Path file, Learner learner) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long size = learner.model().denseSize();
            List<Tensor> tensors = new ArrayList<>(List.of(
                    ModelSnapshot.tensor(ITEMS_FIRST, learner.itemFirstMoments(), arena),
                    ModelSnapshot.tensor(ITEMS_SECOND, learner.itemSecondMoments(), arena),
                    Tensor.of(
                            DENSE_FIRST, DType.F32, learner.denseFirstMoments().memory(), size),
                    Tensor.of(
                            DENSE_SECOND,
                            DType.F32,
                            learner.denseSecondMoments().memory(),
                            size)));
            long[] counts = learner.loss().targetCounts();
            if (counts.length > 0) {
                int rows = learner.model().vocabulary().size();
                MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_LONG, Arrays.copyOf(counts, rows));
                tensors.add(Tensor.of(TARGET_COUNTS, DType.I64, data, rows));
            }
            SafetensorsWriter.write(file, tensors, Map.of(OPTIMIZER_STEP, Long.toString(learner.optimizerStep())));
        }
    }
}
