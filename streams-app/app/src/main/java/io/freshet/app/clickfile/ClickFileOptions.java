package io.freshet.app.clickfile;

import java.nio.charset.Charset;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The options for reading click files, shared by all commands that read them. What is not given is guessed. Values from
 * options are used as they are; only guesses are checked for plausibility.
 */
public final class ClickFileOptions {
    private static final String POSITIONAL = "user, item, time, type, id";

    /** The format of a file. */
    enum Format {
        CSV,
        JSON,
        SEQUENCES,
        PARQUET
    }

    @Option(names = "--user", paramLabel = "COLUMN", description = "Column that names the user. Default: guessed.")
    private @Nullable String user;

    @Option(names = "--item", paramLabel = "COLUMN", description = "Column that names the item. Default: guessed.")
    private @Nullable String item;

    @Option(
            names = "--time",
            paramLabel = "COLUMN",
            description = "Column with the click's time. Clicks of a user with the same time keep the order of the"
                    + " file. Default: guessed.")
    private @Nullable String time;

    @Option(
            names = "--event-type",
            paramLabel = "COLUMN",
            description = "Column with the kind of event, or none. Default: guessed; the file need not have one.")
    private @Nullable String eventType;

    @Option(
            names = "--event-id",
            paramLabel = "COLUMN",
            description = "Column with the id of the event, by which a repetition is recognised, or none. Default:"
                    + " guessed; the file need not have one.")
    private @Nullable String eventId;

    @Option(
            names = "--columns",
            paramLabel = "NAMES",
            split = ",",
            description = "For a file without a header, its columns in order, such as user,item,rating,time; the names"
                    + " that are used are " + POSITIONAL + ". For a file with a header, the column of each, such as"
                    + " user=visitorid,item=itemid,time=timestamp.")
    private List<String> columns = List.of();

    @Option(
            names = "--format",
            paramLabel = "csv|json|sequences|parquet",
            description = "csv: separated values. json: one JSON object in each line. sequences: lines 'user item item"
                    + " ...' in order of time, without times (fit, evaluate and bench train only). Default: guessed.")
    private @Nullable Format format;

    @Option(
            names = "--separator",
            paramLabel = "TEXT",
            description = "Field separator: a text such as ; or ::, or tab, comma, semicolon, pipe or space. Default:"
                    + " guessed.")
    private @Nullable String separator;

    @Option(
            names = "--quote",
            paramLabel = "CHAR",
            description = "Character that quotes fields; none if quotes are ordinary characters. Default: \".")
    private String quote = "\"";

    @Option(
            names = "--encoding",
            paramLabel = "NAME",
            description = "Encoding of the text, such as ISO-8859-1 or windows-1252. Default: that of a byte order"
                    + " mark, or UTF-8.")
    private @Nullable Charset encoding;

