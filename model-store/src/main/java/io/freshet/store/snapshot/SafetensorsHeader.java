package io.freshet.store.snapshot;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.freshet.store.format.CorruptFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * A validated safetensors header.
 *
 * @param metadata free text by name
 * @param entries tensors by name, in the order of their data
 */
record SafetensorsHeader(Map<String, String> metadata, SequencedMap<String, Entry> entries) {
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    /**
     * The location of a tensor.
     *
     * @param begin position of the first byte, relative to the start of the data
     * @param end position after the last byte
     */
    record Entry(DType dtype, List<Long> shape, long begin, long end) {}

    /**
     * Reads and checks a header.
     *
     * @param dataBytes length of the data after the header
     * @throws CorruptFormatException if the header does not describe exactly this data
     */
    static SafetensorsHeader parse(byte[] json, long dataBytes, Path file) {
        try {
            JsonNode root = tree(json);
            if (!JsonTexts.areWritable(root)) {
                throw new IllegalArgumentException("must have no unpaired surrogate in a text: length=" + json.length);
            }
            Map<String, String> metadata = metadata(root.path(SafetensorsWriter.METADATA));
            SequencedMap<String, Entry> entries = entries(root);
            requireCovered(entries, dataBytes);
            return new SafetensorsHeader(metadata, entries);
        } catch (IllegalArgumentException e) {
            throw new CorruptFormatException("safetensors header: " + e.getMessage() + ", file=" + file, e);
        }
    }

    private static JsonNode tree(byte[] json) {
        if (json.length == 0 || json[0] != '{') {
            throw new IllegalArgumentException("must begin with '{': length=" + json.length);
        }
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("must be JSON: length=" + json.length, e);
        }
    }

    private static Map<String, String> metadata(JsonNode node) {
        Map<String, String> metadata = new TreeMap<>();
        require(node.isMissingNode() || node.isObject(), SafetensorsWriter.METADATA, "must be an object", node);
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!field.getValue().isTextual()) {
                throw new IllegalArgumentException(
                        "must be text: key=" + field.getKey() + ", found=" + field.getValue());
            }
            metadata.put(field.getKey(), field.getValue().textValue());
        }
        return metadata;
    }

    private static SequencedMap<String, Entry> entries(JsonNode root) {
        List<Map.Entry<String, Entry>> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!field.getKey().equals(SafetensorsWriter.METADATA)) {
                entries.add(Map.entry(field.getKey(), entry(field.getKey(), field.getValue())));
            }
        }
        entries.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> entry) -> entry.getValue().begin())
                .thenComparingLong(entry -> entry.getValue().end()));
        SequencedMap<String, Entry> byName = new LinkedHashMap<>();
        entries.forEach(entry -> byName.put(entry.getKey(), entry.getValue()));
        return byName;
    }

    private static Entry entry(String name, JsonNode node) {
        DType dtype = dtype(name, node.path("dtype"));
        List<Long> shape = longs(name, node.path("shape"));
        List<Long> range = longs(name, node.path("data_offsets"));
        require(
                range.size() == 2 && range.getFirst() <= range.getLast(),
                name,
                "data_offsets must be [begin, end] with begin ≤ end",
                node);
        long bytes = Tensor.byteSize(dtype, shape);
        require(
                range.getLast() - range.getFirst() == bytes,
                name,
                "must have the " + bytes + " bytes of its shape",
                node);
        return new Entry(dtype, shape, range.getFirst(), range.getLast());
    }

    private static DType dtype(String name, JsonNode node) {
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(node.textValue())) {
                return dtype;
            }
        }
        throw new IllegalArgumentException(
                "dtype must be one of " + List.of(DType.values()) + ": tensor=" + name + ", dtype=" + node);
    }

    private static List<Long> longs(String name, JsonNode node) {
        require(node.isArray(), name, "must have arrays of numbers", node);
        List<Long> values = new ArrayList<>(node.size());
        for (JsonNode value : node) {
            boolean fits = value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0;
            require(fits, name, "must have integers in [0, 2^63)", value);
            values.add(value.longValue());
        }
        return values;
    }

    /**
     * Checks that the ranges follow one another from the first byte to the last, without gap or overlap, as the format
     * requires.
     */
    private static void requireCovered(SequencedMap<String, Entry> entries, long dataBytes) {
        long covered = 0;
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            if (entry.getValue().begin() != covered) {
                throw new IllegalArgumentException("tensor must begin where the previous one ends: tensor="
                        + entry.getKey() + ", begins=" + entry.getValue().begin() + ", previous ends=" + covered);
            }
            covered = entry.getValue().end();
        }
        if (covered != dataBytes) {
            throw new IllegalArgumentException(
                    "tensors must cover the data: tensors end=" + covered + ", data length=" + dataBytes);
        }
    }

    private static void require(boolean holds, String name, String rule, JsonNode found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": tensor=" + name + ", found=" + found);
        }
    }
}
