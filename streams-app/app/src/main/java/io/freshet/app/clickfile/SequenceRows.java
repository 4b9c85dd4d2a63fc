package io.freshet.app.clickfile;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Rows that are lines {@code user item item ...}, with items in order of time, separated by blanks or tabs. */
final class SequenceRows implements Rows {
    private final FileText text;
    private final BufferedReader lines;
    private List<String> words = List.of();
    private long line;

    SequenceRows(FileText text) throws IOException {
        this.text = text;
        this.lines = new BufferedReader(text.open(), 1 << 16);
    }

    @Override
    public boolean next() throws IOException {
        words = List.of();
        try {
            String read = lines.readLine();
            line++;
            while (read != null && read.isBlank()) {
                read = lines.readLine();
                line++;
            }
            if (read == null) {
                return false;
            }
            words = words(read);
            return true;
        } catch (IOException e) {
            throw text.explained(e);
        }
    }

    /** Returns the words of a line, which blanks or tabs separate. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(line);
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    @Override
    public int width() {
        return words.size();
    }

    @Override
    public @Nullable String field(int column) {
        return column < words.size() ? words.get(column) : null;
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