    @Option(
            names = "--time-format",
            paramLabel = "FORMAT",
            description =
                    "seconds, milliseconds, microseconds or nanoseconds since 1970; iso; yyyyMMdd; yyyyMMddHHmmss;"
                            + " or a pattern such as \"MM/dd/yyyy HH:mm\". Times may then be in 1970 or in the future."
                            + " Default: guessed.")
    private @Nullable String timeFormat;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "Time zone of times without an offset, such as Europe/Berlin. Default: ${DEFAULT-VALUE}.")
    private ZoneId zone = ZoneOffset.UTC;

    @Option(
            names = "--max-bad-rows",
            paramLabel = "SHARE",
            defaultValue = "1%",
            converter = Share.class,
            description = "Largest share of rows that may be left out because they give no click, such as 5%% or 0.05."
                    + " With more, the command fails. Default: 1%%.")
    private double maxBadRows = .01;

    /** Creates options under which everything is guessed. */
    public ClickFileOptions() {}

    /** Converts {@code 5%} or {@code 0.05}. */
    static final class Share implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            boolean percent = text.endsWith("%");
            try {
                double share =
                        Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text) / (percent ? 100 : 1);
                if (share >= 0 && share <= 1) {
                    return share;
                }
            } catch (NumberFormatException _) {
                // reported below
            }
            throw new TypeConversionException("'" + text + "' is not a share such as 5% or 0.05");
        }
    }

    /**
     * Refuses options that apply to other formats only.
     *
     * @throws ClickFileException if there are such options; the message names them
     */
    void requireApplicable(Format found) throws ClickFileException {
        List<String> others = new ArrayList<>();
        if (found != Format.CSV) {
            addIf(separator != null, "--separator", others);
            addIf(!quote.equals("\""), "--quote", others);
            addIf(!positional().isEmpty(), "--columns with names in order", others);
        }
        addIf(found == Format.PARQUET && encoding != null, "--encoding", others);
        if (found == Format.SEQUENCES) {
            for (Columns.Part part : List.of(
                    Columns.Part.USER, Columns.Part.ITEM, Columns.Part.TIME, Columns.Part.TYPE, Columns.Part.ID)) {
                String column = column(part);
                addIf(column != null && !column.equals("none"), part.option(), others);
            }
            addIf(timeFormat != null, "--time-format", others);
        }
        if (!others.isEmpty()) {
            String what = switch (found) {
                case CSV -> "separated values";
                case JSON -> "JSON lines";
                case PARQUET -> "Parquet files";
                case SEQUENCES -> "lines 'user item item ...'";
            };
            throw new ClickFileException(String.join(", ", others) + " cannot be used with " + what + ": leave it out");
        }
    }

    private static void addIf(boolean given, String option, List<String> options) {
        if (given) {
            options.add(option);
        }
    }

    @Nullable
    Format format() {
        return format;
    }

    @Nullable
    Charset encoding() {
        return encoding;
    }

    @Nullable
    String timeFormat() {
        return timeFormat;
    }

    ZoneId zone() {
        return zone.getId().equals("UTC") ? ZoneOffset.UTC : zone;
    }

    double maxBadRows() {
        return maxBadRows;
    }

    /** Returns the separator of fields; null if it is to be guessed. */
    @Nullable
    String separator() throws ClickFileException {
        if (separator != null && separator.isEmpty()) {
            throw new ClickFileException(
                    "--separator must be one or more characters, or tab, comma, semicolon, pipe or space");
        }
        if (separator != null && separator.indexOf(quote()) >= 0) {
            throw new ClickFileException("--separator and --quote must differ: " + separator);
        }
        return separator == null
                ? null
                : switch (separator.toLowerCase(Locale.ROOT)) {
                    case "tab", "\\t" -> "\t";
                    case "comma" -> ",";
                    case "semicolon" -> ";";
                    case "pipe" -> "|";
                    case "space" -> " ";
                    default -> separator;
                };
    }

    char quote() throws ClickFileException {
        if (quote.equals("none")) {
            return CsvRows.Dialect.NO_QUOTE;
        }
        if (quote.length() != 1) {
            throw new ClickFileException("--quote must be one character, or none: " + quote);
        }
        return quote.charAt(0);
    }

    /** Returns the options that change how bytes become fields; empty if none is given. */
    String dialect() {
        return (quote.equals("\"") ? "" : ", quote=" + quote) + (encoding == null ? "" : ", encoding=" + encoding);
    }

    /**
     * Returns the names of all columns, in order, of a file without a header; empty if {@code --columns} does not list
     * them.
     */
    List<String> positional() {
        return columns.stream().anyMatch(name -> name.contains("=")) ? List.of() : columns;
    }

    /**
     * Returns the column that the user named for a part; null if it is to be guessed.
     *
     * @throws ClickFileException if {@code --columns} and the part's own option contradict each other
     */
    @Nullable
    String column(Columns.Part part) throws ClickFileException {
        String own = switch (part) {
            case USER -> user;
            case ITEM -> item;
            case TIME -> time;
            case TYPE -> eventType;
            case ID -> eventId;
            case SESSION -> null;
        };
        String listed = listed().get(part);
        if (own != null && listed != null && !own.equals(listed)) {
            throw new ClickFileException(
                    "--columns says " + listed + " and " + part.option() + " says " + own + ": leave one out");
        }
        return own == null ? listed : own;
    }

    private Map<Columns.Part, String> listed() throws ClickFileException {
        Map<Columns.Part, String> listed = new LinkedHashMap<>();
        boolean positional = !positional().isEmpty();
        for (String entry : columns) {
            int equals = entry.indexOf('=');
            String name = (positional ? entry : entry.substring(0, Math.max(0, equals))).strip();
            Columns.Part part = switch (name.toLowerCase(Locale.ROOT)) {
                case "user" -> Columns.Part.USER;
                case "item" -> Columns.Part.ITEM;
                case "time" -> Columns.Part.TIME;
                case "type" -> Columns.Part.TYPE;
                case "id" -> Columns.Part.ID;
                default -> null;
            };
            if (part != null) {
                listed.put(part, positional ? name : entry.substring(equals + 1).strip());
            } else if (!positional) {
                throw new ClickFileException("--columns must be a list such as user,item,rating,time or such as"
                        + " user=visitorid,item=itemid,time=timestamp, with the names " + POSITIONAL + ": "
                        + String.join(",", columns));
            }
        }
        return listed;
    }
}
