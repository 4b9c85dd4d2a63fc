package io.freshet.demo;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a file as bytes, without their line ends, so that a row with broken characters can still be passed on as it
 * stands. Lines end with LF or CR LF.
 */
final class LineReader implements AutoCloseable {
    /** What is kept of a line. Beyond Kafka's largest record by default, a line could not be produced at all. */
    static final int MAX_LINE_BYTES = 900_000;

    private final InputStream input;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private byte[] line = new byte[256];
    private int length;

    LineReader(InputStream input) {
        this.input = input;
    }

    /** The next line, cut after {@link #MAX_LINE_BYTES}; null at the end of the file. */
    byte @Nullable [] next() throws IOException {
        length = 0;
        boolean ended = false;
        while (!ended) {
            if (position == limit && !fill()) {
                return length == 0 ? null : finished();
            }
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            keep(position, end);
            ended = end < limit;
            position = ended ? end + 1 : end;
        }
        return finished();
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, input.read(buffer));
        return limit > 0;
    }

    private void keep(int from, int to) {
        int kept = Math.min(to - from, MAX_LINE_BYTES - length);
        if (length + kept > line.length) {
            line = Arrays.copyOf(line, Math.max(length + kept, 2 * line.length));
        }
        System.arraycopy(buffer, from, line, length, kept);
        length += kept;
    }

    private byte[] finished() {
        boolean carriageReturn = length > 0 && line[length - 1] == '\r';
        return Arrays.copyOf(line, carriageReturn ? length - 1 : length);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
