package io.freshet.demo;

import io.freshet.event.Click;
import io.freshet.event.ClickCodec;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The clicks of a CSV or TSV file with a header, in file order; a name that ends in {@code .gz} is unpacked.
 *
 * <p>A click's position is its line number. A row that does not make a click, because columns are missing or its time
 * cannot be read, is passed on as it stands: the sequencer then puts it among the dead letters, where it can be looked
 * at. Empty lines are passed over.
 */
final class ClickFile implements ClickSource {
    private static final int ROWS_LOOKED_AT = 1_000;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final LineReader lines;
    private final Layout layout;
    private long lineNumber = 1; // the header
    private long passedOver;

    private ClickFile(LineReader lines, Layout layout) {
        this.lines = lines;
        this.layout = layout;
    }

    /** How a file is to be read. */
    record Layout(char separator, ClickColumns columns, TimeFormat timeFormat, List<String> header) {
        /** What was found out about the file, for the person. */
        String describe() {
            String type = columns.eventType() == ClickColumns.ABSENT ? "" : " type=" + header.get(columns.eventType());
            return String.format(
                    Locale.ROOT,
                    "%s, user=%s item=%s time=%s (%s)%s",
                    separatorName(),
                    header.get(columns.user()),
                    header.get(columns.item()),
                    header.get(columns.time()),
                    timeFormat,
                    type);
        }

        private String separatorName() {
            return switch (separator) {
                case '\t' -> "tab-separated";
                case ';' -> "semicolon-separated";
                default -> "comma-separated";
            };
        }
    }

    /**
     * Finds out how the file is laid out from its header and first rows.
     *
     * @throws ClickFileException when it is not a click file with these columns
     */
    static Layout layoutOf(Path file, ClickColumns.Names names) throws IOException, ClickFileException {
        try (LineReader lines = new LineReader(open(file))) {
            byte[] first = lines.next();
            if (first == null) {
                throw new ClickFileException("the file has a header line: " + file + " is empty");
            }
            String header = withoutByteOrderMark(text(first));
            char separator = SeparatedValues.separatorOf(header);
            List<String> titles = SeparatedValues.split(header, separator);
            if (titles == null) {
                throw new ClickFileException("quotes in the header are closed: " + file);
            }
            List<String> stripped = titles.stream().map(String::strip).toList();
            ClickColumns columns = ClickColumns.in(stripped, names);
            return new Layout(separator, columns, timeFormat(lines, separator, columns), stripped);
        }
    }

    private static TimeFormat timeFormat(LineReader lines, char separator, ClickColumns columns) throws IOException {
        List<String> times = new ArrayList<>();
        byte[] line = lines.next();
        for (int row = 0; line != null && row < ROWS_LOOKED_AT; row++) {
            List<String> fields = SeparatedValues.split(text(line), separator);
            if (fields != null && fields.size() > columns.time()) {
                times.add(fields.get(columns.time()).strip());
            }
            line = lines.next();
        }
        return TimeFormat.of(times);
    }

    static ClickFile open(Path file, Layout layout) throws IOException {
        LineReader lines = new LineReader(open(file));
        lines.next();
        return new ClickFile(lines, layout);
    }

    private static InputStream open(Path file) throws IOException {
        InputStream stream = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new GZIPInputStream(new BufferedInputStream(stream), 1 << 16) : stream;
    }

    @Override
    public @Nullable SourceClick next() throws IOException {
        byte[] line = nextLine();
        return line == null ? null : sourceClick(line);
    }

    /** The next row that makes a click; null at the end. */
    @Nullable
    Click nextClick() throws IOException {
        for (byte[] line = nextLine(); line != null; line = nextLine()) {
            Click click = click(text(line));
            if (click != null) {
                return click;
            }
            passedOver++;
        }
        return null;
    }

    /** Rows that {@link #nextClick} has found to make no click. */
    long passedOver() {
        return passedOver;
    }

    /** The next line that is not empty; null at the end. */
    private byte @Nullable [] nextLine() throws IOException {
        byte[] line;
        do {
            line = lines.next();
            lineNumber++;
        } while (line != null && line.length == 0);
        return line;
    }

    private SourceClick sourceClick(byte[] line) {
        Click click = click(text(line));
        return click == null
                ? new SourceClick(lineNumber, null, line)
                : new SourceClick(lineNumber, click.userId(), ClickCodec.toJson(click));
    }

    private @Nullable Click click(String line) {
        ClickColumns columns = layout.columns();
        List<String> fields = SeparatedValues.split(line, layout.separator());
        if (fields == null || fields.size() < columns.widthNeeded()) {
            return null;
        }
        String user = fields.get(columns.user()).strip();
        String item = fields.get(columns.item()).strip();
        OptionalLong timeMs =
                layout.timeFormat().toMs(fields.get(columns.time()).strip());
        if (timeMs.isEmpty()) {
            return null;
        }
        String eventType = optional(fields, columns.eventType());
        String eventId = optional(fields, columns.eventId());
        try {
            return new Click(user, item, timeMs.getAsLong(), eventType, eventId);
        } catch (IllegalArgumentException _) {
            return null; // an id that is empty or too long, a time before 1970
        }
    }

    private static @Nullable String optional(List<String> fields, int column) {
        if (column == ClickColumns.ABSENT || column >= fields.size()) {
            return null;
        }
        String text = fields.get(column).strip();
        return text.isEmpty() ? null : text;
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }

    private static String withoutByteOrderMark(String header) {
        return header.startsWith(BYTE_ORDER_MARK) ? header.substring(1) : header;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
