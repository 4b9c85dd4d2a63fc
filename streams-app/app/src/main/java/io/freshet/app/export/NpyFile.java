package io.freshet.app.export;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Writes vectors as a file of NumPy's NPY format, version 1.0.
 *
 * <pre>
 * position  bytes
 * 0         6       93 'N' 'U' 'M' 'P' 'Y', the first in hexadecimal
 * 6         2       1, 0
 * 8         2       n, the length of the header, little endian; 10 + n is a multiple of 64
 * 10        n       a Python dictionary in ASCII, spaces, and a line feed
 * 10 + n            (items, dim) float32, little endian, row-major
 * </pre>
 */
final class NpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT = 64;

    private NpyFile() {}

    static void write(Path file, ItemVectors items, ExportListener listener) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(channel, header(items.count(), items.dim()));
            for (int position = 0; position < items.count(); position++) {
                writeFully(channel, items.vector(position).asByteBuffer());
                listener.written(position + 1, items.count());
            }
        }
    }

    private static ByteBuffer header(int items, int dim) {
        String dictionary =
                String.format(Locale.ROOT, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", items, dim);
        int start = MAGIC.length + Short.BYTES;
        int whole = (start + dictionary.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        String padded = dictionary + " ".repeat(whole - start - dictionary.length() - 1) + "\n";
        return ByteBuffer.allocate(whole)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .putShort((short) padded.length())
                .put(padded.getBytes(US_ASCII))
                .flip();
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
