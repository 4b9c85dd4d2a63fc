package io.freshet.dl4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.store.format.Sha256;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration of a network from a file. The file is DL4J's: the JSON of a {@code MultiLayerConfiguration}
 * or a {@code ComputationGraphConfiguration}, or a zip written by its {@code ModelSerializer}. Or it is a sequential
 * model of Keras: {@code .keras}, {@code .h5}, or the JSON of {@code to_json()}, see {@link KerasNetwork}. Only the
 * configuration is read: the weights belong to other item vectors, so the network is trained from scratch. No object
 * is deserialised.
 *
 * <p>This class loads classes of DL4J only for a model of Keras.
 */
public final class NetworkFile {
    /** Largest configuration that is read, in bytes. */
    static final int MAX_BYTES = 1 << 20;

    private static final Path LSTM = Path.of("lstm.json");
    /** Entry of DL4J's zip with the configuration. */
    private static final String DL4J_ENTRY = "configuration.json";
    /** Entry of Keras' zip with the configuration. */
    private static final String KERAS_ENTRY = "config.json";
    /** Attribute of the root of an HDF5 file in which Keras stores the configuration. */
    private static final String KERAS_ATTRIBUTE = "model_config";

    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private NetworkFile() {}

    /**
     * Reads a network from a file. If there is no file named {@code lstm.json}, that name selects the network that
     * Freshet ships, an LSTM of width 64.
     *
     * @return the canonical text of the network, see {@link #canonical}
     * @throws IllegalArgumentException if the file holds no such network, or one that is not allowed
     */
    public static String read(Path file) throws IOException {
        if (file.equals(LSTM) && !Files.exists(file)) {
            try (InputStream in = Objects.requireNonNull(NetworkFile.class.getResourceAsStream(LSTM.toString()))) {
                return canonical(text(in));
            }
        }
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(ZIP.length);
        }
        try {
            String text = Arrays.equals(start, ZIP)
                    ? fromZip(file)
                    : Arrays.equals(start, HDF5) ? fromHdf5(file) : fromJson(file);
            JsonNode tree = parse(text);
            return canonicalNetwork(tree.has("class_name") ? parse(KerasNetwork.toDl4j(tree)) : tree);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ", file=" + file, e);
        }
    }

    private static String fromJson(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return text(in);
        }
    }

    private static String fromZip(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry dl4j = zip.getEntry(DL4J_ENTRY);
            ZipEntry entry = dl4j == null ? zip.getEntry(KERAS_ENTRY) : dl4j;
            if (entry == null) {
                throw new IllegalArgumentException("a zip must have an entry " + DL4J_ENTRY + ", which DL4J writes, or "
                        + KERAS_ENTRY + ", which Keras writes");
            }
            try (InputStream in = zip.getInputStream(entry)) {
                return text(in);
            }
        }
    }

    private static String fromHdf5(Path file) {
        @Nullable Object configuration = null;
        try (HdfFile hdf5 = new HdfFile(file)) {
            Attribute attribute = hdf5.getAttribute(KERAS_ATTRIBUTE);
            // For a text of variable length, this is the size of a reference, not that of the text.
            if (attribute != null && attribute.isScalar() && attribute.getSizeInBytes() <= MAX_BYTES) {
                configuration = attribute.getData();
            }
        } catch (RuntimeException | StackOverflowError e) { // a damaged file can cause many kinds of exceptions
            throw new IllegalArgumentException("an HDF5 file must be whole and readable: " + e, e);
        }
        if (!(configuration instanceof String text)) {
            throw new IllegalArgumentException("an HDF5 file must have the text " + KERAS_ATTRIBUTE
                    + " as an attribute: save the whole model with model.save(), not only its weights");
        }
        return requireShort(text);
    }

    private static String requireShort(String text) {
        if (text.length() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a network's configuration must not be longer than " + MAX_BYTES + " bytes");
        }
        return text;
    }

    private static String text(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a network's configuration must not be longer than " + MAX_BYTES + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * Returns the canonical text of a network, which is the same for equal networks: fields are in alphabetical
     * order, without spaces. Fields that do not affect the network get a fixed value: updaters, workspaces, caches,
     * seeds, and counts of epochs and iterations.
     *
     * @throws IllegalArgumentException if the text is not a network, or one that is not allowed
     */
    static String canonical(String text) {
        return canonicalNetwork(parse(text));
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a network must be JSON, each field once: " + e.getOriginalMessage(), e);
        }
    }

    private static String canonicalNetwork(JsonNode tree) {
        boolean layers = tree.path("confs").isArray();
        boolean graph = tree.path("vertices").isObject();
        if (layers == graph) {
            throw new IllegalArgumentException(
                    "a network must be the JSON of a MultiLayerConfiguration, with \"confs\", of a ComputationGraphConfiguration,"
                            + " with \"vertices\", or of a sequential model of Keras, with \"class_name\"");
        }
        JsonNode canonical = canonical(tree);
        NetworkRules.check(canonical);
        return requireShort(canonical.toString());
    }

    /** Returns the SHA-256 of a text's UTF-8, in hexadecimal digits. */
    static String digest(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Sha256.hex(bytes, bytes.length);
    }

    private static JsonNode canonical(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JSON.createArrayNode();
            array.forEach(element -> copy.add(canonical(element)));
            return copy;
        }
        if (!(node instanceof ObjectNode)) {
            return node;
        }
        Map<String, JsonNode> fields = new TreeMap<>();
        node.properties().forEach(field -> fields.put(field.getKey(), field(field.getKey(), field.getValue())));
        ObjectNode copy = JSON.createObjectNode();
        fields.forEach(copy::set);
        return copy;
    }

    private static JsonNode field(String name, JsonNode value) {
        var nodes = JSON.getNodeFactory();
        return switch (name) {
            case "iupdater" -> nodes.objectNode().put("@class", "org.nd4j.linalg.learning.config.NoOp");
            case "biasUpdater", "stepFunction" -> nodes.nullNode();
            case "seed", "epochCount", "iterationCount" -> nodes.numberNode(0);
            case "trainingWorkspaceMode", "inferenceWorkspaceMode", "cacheMode" -> nodes.textNode("NONE");
            default -> canonical(value);
        };
    }
}
