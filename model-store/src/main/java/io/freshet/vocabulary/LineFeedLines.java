package io.freshet.vocabulary;

import io.freshet.format.CorruptFormatException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;

/**
 * Lines that each end with a line feed, and with nothing else: {@code BufferedReader.readLine} would also take a
 * carriage return for an end, and a last line that was cut short for a whole one.
 */
final class LineFeedLines {
    private static final int END = -1;

    private final Reader reader;
    private final Path file;
    private final StringBuilder line = new StringBuilder();

    /** The reader is read exactly up to the end of the line last taken; it should be buffered. */
    LineFeedLines(Reader reader, Path file) {
        this.reader = reader;
        this.file = file;
    }

    String next() throws IOException {
        line.setLength(0);
        for (int c = reader.read(); c != '\n'; c = reader.read()) {
            if (c == END || c == '\r') {
                throw new CorruptFormatException("line must end with a line feed: file=" + file + ", it "
                        + (c == END ? "ends with the file" : "has a carriage return"));
            }
            line.append((char) c);
        }
        return line.toString();
    }

    void requireEnd() throws IOException {
        if (reader.read() != END) {
            throw new CorruptFormatException("nothing must follow the counted lines: file=" + file);
        }
    }
}
