package io.freshet.app.clickfile;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows of separated values, by FastCSV: fields may be quoted, and quoted ones may hold separators and line ends. */
final class CsvRows implements Rows {
    /** A longer quoted field is treated as a stray quote. */
    private static final int MOST_LINES = 1_000;

    /** A quoted field with at least this many lines that look like rows, and few other lines, begins with a stray quote. */
    private static final int FEWEST_ROWS_INSIDE = 3;

    private static final double SHARE_OF_ROWS_INSIDE = .8;

    /** Marker after the last row. If it is not read as a row of its own, a quote before it was not closed. */
    private static final String END = "\u0000end\u0000";

    /** @param quote U+FFFF if the file has no quotes */
    record Dialect(String separator, char quote) {
        static final char NO_QUOTE = '\uFFFF';
    }

    private final FileText text;
    private final CsvReader<Row> reader;
    private final CloseableIterator<Row> rows;
    private final Row row = new Row();

    /** The row that FastCSV fills. Only wanted fields are converted to strings. */
    private static final class Row extends AbstractBaseCsvCallbackHandler<Row> {
        private String[] fields = new String[16];
        private @Nullable BitSet wanted;
        private int width;
        private int lines;
        private int rowsInside; // lines within quoted fields that look like rows
        private int separators; // expected number in a row; 0 if not known
        private char separator;
        private long line;
        private boolean isEnd;

        @Override
        protected void handleBegin(long startingLineNumber) {
            line = startingLineNumber;
            lines = 1;
            rowsInside = 0;
            width = 0;
            isEnd = false;
        }

        @Override
        protected void handleField(int column, char[] buffer, int offset, int length, boolean quoted) {
            if (column >= fields.length) {
                fields = Arrays.copyOf(fields, 2 * column);
            }
            if (wanted == null || wanted.get(column)) {
                fields[column] = stripped(buffer, offset, length);
            }
            if (quoted) {
                countLines(buffer, offset, length);
            } else if (column == 0 && length == END.length() && buffer[offset] == 0) {
                isEnd = END.contentEquals(stripped(buffer, offset, length));
            }
            width = column + 1;
        }

        private void countLines(char[] buffer, int offset, int length) {
            int inLine = 0;
            int before = lines;
            for (int i = offset; i < offset + length; i++) {
                if (buffer[i] == '\n') {
                    rowsInside += lines > before && separators > 0 && inLine == separators ? 1 : 0;
                    lines++;
                    inLine = 0;
                } else if (buffer[i] == separator) {
                    inLine++;
                }
            }
        }

        private static String stripped(char[] buffer, int offset, int length) {
            int from = offset;
            int to = offset + length;
            while (from < to && Character.isWhitespace(buffer[from])) {
                from++;
            }
            while (to > from && Character.isWhitespace(buffer[to - 1])) {
                to--;
            }
            return new String(buffer, from, to - from);
        }

        @Override
        protected Row buildRecord() {
            return this;
        }
    }

    /** Reads a text, followed by the end marker. */
    private static final class WithEnd extends Reader {
        private final Reader text;
        private final Reader end = new StringReader("\n" + END);
        private boolean atEnd;

        WithEnd(Reader text) {
            this.text = text;
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            int read = atEnd ? -1 : text.read(buffer, offset, length);
            atEnd = read < 0;
            return atEnd ? end.read(buffer, offset, length) : read;
        }

        @Override
        public void close() throws IOException {
            text.close();
        }
    }

    private CsvRows(FileText text, Reader characters, Dialect dialect) {
        this.text = text;
        this.reader = CsvReader.builder()
                .fieldSeparator(dialect.separator())
                .quoteCharacter(dialect.quote())
                .allowExtraFields(true)
                .allowMissingFields(true)
                .skipEmptyLines(true)
                .build(row, new WithEnd(characters));
        this.rows = reader.iterator();
        row.separator = dialect.separator().charAt(0);
    }

    static CsvRows open(FileText text, Dialect dialect) throws IOException {
        return new CsvRows(text, text.open(), dialect);
    }

    /** @param head the beginning of the text, up to the end of a row */
    static CsvRows of(FileText text, String head, Dialect dialect) {
        return new CsvRows(text, new StringReader(head), dialect);
    }

    /**
     * Sets the fields that are read from the next row on. Other fields must not be asked for.
     *
     * @param width number of fields that a row should have
     */
    void want(BitSet columns, int width) {
        row.wanted = columns;
        row.separators = width - 1;
    }

    @Override
    public boolean next() throws IOException {
        if (row.isEnd) {
            return false;
        }
        long before = row.line;
        try {
            if (!rows.hasNext()) {
                throw unclosed(before);
            }
            rows.next();
        } catch (CsvParseException e) {
            if (e.getCause() instanceof IOException cause) {
                throw text.explained(cause);
            }
            throw new ClickFileException(
                    text.file() + " cannot be read as separated values: " + e.getMessage()
                            + (e.getCause() == null ? "" : ": " + e.getCause().getMessage())
                            + ". If quotes are ordinary characters in this file, say --quote none",
                    e);
        } catch (UncheckedIOException e) {
            throw text.explained(Objects.requireNonNull(e.getCause()));
        }
        if (row.lines > MOST_LINES) {
            throw new ClickFileException(text.file() + ": the quoted field in line " + row.line + " takes " + row.lines
                    + " lines. If quotes are ordinary characters in this file, say --quote none");
        }
        if (row.rowsInside >= FEWEST_ROWS_INSIDE && row.rowsInside >= SHARE_OF_ROWS_INSIDE * (row.lines - 2)) {
            throw new ClickFileException(text.file() + ": a quote opens in line " + row.line + " and closes "
                    + row.lines
                    + " lines later, and " + row.rowsInside + " lines between look like rows. If quotes are ordinary"
                    + " characters in this file, say --quote none");
        }
        return !row.isEnd;
    }

    private ClickFileException unclosed(long line) {
        return new ClickFileException(text.file() + ": a quote is opened in line " + line
                + " and never closed. If quotes are ordinary characters in this file, say --quote none");
    }

    @Override
    public int width() {
        return row.width;
    }

    @Override
    public @Nullable String field(int column) {
        return column < row.width ? row.fields[column] : null;
    }

    @Override
    public long line() {
        return row.line;
    }

    @Override
    public int lines() {
        return row.lines;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
