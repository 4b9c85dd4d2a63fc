package io.freshet.app.clickfile;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A file as text. A file packed with gzip or zstd, recognised by its first bytes, is unpacked, all members in turn. The
 * text is decoded strictly. A byte order mark is left out of the text, and determines the encoding unless the user names
 * one.
 *
 * @param mark number of bytes of the byte order mark
 * @param packed {@code gzip}, {@code zstd}, {@code ""} for a file that is not packed, or {@code parquet}, which is not text
 */
record FileText(Path file, Charset charset, int mark, String packed) {
    private static final String PARQUET = "parquet";
    private static final int HEAD_BYTES = 4096;
    private static final int BUFFER_BYTES = 1 << 16;

    /** @param bytes the bytes, as characters of ISO-8859-1 */
    private record Mark(Charset charset, String bytes) {}

    // UTF-32LE comes before UTF-16LE, because its mark begins with that of UTF-16LE.
    private static final List<Mark> MARKS = List.of(
            new Mark(StandardCharsets.UTF_8, "\u00EF\u00BB\u00BF"),
            new Mark(StandardCharsets.UTF_32LE, "\u00FF\u00FE\u0000\u0000"),
            new Mark(StandardCharsets.UTF_16LE, "\u00FF\u00FE"),
            new Mark(StandardCharsets.UTF_16BE, "\u00FE\u00FF"));

    /**
     * Examines the first bytes of a file.
     *
     * @param charset the charset that the user named; null for that of the byte order mark, or UTF-8 if there is none
     * @throws ClickFileException if the file is packed in an unknown way, or is not text
     */
    static FileText of(Path file, @Nullable Charset charset) throws IOException {
        byte[] raw;
        try (InputStream input = Files.newInputStream(file)) {
            raw = input.readNBytes(HEAD_BYTES);
        }
        if (startsWith(raw, "PAR1")) {
            return new FileText(file, StandardCharsets.UTF_8, 0, PARQUET);
        }
        String packed = packedBy(file, raw);
        byte[] head = raw;
        if (!packed.isEmpty()) {
            try (InputStream input = unpacked(file, packed)) {
                head = input.readNBytes(HEAD_BYTES);
            } catch (IOException e) {
                throw new FileText(file, StandardCharsets.UTF_8, 0, packed).explained(e);
            }
        }
        for (Mark mark : MARKS) {
            if (startsWith(head, mark.bytes())) {
                return new FileText(
                        file,
                        charset == null ? mark.charset() : charset,
                        mark.bytes().length(),
                        packed);
            }
        }
        if (charset == null && hasZeros(head)) {
            throw new ClickFileException(file + " has zero bytes, so it is not UTF-8 text. If it is UTF-16 without a"
                    + " byte order mark, say --encoding UTF-16LE or --encoding UTF-16BE");
        }
        return new FileText(file, charset == null ? StandardCharsets.UTF_8 : charset, 0, packed);
    }

    private static String packedBy(Path file, byte[] head) throws ClickFileException {
        if (startsWith(head, "\u001F\u008B")) {
            return "gzip";
        }
        if (startsWith(head, "(\u00B5/\u00FD")) {
            return "zstd";
        }
        String unknown = startsWith(head, "PK\u0003\u0004")
                ? "zip"
                : startsWith(head, "BZh") && head.length > 3 && head[3] >= '1' && head[3] <= '9'
                        ? "bzip2"
                        : startsWith(head, "\u00FD7zXZ") ? "xz" : "";
        if (!unknown.isEmpty()) {
            throw new ClickFileException(
                    file + " is packed with " + unknown + ". Unpack it first, or pack it with gzip or zstd");
        }
        return "";
    }

    boolean isParquet() {
        return packed.equals(PARQUET);
    }

