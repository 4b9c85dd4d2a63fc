package io.freshet.store.snapshot;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes safetensors files.
 *
 * <pre>
 * 8 bytes   length of the header, h, unsigned little endian
 * h bytes   header: JSON in UTF-8, begins with '{', padded with spaces to a multiple of 8
 * n bytes   data of all tensors without gaps, little endian, row-major
 * </pre>
 *
 * The header maps each tensor's name to {@code {"dtype", "shape", "data_offsets": [begin, end)}}, with offsets relative
 * to the start of the data, and {@code "__metadata__"} to an object of strings. Tensors are ordered by descending element
 * size and then by name, which aligns each tensor to its elements although the format forbids gaps. The same tensors give
 * the same bytes.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the published format</a>
 */
public final class SafetensorsWriter {
    static final String METADATA = "__metadata__";
    static final int LENGTH_BYTES = Long.BYTES;
    static final int ALIGNMENT = 8;

    private static final JsonFactory JSON = new JsonFactory();
    private static final int CHUNK_BYTES = 1 << 20;
    private static final Comparator<Tensor> BY_ALIGNMENT_AND_NAME =
            Comparator.comparingInt((Tensor tensor) -> -tensor.dtype().bytes()).thenComparing(Tensor::name);

    private SafetensorsWriter() {}

    /**
     * Writes a new file.
     *
     * @param tensors tensors with distinct names
     * @param metadata free text by name
     * @throws java.nio.file.FileAlreadyExistsException if the file exists
     */
    public static void write(Path file, List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Tensor> ordered = tensors.stream().sorted(BY_ALIGNMENT_AND_NAME).toList();
        requireNames(ordered);
        byte[] header = header(ordered, metadata);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(
                    channel,
                    ByteBuffer.allocate(LENGTH_BYTES)
                            .order(LITTLE_ENDIAN)
                            .putLong(header.length)
                            .flip());
            writeFully(channel, ByteBuffer.wrap(header));
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            for (Tensor tensor : ordered) {
                writeData(channel, tensor.data(), chunk);
            }
        }
    }

    private static void requireNames(List<Tensor> tensors) {
        long names = tensors.stream().map(Tensor::name).distinct().count();
        if (names != tensors.size() || tensors.stream().anyMatch(t -> t.name().equals(METADATA))) {
            throw new IllegalArgumentException("tensors must have different names, none of them " + METADATA
                    + ": names=" + tensors.stream().map(Tensor::name).toList());
        }
    }

    private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            writeMetadata(json, metadata);
            long position = 0;
            for (Tensor tensor : tensors) {
                writeEntry(json, tensor, position);
                position = Math.addExact(position, tensor.data().byteSize());
            }
            json.writeEndObject();
        }
        return filledUp(bytes.toByteArray());
    }

    private static void writeMetadata(JsonGenerator json, Map<String, String> metadata) throws IOException {
        if (metadata.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeEntry(JsonGenerator json, Tensor tensor, long begin) throws IOException {
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeFieldName("shape");
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, begin + tensor.data().byteSize()}, 0, 2);
        json.writeEndObject();
    }

    private static byte[] filledUp(byte[] header) {
        int length = Math.ceilDiv(header.length, ALIGNMENT) * ALIGNMENT;
        byte[] filled = Arrays.copyOf(header, length);
        Arrays.fill(filled, header.length, length, (byte) ' ');
        return filled;
    }

    /** Copies through a direct buffer, which a channel writes without another copy, whatever memory holds the tensor. */
    private static void writeData(FileChannel channel, MemorySegment data, ByteBuffer chunk) throws IOException {
        MemorySegment chunkMemory = MemorySegment.ofBuffer(chunk.clear());
        for (long position = 0; position < data.byteSize(); position += CHUNK_BYTES) {
            int length = (int) Math.min(CHUNK_BYTES, data.byteSize() - position);
            MemorySegment.copy(data, position, chunkMemory, 0, length);
            writeFully(channel, chunk.clear().limit(length));
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
