package io.freshet.app.clickfile;

import io.freshet.app.clickfile.ClickFileOptions.Format;
import io.freshet.app.clickfile.ClickFileSummary.LeftOut;
import io.freshet.client.click.Click;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pass over the clicks of click files, in the order of the files and of their rows. Rows that give no click are counted
 * by reason, and their share is checked at the end of the last file. Not thread-safe.
 */
public final class ClickReader implements AutoCloseable {
    private static final int EXAMPLE_LENGTH = 60;
    private static final long DAY_MS = 86_400_000;

    private final List<Path> files;
    private final Layout layout;
    private final ClickFileOptions options;
    private final ClickFileSummary.Input input;
    private final Check check;
    private final Map<String, LeftOut> leftOut = new TreeMap<>();
    private int nextFile;
    private @Nullable Path file;
    private @Nullable Rows rows;
    private int nextItem; // position of the next item of a sequence
    private long brokenSequence; // number of the newest row with an item that was left out
    private long rowCount;
    private long clicks;
    private long firstMs = Long.MAX_VALUE;
    private long lastMs = Long.MIN_VALUE;
    private long lateClicks;
    private long multiLineRows;

    /** Checks a file before it is read. */
    interface Check {
        /**
         * Checks the file.
         *
         * @throws ClickFileException if the file must not be read
         */
        void accept(Path file) throws IOException;
    }

    ClickReader(List<Path> files, Layout layout, ClickFileOptions options, ClickFileSummary.Input input, Check check) {
        this.files = files;
        this.layout = layout;
        this.options = options;
        this.input = input;
        this.check = check;
    }

    /**
     * Returns the next click; null at the end of the last file.
     *
     * @throws ClickFileException if a file cannot be read to its end, or at the end if there was no click at all or more
     *     rows were left out than {@code --max-bad-rows} allows
     */
    public @Nullable Click next() throws IOException {
        while (true) {
            Rows current = rows;
            if (current != null && nextItem > 0 && nextItem < current.width()) {
                Click click = itemOfSequence(current);
                if (click != null) {
                    return click;
                }
            } else if (!advance()) {
                return null;
            } else if (rows != null && layout.format() != Format.SEQUENCES) {
                Click click = click(rows);
                if (click != null) {
                    return counted(click);
                }
            }
        }
    }

    /**
     * Returns the number of the newest click's row, from 1 and over all files. All clicks of a line
     * {@code user item item ...} have the same number.
     */
    public long position() {
        return rowCount;
    }

    /** Returns a summary of what has been read so far. */
    public ClickFileSummary summary() {
        boolean timed = layout.times() != null && clicks > 0;
        return new ClickFileSummary(
                input,
                rowCount,
                clicks,
                timed ? TimeFormat.show(firstMs) : null,
                timed ? TimeFormat.show(lastMs) : null,
                lateClicks,
                multiLineRows,
                0,
                new TreeMap<>(leftOut));
    }

    private boolean advance() throws IOException {
        while (true) {
            if (rows == null && !openNext()) {
                requireEnough();
                return false;
            }
            Rows current = rows;
            if (current != null && current.next()) {
                if (!isHeader(current)) {
                    rowCount++;
                    multiLineRows += current.lines() > 1 ? 1 : 0;
                    nextItem = layout.format() == Format.SEQUENCES ? firstItem(current) : 0;
                    return true;
                }
            } else {
                close();
            }
        }
    }

    private boolean openNext() throws IOException {
        if (nextFile == files.size()) {
            return false;
        }
        file = files.get(nextFile++);
        check.accept(file);
        rows = layout.open(FileText.of(file, options.encoding()));
        if (!layout.headerRow().isEmpty() && rows.next()) {
            List<String> header = fieldsOf(rows);
            if (!header.equals(layout.headerRow())) {
                throw new ClickFileException("The header of " + file + " differs from the header of " + files.getFirst()
                        + ", so they cannot be read together. Expected: " + String.join(", ", layout.headerRow())
                        + ". Found: " + String.join(", ", header));
            }
        }
        if (rows instanceof CsvRows csv) {
            csv.want(layout.columns().asSet(), layout.names().size());
        }
        return true;
    }