    /** Opens the text at its beginning; the caller closes it. */
    Reader open() throws IOException {
        InputStream input = unpacked(file, packed);
        try {
            input.skipNBytes(mark);
            return new InputStreamReader(input, decoder());
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }

    private CharsetDecoder decoder() {
        return charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private static InputStream unpacked(Path file, String packed) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        try {
            return switch (packed) {
                case "gzip" -> new BufferedInputStream(new GzipMembers(raw), BUFFER_BYTES);
                case "zstd" -> new BufferedInputStream(new ZstdInputStream(raw), BUFFER_BYTES);
                default -> raw;
            };
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    /**
     * A gzip stream that fails if bytes after a member are not a member. {@link GZIPInputStream} treats them as the end of
     * the file.
     */
    private static final class GzipMembers extends GZIPInputStream {
        private static final int TRAILER_BYTES = 8;

        GzipMembers(InputStream packed) throws IOException {
            super(packed, BUFFER_BYTES);
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int read = super.read(to, from, length);
            if (read < 0 && (inf.getRemaining() > TRAILER_BYTES || in.read() >= 0)) {
                throw new ZipException("data after a gzip member is not a gzip member");
            }
            return read;
        }
    }

    /** Returns whether the text has at least this many lines that are not blank. */
    boolean hasLines(int count) throws IOException {
        try (BufferedReader reader = new BufferedReader(open())) {
            return reader.lines().filter(line -> !line.isBlank()).limit(count).count() == count;
        } catch (IOException e) {
            throw explained(e);
        } catch (UncheckedIOException e) {
            throw explained(Objects.requireNonNull(e.getCause()));
        }
    }

    /** Returns the exception that explains a failure to read this text. */
    IOException explained(IOException failure) {
        boolean unpacking = failure instanceof EOFException
                || failure instanceof ZipException
                || (packed.equals("zstd") && failure.getClass().getName().startsWith("com.github.luben.zstd."));
        if (failure instanceof CharacterCodingException) {
            return malformed(failure);
        }
        return unpacking ? damaged(file, packed, failure) : failure;
    }

    private static ClickFileException damaged(Path file, String packed, IOException failure) {
        return new ClickFileException(
                file + " is damaged or cut off: " + packed + " cannot unpack it to its end", failure);
    }

    /** Reads the file again to find the first line that is invalid in its encoding. */
    private ClickFileException malformed(IOException failure) {
        String where = "";
        try (InputStream input = unpacked(file, packed)) {
            input.skipNBytes(mark);
            where = " in line " + firstMalformedLine(new PushbackInputStream(input, BUFFER_BYTES));
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return new ClickFileException(
                file + " is not valid " + charset + where + ". Name its encoding, for example --encoding ISO-8859-1 or"
                        + " --encoding windows-1252",
                failure);
    }

    private long firstMalformedLine(PushbackInputStream input) throws IOException {
        CharsetDecoder decoder = decoder();
        byte[] chunk = new byte[BUFFER_BYTES];
        CharBuffer chars = CharBuffer.allocate(2 * BUFFER_BYTES);
        long line = 1;
        for (int size = input.read(chunk); size > 0; size = input.read(chunk)) {
            ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, size);
            boolean malformed = decoder.decode(bytes, chars.clear(), false).isError();
            line += chars.flip().chars().filter(c -> c == '\n').count();
            if (malformed || bytes.remaining() == size) {
                return line;
            }
            input.unread(chunk, bytes.position(), bytes.remaining());
        }
        return line;
    }

    private static boolean hasZeros(byte[] head) {
        for (byte b : head) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    /** @param bytes the bytes, as characters of ISO-8859-1 */
    private static boolean startsWith(byte[] head, String bytes) {
        return new String(head, 0, Math.min(head.length, bytes.length()), StandardCharsets.ISO_8859_1).equals(bytes);
    }

    /** Describes encoding and compression for the summary: {@code UTF-8}, {@code UTF-16LE by its byte order mark, gzip}. */
    String describe() {
        return isParquet()
                ? "binary"
                : charset + (mark > 0 ? " by its byte order mark" : "") + (packed.isEmpty() ? "" : ", " + packed);
    }
}
