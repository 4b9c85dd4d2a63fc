package io.freshet.model.recommender;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.cooccurrence.CooccurrenceFile;
import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.SafetensorsFile;
import io.freshet.store.snapshot.SafetensorsWriter;
import io.freshet.store.snapshot.Tensor;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.store.vocabulary.VocabularyFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads a model as the files of a snapshot.
 *
 * <pre>
 * weights.safetensors     each parameter of {@link ParameterLayout} by its name
 * items-NNNNN.safetensors items (rows of the file, d), see {@link RowFiles}
 * vocabulary.txt          the item of each row
 * memory.bin              the co-occurrence memory, if there is one
 * </pre>
 *
 * <p>Before manifests of format version 5, weights.safetensors also had all rows of items (vocabulary, d).
 */
public final class ModelSnapshot {
    /** Name of the file of the network's weights. */
    public static final String WEIGHTS = "weights.safetensors";

    /** Name of the tensors of item vectors, (rows, d) float32. */
    public static final String ITEMS = "items";

    /** The files of item vectors. */
    public static final RowFiles ITEM_FILES = new RowFiles(ITEMS, List.of(ITEMS));

    private static final String TYPE = "type";
    private static final String ITEM_DEVIATION = "item_deviation";
    private static final String REPRODUCIBLE = "reproducible";

    private ModelSnapshot() {}

    /**
     * Returns the manifest's description of the encoder. It contains {@code reproducible} = false if the encoder is not
     * {@link EncoderShape#reproducible}.
     */
    public static Map<String, Object> describe(ModelConfig config) {
        Map<String, Object> encoder = new LinkedHashMap<>();
        encoder.put(TYPE, config.encoder().type());
        encoder.putAll(config.encoder().describe());
        encoder.put(ITEM_DEVIATION, config.itemDeviation());
        if (!config.encoder().reproducible()) {
            encoder.put(REPRODUCIBLE, false);
        }
        return encoder;
    }

    /** Returns the draft of a snapshot that covers no record of any topic, without settings, platform and metrics. */
    public static ManifestDraft draft(String name, ModelConfig config, long step, Instant createdAt) {
        return new ManifestDraft(name, step, createdAt).encoder(describe(config), config.seed());
    }

    /** Returns whether {@link #read} reads the file of this name. Other files are for a learner. */
    public static boolean isRead(String name) {
        return name.equals(WEIGHTS)
                || name.equals(VocabularyFile.NAME)
                || name.equals(CooccurrenceFile.NAME)
                || ITEM_FILES.contains(name);
    }

    /**
     * Adds the model's files except those of its item vectors. They hold the model as it is now, and are written when the
     * store asks for them, by any thread. The numbers are not checked.
     */
    public static void addAllButItems(SnapshotFiles files, RecommenderModel model) {
        float[] dense = model.dense()
                .asSlice(0, (long) model.denseSize() * Float.BYTES)
                .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        ParameterLayout layout = model.layout();
        files.add(WEIGHTS, file -> writeDense(file, dense, layout));
        @Nullable String[] items = model.vocabulary().itemsByRow();
        files.add(VocabularyFile.NAME, file -> VocabularyFile.write(file, items));
        if (model.memory().config().isOn()) {
            CooccurrenceModel memory = model.memory().frozen();
            files.add(CooccurrenceFile.NAME, file -> CooccurrenceFile.write(file, memory));
        }
    }

    /**
     * Checks every number of a table that has a row for each item.
     *
     * @param name name of the table in the exception's message
     * @throws NonFiniteModelException if a number is not finite
     */
    public static void requireFinite(RecommenderModel model, String name, RowTable table) {
        for (int chunk = 0; chunk < table.chunkCount(); chunk++) {
            MemorySegment data = table.chunk(chunk).memory().asSlice(0, table.rowsOfChunk(chunk) * table.rowBytes());
            RowFiles.requireFinite(name, data, chunk * RowTable.CHUNK_ROWS, table.dim(), model.step());
        }
    }

