package io.freshet.store.snapshot;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FiniteNumbers;
import io.freshet.store.format.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file, mapped read-only. Pages are read on first access. Tensors are views of the mapping, which ends
 * with its arena. The file must not be truncated or overwritten while it is mapped. {@link SafetensorsWriter}
 * documents the layout. As thread-safe as the arena.
 */
public final class SafetensorsFile {
    /** Maximum length of the header, from the published format. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private final Path file;
    private final SafetensorsHeader header;
    private final MemorySegment data;

    private SafetensorsFile(Path file, SafetensorsHeader header, MemorySegment data) {
        this.file = file;
        this.header = header;
        this.data = data;
    }

    /**
     * Maps a file after checking its header: every tensor is in bounds, and every byte of the data belongs to exactly
     * one tensor.
     *
     * @param arena arena that owns the mapping
     * @throws FormatException if the file violates the format or has an element type not in {@link DType}
     */
    public static SafetensorsFile open(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int headerBytes = headerBytes(channel, file);
            long dataPosition = (long) SafetensorsWriter.LENGTH_BYTES + headerBytes;
            long dataBytes = channel.size() - dataPosition;
            byte[] json = read(channel, SafetensorsWriter.LENGTH_BYTES, headerBytes);
            SafetensorsHeader header = SafetensorsHeader.parse(json, dataBytes, file);
            MemorySegment data = channel.map(FileChannel.MapMode.READ_ONLY, dataPosition, dataBytes, arena);
            return new SafetensorsFile(file, header, data);
        }
    }

    /** Returns the free text of the header by name. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** Returns the names of the tensors, in the order of their data. */
    public List<String> names() {
        return List.copyOf(header.entries().sequencedKeySet());
    }

    /**
     * Returns a tensor, whose data is a read-only view of the mapping.
     *
     * @throws CorruptFormatException if there is no tensor of this name
     */
    public Tensor tensor(String name) {
        SafetensorsHeader.@Nullable Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new CorruptFormatException(
                    "tensor must be in the file: name=" + name + ", file=" + file + ", names=" + names());
        }
        return new Tensor(name, entry.dtype(), entry.shape(), data.asSlice(entry.begin(), entry.end() - entry.begin()));
    }

    /**
     * Returns a tensor of the given type and shape.
     *
     * @throws CorruptFormatException if the tensor has another type or shape; the message names both
     */
    public Tensor tensor(String name, DType dtype, long... shape) {
        Tensor tensor = tensor(name);
        if (tensor.dtype() != dtype
                || !tensor.shape().equals(Arrays.stream(shape).boxed().toList())) {
            throw new CorruptFormatException("tensor must be " + dtype + Arrays.toString(shape) + ": name=" + name
                    + ", found=" + tensor.dtype() + tensor.shape() + ", file=" + file);
        }
        return tensor;
    }

    /**
     * Returns a float32 tensor of the given shape, after reading all of it to check that its numbers are finite.
     *
     * @throws CorruptFormatException if the type or shape differs, or a number is not finite; the message names the
     *     first such number
     */
    public Tensor finiteTensor(String name, long... shape) {
        Tensor tensor = tensor(name, DType.F32, shape);
        long position = FiniteNumbers.firstOther(tensor.data());
        if (position >= 0) {
            throw new CorruptFormatException("tensor must hold finite numbers: name=" + name + ", position=" + position
                    + ", value=" + tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, position * Float.BYTES)
                    + ", file=" + file);
        }
        return tensor;
    }

    private static int headerBytes(FileChannel channel, Path file) throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < SafetensorsWriter.LENGTH_BYTES) {
            throw new CorruptFormatException("safetensors must have at least " + SafetensorsWriter.LENGTH_BYTES
                    + " bytes: length=" + fileBytes + ", file=" + file);
        }
        long bytes = ByteBuffer.wrap(read(channel, 0, SafetensorsWriter.LENGTH_BYTES))
                .order(LITTLE_ENDIAN)
                .getLong();
        if (bytes < 0 || bytes > Math.min(MAX_HEADER_BYTES, fileBytes - SafetensorsWriter.LENGTH_BYTES)) {
            throw new CorruptFormatException("safetensors header must fit into the file and " + MAX_HEADER_BYTES
                    + " bytes: header length=" + Long.toUnsignedString(bytes) + ", file length=" + fileBytes
                    + ", file=" + file);
        }
        return (int) bytes;
    }

    private static byte[] read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("file became shorter while it was read: position=" + bytes.position());
            }
        }
        return bytes.array();
    }
}