    static List<String> fieldsOf(Rows rows) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < rows.width(); i++) {
            fields.add(String.valueOf(rows.field(i)));
        }
        return fields;
    }

    /** Returns whether a row repeats the header, which happens if files with headers were concatenated. */
    private boolean isHeader(Rows row) {
        List<String> header = layout.headerRow();
        Columns columns = layout.columns();
        return row.width() == header.size()
                && header.size() == layout.names().size()
                && header.get(columns.time()).equals(row.field(columns.time()))
                && header.get(columns.user()).equals(row.field(columns.user()));
    }

    private @Nullable Click click(Rows row) {
        Reason malformed = row.malformed();
        int width = layout.names().size();
        if (malformed != null) {
            return leaveOut(row, malformed, "the line is not one JSON object");
        }
        if (row.width() != width) {
            return leaveOut(row, Reason.WRONG_WIDTH, "the row has " + row.width() + " fields and not " + width);
        }
        Columns columns = layout.columns();
        String user = row.field(columns.user());
        String item = row.field(columns.item());
        String time = row.field(columns.time());
        TimeFormat times = layout.times();
        if (user == null || Layout.isMissing(user)) {
            return leaveOut(row, Reason.NO_USER, quoted(user));
        }
        if (item == null || Layout.isMissing(item)) {
            return leaveOut(row, Reason.NO_ITEM, quoted(item));
        }
        if (time == null || times == null || Layout.isMissing(time)) {
            return leaveOut(row, Reason.NO_TIME, quoted(time));
        }
        long timeMs = times.toMs(time);
        if (timeMs == TimeFormat.UNREADABLE) {
            return leaveOut(row, Reason.UNREADABLE_TIME, quoted(time) + " is not " + times);
        }
        if (!times.isPlausible(timeMs) || timeMs < 0 || timeMs > Click.MAX_TIMESTAMP_MS) {
            return leaveOut(row, Reason.IMPLAUSIBLE_TIME, quoted(time) + " would be " + TimeFormat.show(timeMs));
        }
        return click(row, user, item, timeMs);
    }

    private @Nullable Click click(Rows row, String user, String item, long timeMs) {
        Columns columns = layout.columns();
        try {
            return new Click(user, item, timeMs, optional(row, columns.type()), optional(row, columns.id()));
        } catch (IllegalArgumentException e) {
            return leaveOut(row, Reason.INVALID_ID, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String optional(Rows row, int column) {
        String text = column == Columns.ABSENT ? null : row.field(column);
        return Layout.isMissing(text) ? null : text;
    }

    /** Returns the position of a sequence's first item; 0 if the line has none. */
    private int firstItem(Rows row) {
        if (Layout.isMissing(row.field(0))) {
            leaveOut(row, Reason.NO_USER, quoted(row.field(0)));
            return 0;
        }
        if (row.width() < 2) {
            leaveOut(row, Reason.NO_ITEM, "a line must be 'user item item ...': " + quoted(row.field(0)));
            return 0;
        }
        return 1;
    }

    /**
     * Returns a click on the next item of a sequence; null if it is not valid. A line counts once, however many of its
     * items are left out.
     */
    private @Nullable Click itemOfSequence(Rows row) {
        String user = String.valueOf(row.field(0));
        String item = row.field(nextItem++);
        if (item == null || Layout.isMissing(item)) {
            return leaveItemOut(row, Reason.NO_ITEM, quoted(item));
        }
        try {
            Click click = new Click(user, item, 0, null, null);
            clicks++;
            return click;
        } catch (IllegalArgumentException e) {
            return leaveItemOut(row, Reason.INVALID_ID, String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Click leaveItemOut(Rows row, Reason reason, String example) {
        if (brokenSequence == rowCount) {
            return null;
        }
        brokenSequence = rowCount;
        return leaveOut(row, reason, example);
    }

    private Click counted(Click click) {
        clicks++;
        lateClicks += clicks > 1 && click.timestampMs() < lastMs - DAY_MS ? 1 : 0;
        firstMs = Math.min(firstMs, click.timestampMs());
        lastMs = Math.max(lastMs, click.timestampMs());
        return click;
    }

    /**
     * Counts a row that gives no click, once for each of its lines, because a stray quote may have merged other rows into
     * it.
     */
    private @Nullable Click leaveOut(Rows row, Reason reason, String example) {
        String name = String.valueOf(file);
        LeftOut before = leftOut.get(reason.code());
        rowCount += row.lines() - 1;
        leftOut.put(
                reason.code(),
                before == null ? new LeftOut(row.lines(), name, row.line(), example) : before.plus(row.lines()));
        return null;
    }

    private static String quoted(@Nullable String text) {
        String shown = text == null ? "" : text;
        return '\'' + (shown.length() > EXAMPLE_LENGTH ? shown.substring(0, EXAMPLE_LENGTH) + "…" : shown) + '\'';
    }

    private void requireEnough() throws ClickFileException {
        ClickFileSummary summary = summary();
        long bad = summary.leftOutRows();
        String reasons = String.join("\n", summary.leftOutLines());
        if (bad > options.maxBadRows() * rowCount) {
            throw new ClickFileException(String.format(
                    Locale.ROOT,
                    "%s: %,d of %,d rows (%.1f%%) give no click, and --max-bad-rows allows %s%%:%n%s",
                    files.size() == 1 ? files.getFirst() : files.size() + " files",
                    bad,
                    rowCount,
                    100.0 * bad / rowCount,
                    String.format(Locale.ROOT, "%.3f", 100 * options.maxBadRows())
                            .replaceAll("\\.?0+$", ""),
                    reasons));
        }
        if (clicks == 0) {
            throw new ClickFileException("There must be a click, and there is none in " + files.getFirst()
                    + (files.size() == 1 ? "" : " nor in the other files"));
        }
    }

    @Override
    public void close() throws IOException {
        Rows open = rows;
        rows = null;
        nextItem = 0;
        if (open != null) {
            open.close();
        }
    }
}
