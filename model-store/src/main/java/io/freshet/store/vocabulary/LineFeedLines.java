package io.freshet.store.vocabulary;

import io.freshet.store.format.CorruptFormatException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;

/**
 * Reads lines that end with a line feed and nothing else. {@code BufferedReader.readLine} would also accept a carriage
 * return as a line end, and a truncated last line as complete.
 */
final class LineFeedLines {
    private static final int END = -1;

    private final Reader reader;
    private final Path file;
    private final StringBuilder line = new StringBuilder();

    /**
     * Creates a reader of lines. It reads exactly up to the end of each returned line, so {@code reader} should be
     * buffered.
     */
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
            throw new CorruptFormatException("the file must end after the counted lines: file=" + file);
        }
    }
}