    /**
     * Checks every number of a block that has the size of the dense parameters.
     *
     * @param name name of the block in the exception's message
     * @throws NonFiniteModelException if a number is not finite
     */
    public static void requireFinite(RecommenderModel model, String name, MemorySegment block) {
        MemorySegment data = block.asSlice(0, (long) model.denseSize() * Float.BYTES);
        long position = FiniteNumbers.firstOther(data);
        if (position >= 0) {
            throw new NonFiniteModelException(
                    model.step(),
                    name + " parameter=" + position + " value="
                            + data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, position * Float.BYTES));
        }
    }

    private static void writeDense(Path file, float[] dense, ParameterLayout layout) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocateFrom(ValueLayout.JAVA_FLOAT, dense);
            List<Tensor> tensors = new ArrayList<>();
            for (ParameterLayout.Parameter p : layout.parameters()) {
                MemorySegment data = all.asSlice((long) p.start() * Float.BYTES, (long) p.size() * Float.BYTES);
                tensors.add(
                        p.rows() == 1
                                ? Tensor.of(p.name(), DType.F32, data, p.columns())
                                : Tensor.of(p.name(), DType.F32, data, p.rows(), p.columns()));
            }
            SafetensorsWriter.write(file, tensors, Map.of("format", "freshet"));
        }
    }

    /**
     * Maps the item vectors of a snapshot.
     *
     * @param arena arena that owns the mappings
     * @return tensors (rows, d) whose rows together are those of the vocabulary, in order; all but the last have
     *     {@link RowFiles#ROWS} rows, or there is only one
     * @throws IOException if a file cannot be read
     * @throws FormatException if a file has unexpected contents
     */
    public static List<Tensor> mapItems(Snapshot snapshot, Arena arena) throws IOException {
        SafetensorsFile weights = SafetensorsFile.open(snapshot.file(WEIGHTS), arena);
        if (weights.names().contains(ITEMS)) {
            return List.of(weights.tensor(ITEMS));
        }
        List<Tensor> tensors = new ArrayList<>();
        for (FileEntry file : snapshot.manifest().files()) {
            if (ITEM_FILES.contains(file.name())) {
                tensors.add(
                        SafetensorsFile.open(snapshot.file(file.name()), arena).tensor(ITEMS));
            }
        }
        return tensors;
    }

    /**
     * Returns the configuration of the model that a manifest describes.
     *
     * @throws IllegalArgumentException if the encoder's type is unknown, or its settings are invalid
     */
    public static ModelConfig config(Manifest manifest) {
        Map<String, Object> encoder = manifest.encoder();
        try {
            Map<String, Object> settings = new LinkedHashMap<>();
            encoder.forEach((name, value) -> settings.put(name, value instanceof Number n ? n.intValue() : value));
            if (!(encoder.get(ITEM_DEVIATION) instanceof Number itemDeviation)) {
                throw new IllegalArgumentException("an encoder must have a number " + ITEM_DEVIATION);
            }
            EncoderShape shape =
                    EncoderTypes.named(String.valueOf(encoder.get(TYPE))).shape(settings);
            return new ModelConfig(shape, itemDeviation.floatValue(), manifest.seed());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + ", model=" + manifest.model() + ", version=" + manifest.version(), e);
        }
    }

    /**
     * Reads the model of a snapshot. The caller owns it.
     *
     * @throws IOException if a file cannot be read or has unexpected contents
     * @throws FormatException if a file has unexpected contents or a number is not finite
     */
    public static RecommenderModel read(Snapshot snapshot) throws IOException {
        Manifest manifest = snapshot.manifest();
        Vocabulary vocabulary = VocabularyFile.read(snapshot.file(VocabularyFile.NAME));
        CooccurrenceModel memory = memory(snapshot, vocabulary.size());
        RecommenderModel model = new RecommenderModel(config(manifest), vocabulary, memory, manifest.step());
        model.joinLineage(manifest.lineage());
        try {
            readWeights(snapshot, model);
            return model;
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Sets the weights of a model to those of a snapshot, which must have the same items and shape.
     *
     * @throws IOException if the file cannot be read or has unexpected contents
     * @throws FormatException if a number is not finite
     */
    public static void readWeights(Snapshot snapshot, RecommenderModel model) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile weights = SafetensorsFile.open(snapshot.file(WEIGHTS), arena);
            if (weights.names().contains(ITEMS)) {
                RowFiles.fill(model.items(), weights, ITEMS, 0, model.items().rows());
            } else {
                ITEM_FILES.read(snapshot, List.of(model.items()));
            }
            for (ParameterLayout.Parameter p : model.layout().parameters()) {
                Tensor tensor = p.rows() == 1
                        ? weights.finiteTensor(p.name(), p.columns())
                        : weights.finiteTensor(p.name(), p.rows(), p.columns());
                MemorySegment.copy(
                        tensor.data(), 0, model.dense(), (long) p.start() * Float.BYTES, (long) p.size() * Float.BYTES);
            }
        }
    }

    private static CooccurrenceModel memory(Snapshot snapshot, int items) throws IOException {
        boolean isThere = snapshot.manifest().files().stream()
                .anyMatch(file -> file.name().equals(CooccurrenceFile.NAME));
        return isThere
                ? CooccurrenceFile.read(snapshot.file(CooccurrenceFile.NAME), items)
                : new CooccurrenceModel(CooccurrenceConfig.OFF);
    }
}
