package io.freshet.app.clickfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A summary of the clicks that were read from files: the part of {@code --json} about the input, one component for each
 * key.
 *
 * @param input the layout of the files
 * @param rows number of rows other than headers; a row that was left out counts once for each of its lines
 * @param clicks number of clicks in these rows
 * @param firstTime the earliest time, ISO-8601 in UTC; null if there is none
 * @param lastTime the latest time
 * @param lateClicks number of clicks more than a day earlier than some click before them
 * @param multiLineRows number of rows with line ends inside quotes
 * @param repeatedClicks number of clicks that were left out because an earlier click of the user had the same event id; 0
 *     if the command writes clicks to a topic, whose reader leaves them out
 * @param leftOut rows that gave no click, by the code of the reason
 */
public record ClickFileSummary(
        Input input,
        long rows,
        long clicks,
        @Nullable String firstTime,
        @Nullable String lastTime,
        long lateClicks,
        long multiLineRows,
        long repeatedClicks,
        Map<String, LeftOut> leftOut) {

    /**
     * The layout of the files.
     *
     * @param files the files as named, in the order in which they are read
     * @param format csv, json, sequences or parquet, with the separator
     * @param columns the part of the click → the name of its column
     * @param timeFormat the format of times; null if there are none
     */
    public record Input(
            List<String> files,
            String format,
            String encoding,
            Map<String, String> columns,
            @Nullable String timeFormat) {}

    /**
     * Rows that were left out for one reason.
     *
     * @param firstFile the file that has the first of these rows
     * @param firstLine the line of that file in which this row begins, from 1
     * @param example what is wrong with the first row
     */
    public record LeftOut(long rows, String firstFile, long firstLine, String example) {
        LeftOut plus(long more) {
            return new LeftOut(rows + more, firstFile, firstLine, example);
        }
    }

    /** Returns this summary after this many of the clicks were left out, see {@link #repeatedClicks}. */
    public ClickFileSummary withRepeatedClicks(long count) {
        return new ClickFileSummary(
                input, rows, clicks - count, firstTime, lastTime, lateClicks, multiLineRows, count, leftOut);
    }

    /** Returns the number of all rows that were left out. */
    public long leftOutRows() {
        return leftOut.values().stream().mapToLong(LeftOut::rows).sum();
    }

    /** Returns lines that tell the user how much was read and what was left out. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "  %,d rows, %,d clicks%s",
                rows,
                clicks,
                firstTime == null ? "" : " from " + firstTime + " to " + lastTime));
        if (multiLineRows > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  note: %,d %s line ends inside quotes. If quotes are ordinary characters in the files, say"
                            + " --quote none",
                    multiLineRows,
                    multiLineRows == 1 ? "row has" : "rows have"));
        }
        lines.addAll(leftOutLines());
        return lines;
    }

    /** Returns what was left out and why, one line for each reason; no lines if nothing was left out. */
    public List<String> leftOutLines() {
        List<String> lines = new ArrayList<>();
        if (repeatedClicks > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  left out: %,d %s the event id of an earlier click of the same user",
                    repeatedClicks,
                    repeatedClicks == 1 ? "click repeats" : "clicks repeat"));
        }
        leftOut.forEach((reason, left) -> lines.add(String.format(
                Locale.ROOT,
                "  left out: %,d %s, %s; the first in %s, line %d: %s",
                left.rows(),
                left.rows() == 1 ? "row" : "rows",
                reason,
                left.firstFile(),
                left.firstLine(),
                left.example())));
        return lines;
    }

    /** Returns a warning if clicks are not in order of time, for commands that replay them in the order of the files. */
    public Optional<String> orderWarning() {
        return lateClicks == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "  warning: %,d of %,d clicks are more than a day earlier than a click before them, so the files"
                                + " are not in order of time. Clicks are replayed in the order of the files, and"
                                + " histories may be lost; sort the clicks by time first",
                        lateClicks,
                        clicks));
    }

    static String columns(Map<String, String> columns) {
        StringJoiner text = new StringJoiner(", ");
        columns.forEach((part, name) -> text.add(part + "=" + name));
        return text.toString();
    }
}
