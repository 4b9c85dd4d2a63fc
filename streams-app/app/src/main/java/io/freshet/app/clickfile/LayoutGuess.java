package io.freshet.app.clickfile;

import io.freshet.app.clickfile.ClickFileOptions.Format;
import io.freshet.app.clickfile.Columns.Part;
import java.io.IOException;
import java.io.Reader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Guesses the layout of a click file from its first characters and rows, and refuses an implausible result. What the
 * options name is neither guessed nor checked.
 */
final class LayoutGuess {
    /** Least share of lines with the same number of words in a table. */
    private static final double MOST_OF_ONE_SIZE = .8;

    private static final int HEAD_CHARS = 1 << 18;
    private static final int SAMPLE_ROWS = 10_000;
    private static final int FEWEST_ROWS = 20;
    private static final double MOST_REPEATED_IDS = .1;
    private static final int WORDS_OF_A_SENTENCE = 5;
    private static final List<String> SEPARATORS = List.of("\t", ";", ",", "|", "::");
    /** Column names in RecBole's headers. */
    private static final Pattern TYPED_NAME = Pattern.compile("[^:]+:(token|float)(_seq)?");

    private final FileText text;
    private final ClickFileOptions options;
    private final long nowMs;
    private final List<String> notes = new ArrayList<>();

    LayoutGuess(FileText text, ClickFileOptions options, long nowMs) {
        this.text = text;
        this.options = options;
        this.nowMs = nowMs;
    }

    /** Returns notes for the user. Complete after {@link #layout}. */
    List<String> notes() {
        return notes;
    }

    /** The values of the sampled rows, by part of the click; null for a missing value. */
    private record Sample(
            List<@Nullable String> users,
            List<@Nullable String> items,
            List<String> times,
            List<String> ids,
            List<@Nullable String> sessions) {
        private Sample() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    /** A dialect, the first rows as read in it, and the number of fields that most of these rows have. */
    private record Reading(CsvRows.Dialect dialect, List<List<String>> rows, int width, double agreement) {}

    Layout layout() throws IOException {
        Layout layout = guess();
        options.requireApplicable(layout.format());
        return layout;
    }

    private Layout guess() throws IOException {
        Format format = options.format();
        if (text.isParquet() && format != null && format != Format.PARQUET) {
            throw new ClickFileException(text.file() + " is a Parquet file: leave --format out");
        }
        if (text.isParquet()) {
            return withColumns(Format.PARQUET, comma(), List.of(), ParquetRows.namesIn(text.file()));
        }
        if (format == Format.PARQUET) {
            throw new ClickFileException(text.file() + " is not a Parquet file: leave --format parquet out");
        }
        String head = head();
        if (head.isBlank()) {
            throw new ClickFileException(text.file() + " is empty");
        }
        if (format == Format.SEQUENCES) {
            return sequences();
        }
        char first = head.stripLeading().charAt(0);
        if (format == Format.JSON || (format == null && first == '{')) {
            return json(head);
        }
        if (format == null && first == '[') {
            throw new ClickFileException(text.file() + " is a JSON array. Make it JSON lines, one object in each line:"
                    + " jq -c '.[]' FILE > clicks.jsonl");
        }
        return csv(head);
    }

    /** Returns the first characters, up to the end of a line. */
    private String head() throws IOException {
        char[] chars = new char[HEAD_CHARS];
        int size = 0;
        try (Reader reader = text.open()) {
            int read = 0;
            while (size < chars.length && read >= 0) {
                read = reader.read(chars, size, chars.length - size);
                size += Math.max(0, read);
            }
        } catch (IOException e) {
            throw text.explained(e);
        }
        String head = new String(chars, 0, size);
        int end = size == chars.length ? head.lastIndexOf('\n') : size;
        return end < 0 ? head : head.substring(0, end);
    }

    private CsvRows.Dialect comma() throws ClickFileException {
        return new CsvRows.Dialect(",", options.quote());
    }

    private Layout sequences() throws ClickFileException {
        Columns columns = new Columns(0, 1, Columns.ABSENT, Columns.ABSENT, Columns.ABSENT);
        return new Layout(
                Format.SEQUENCES, comma(), List.of(), List.of("first word", "the other words"), columns, null);
    }

    private Layout json(String head) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        for (String line : head.lines().limit(SAMPLE_ROWS).toList()) {
            names.addAll(JsonRows.namesIn(line));
        }
        if (names.isEmpty()) {
            throw new ClickFileException(text.file() + " has no line that is a JSON object, so it is not JSON lines");
        }
        return withColumns(Format.JSON, comma(), List.of(), List.copyOf(names));
    }

    private Layout csv(String head) throws IOException {
        Reading reading = reading(head);
        if (options.format() == null
                && options.separator() == null
                && options.positional().isEmpty()
                && !namesColumns()
                && areSequences(head, reading)) {
            return sequences();
        }
        if (reading == null) {
            throw new ClickFileException(text.file() + ": no known separator splits line 1: "
                    + shortened(head.lines().findFirst().orElse("")) + ". Name what separates them with --separator, or"
                    + " say --format sequences if lines are 'user item item ...'");
        }
        List<String> first = reading.rows().getFirst();
        List<String> positional = options.positional();
        if (!positional.isEmpty()) {
            return positional(reading, positional.stream().map(String::strip).toList());
        }
        List<String> header =
                first.stream().allMatch(name -> TYPED_NAME.matcher(name).matches())
                        ? first.stream()
                                .map(name -> name.substring(0, name.indexOf(':')))
                                .toList()
                        : first;
        requireHeader(header, reading);
        return withColumns(Format.CSV, reading.dialect(), first, widened(header, reading));
    }

    /** Returns whether the user names a column. */
    private boolean namesColumns() throws ClickFileException {
        for (Part part : Part.values()) {
            if (options.column(part) != null) {
                return true;
            }
        }
        return false;
    }

    private Layout positional(Reading reading, List<String> names) throws IOException {
        List<String> first = reading.rows().getFirst();
        int time = Columns.find(Part.TIME, names, options.column(Part.TIME), where());
        if (reading.width() != names.size()
                && !(reading.width() == names.size() + 1 && endsEmpty(reading.rows(), names.size()))) {
            throw new ClickFileException("--columns names " + names.size() + " columns, but the rows of " + text.file()
                    + " have " + reading.width() + " fields: " + shown(first));
        }
        List<String> all = new ArrayList<>(names);
        if (reading.width() > names.size()) {
            all.add("");
        }
        boolean header = reading.rows().size() > 1
                && time >= 0
                && time < first.size()
                && first.get(time).chars().anyMatch(Character::isLetter)
                && first.stream().noneMatch(LayoutGuess::looksLikeAValue)
                && reading.rows().get(1).stream().anyMatch(LayoutGuess::looksLikeAValue);
        if (header) {
            notes.add("line 1 is a header and is not read as a click; --columns names the columns");
        }
        return withColumns(Format.CSV, reading.dialect(), header ? first : List.of(), all);
    }

    /**
     * Returns the first rows in the dialect in which they agree best; null if rows have a single field in every dialect.
     */
    private @Nullable Reading reading(String head) throws IOException {
        String separator = options.separator();
        List<Reading> readings = new ArrayList<>();
        ClickFileException failure = null;
        for (String candidate : separator == null ? SEPARATORS : List.of(separator)) {
            if (candidate.indexOf(options.quote()) >= 0) {
                continue;
            }
            try {
                readings.add(read(head, new CsvRows.Dialect(candidate, options.quote())));
            } catch (ClickFileException e) {
                failure = e;
            }
        }
        readings.removeIf(reading -> reading.width() < 2);
        if (readings.isEmpty() && separator == null) {
            Reading blanks = read(head, new CsvRows.Dialect(" ", options.quote()));
            if (blanks.width() > 1) {
                readings.add(blanks);
            }
        }
        if (readings.isEmpty() && failure != null) {
            throw failure;
        }
        return readings.stream()
                .max(Comparator.comparing((Reading reading) ->
                                hasClickColumns(reading.rows().getFirst()))
                        .thenComparingDouble(Reading::agreement)
                        .thenComparingInt(Reading::width))
                .orElse(null);
    }

    private Reading read(String head, CsvRows.Dialect dialect) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        Map<Integer, Integer> widths = new TreeMap<>();
        boolean cut = head.length() >= HEAD_CHARS / 2;
        try (CsvRows reader = CsvRows.of(text, head, dialect)) {
            while (rows.size() < SAMPLE_ROWS && reader.next()) {
                rows.add(ClickReader.fieldsOf(reader));
                widths.merge(reader.width(), 1, Integer::sum);
            }
        } catch (ClickFileException e) {
            // The sampled head of a long file may end within quotes.
            if (!cut || rows.size() < 2) {
                throw e;
            }
        }
        if (rows.size() > 1) {
            widths.merge(rows.getFirst().size(), -1, Integer::sum);
        }
        Map.Entry<Integer, Integer> most =
                widths.entrySet().stream().max(Map.Entry.comparingByValue()).orElse(Map.entry(0, 0));
        int header = rows.isEmpty() ? 0 : rows.getFirst().size();
        double agreement = header == most.getKey() || header == most.getKey() - 1 ? 1 : .5;
        return new Reading(dialect, rows, most.getKey(), agreement * most.getValue() / Math.max(1, rows.size() - 1));
    }

    private static boolean hasClickColumns(List<String> header) {
        List<String> names = header.stream()
                .map(name -> TYPED_NAME.matcher(name).matches() ? name.substring(0, name.indexOf(':')) : name)
                .toList();
        return Part.ITEM.guess(names) >= 0 && Part.TIME.guess(names) >= 0;
    }

    /**
     * Returns whether a file can only be lines 'user item item ...': words separated by blanks, without a header, and
     * mostly without a time at the end of a line. Either every line has two words, or the number of words varies: it
     * varies more than in a table, or each user has only one line.
     */
    private static boolean areSequences(String head, @Nullable Reading reading) {
        if (reading != null
                && (!reading.dialect().separator().equals(" ")
                        || hasClickColumns(reading.rows().getFirst()))) {
            return false;
        }
        String first = head.lines().findFirst().orElse("");
        if (Part.USER.guess(SequenceRows.words(first)) >= 0 && first.chars().noneMatch(Character::isDigit)) {
            return false;
        }
        List<List<String>> lines = head.lines()
                .filter(line -> !line.isBlank())
                .limit(SAMPLE_ROWS)
                .map(SequenceRows::words)
                .toList();
        List<String> last = lines.stream().map(List::getLast).toList();
        boolean inPairs = lines.stream().allMatch(words -> words.size() == 2);
        Map<Integer, Long> sizes = lines.stream().collect(Collectors.groupingBy(List::size, Collectors.counting()));
        long mostOfOneSize =
                sizes.values().stream().max(Comparator.naturalOrder()).orElse(0L);
        boolean eachOnce = lines.stream().map(List::getFirst).distinct().count() == lines.size();
        // In a table with row names, only the header has another number of words.
        boolean varied = sizes.size() > 1
                && (mostOfOneSize < MOST_OF_ONE_SIZE * lines.size() || (eachOnce && lines.size() - mostOfOneSize > 1))
                && lines.stream().filter(words -> words.size() > 1).count() > .5 * lines.size();
        boolean plain = lines.stream().flatMap(List::stream).noneMatch(word -> word.indexOf('"') >= 0);
        long times = last.stream().filter(LayoutGuess::looksLikeATime).count();
        return plain && (inPairs || varied) && times < .5 * last.size();
    }

    private static boolean looksLikeATime(String word) {
        return TimeFormat.isNumber(word)
                ? word.length() >= 9 && word.compareTo("9") < 0 && Double.parseDouble(word) > 6e8
                : word.length() >= 8
                        && word.chars().filter(c -> c == ':' || c == '-').count() >= 2
                        && Character.isDigit(word.charAt(0));
    }

    private static boolean looksLikeAValue(String field) {
        return Layout.isMissing(field) || Character.isDigit(field.charAt(0)) || TimeFormat.isNumber(field);
    }

    /** Refuses a first row that is not a header. */
    private void requireHeader(List<String> header, Reading reading) throws ClickFileException {
        boolean complete = true;
        for (Part part : List.of(Part.USER, Part.ITEM, Part.TIME)) {
            boolean found = part.guess(header) >= 0 || (part == Part.USER && Part.SESSION.guess(header) >= 0);
            complete &= found || options.column(part) != null;
        }
        if (!complete && header.stream().anyMatch(field -> !field.isEmpty() && looksLikeAValue(field))) {
            throw new ClickFileException(text.file() + " has no header: its first row is " + shown(header)
                    + ". Name its " + reading.width() + " columns in order, for example --columns "
                    + example(reading.width()) + "; or say --format sequences if lines are 'user item item ...'");
        }
    }

    private static String example(int width) {
        return switch (width) {
            case 3 -> "user,item,time";
            case 4 -> "user,item,rating,time";
            default -> {
                List<String> names = new ArrayList<>(List.of("user", "item", "time"));
                for (int i = 3; i < width; i++) {
                    names.add("other" + (i - 2));
                }
                yield String.join(",", names.subList(0, Math.min(width, names.size())));
            }
        };
    }

    /** Returns the names of a row's fields, one more than in the header if that is one field short. */
    private List<String> widened(List<String> header, Reading reading) throws ClickFileException {
        List<List<String>> rows = reading.rows().subList(1, reading.rows().size());
        if (rows.isEmpty() || reading.width() == header.size()) {
            return header;
        }
        List<List<String>> usual =
                rows.stream().filter(row -> row.size() == reading.width()).toList();
        List<String> names = new ArrayList<>(header);
        if (reading.width() == header.size() + 1 && endsEmpty(usual, header.size())) {
            names.add("");
            return names;
        }
        if (reading.width() == header.size() + 1
                && usual.stream().map(List::getFirst).distinct().count() == usual.size()) {
            names.addFirst("row name");
            notes.add("the header is one column short, so the first field of each row is taken for its name, as R's"
                    + " write.table writes it");
            return names;
        }
        throw new ClickFileException(
                text.file() + ": most rows have " + reading.width() + " fields, but the header has "
                        + header.size() + ": " + shown(header) + ". Its first row is " + shown(rows.getFirst())
                        + ". Correct the file, or name what separates fields with --separator");
    }

    private static boolean endsEmpty(List<List<String>> rows, int column) {
        return rows.stream()
                .filter(row -> row.size() > column)
                .allMatch(row -> row.get(column).isEmpty());
    }

    /** Returns the layout with the columns and the format of times. */
    private Layout withColumns(Format format, CsvRows.Dialect dialect, List<String> headerRow, List<String> names)
            throws IOException {
        int user = required(Part.USER, names);
        Columns columns = new Columns(
                user,
                required(Part.ITEM, names),
                required(Part.TIME, names),
                Columns.find(Part.TYPE, names, options.column(Part.TYPE), where()),
                Columns.find(Part.ID, names, options.column(Part.ID), where()));
        Layout untimed = new Layout(format, dialect, headerRow, names, columns, null);
        int session = Part.SESSION.guess(names);
        Sample sample = sample(untimed, session);
        if (options.column(Part.USER) == null && user != session && isNoUser(sample.users())) {
            columns = withSession(columns, names, session, sample);
            sample = sample(new Layout(format, dialect, headerRow, names, columns, null), session);
        }
        requirePlausible(columns, names, sample);
        return new Layout(format, dialect, headerRow, names, columns, timeFormat(columns, names, sample.times()));
    }

    private int required(Part part, List<String> names) throws ClickFileException {
        int column = Columns.find(part, names, options.column(part), where());
        if (column == Columns.ABSENT && part == Part.USER) {
            column = Part.SESSION.guess(names);
        }
        if (column == Columns.ABSENT) {
            throw new ClickFileException(where() + " has no column that is known to be the "
                    + part.name().toLowerCase(Locale.ROOT) + ". Name it with " + part.option()
                    + ". Its columns are: " + String.join(", ", names));
        }
        return column;
    }

    private String where() {
        return String.valueOf(text.file());
    }

    private Sample sample(Layout layout, int session) throws IOException {
        Sample sample = new Sample();
        Columns columns = layout.columns();
        boolean header = !layout.headerRow().isEmpty();
        try (Rows rows = layout.open(text)) {
            while (sample.users().size() < SAMPLE_ROWS && rows.next()) {
                if (!header && rows.width() == layout.names().size() && rows.malformed() == null) {
                    sample.users().add(present(rows, columns.user()));
                    sample.items().add(present(rows, columns.item()));
                    sample.sessions().add(present(rows, session));
                    Stream.ofNullable(present(rows, columns.time())).forEach(sample.times()::add);
                    Stream.ofNullable(present(rows, columns.id())).forEach(sample.ids()::add);
                }
                header = false;
            }
        }
        return sample;
    }

    private static @Nullable String present(Rows rows, int column) {
        String field = column == Columns.ABSENT ? null : rows.field(column);
        return Layout.isMissing(field) ? null : field;
    }

    /** Returns whether the column cannot be the user: most values are missing, or all of at least 20 are the same. */
    private static boolean isNoUser(List<@Nullable String> users) {
        long missing = users.stream().filter(Objects::isNull).count();
        return 2 * missing > users.size()
                || (users.size() >= FEWEST_ROWS && users.stream().distinct().count() == 1);
    }

    private Columns withSession(Columns columns, List<String> names, int session, Sample sample)
            throws ClickFileException {
        String user = names.get(columns.user());
        long missing = sample.users().stream().filter(Objects::isNull).count();
        String finding = missing > 0
                ? "column " + user + " has no value in " + missing + " of the first "
                        + sample.users().size() + " rows"
                : "column " + user + " has the same value in all of the first "
                        + sample.users().size() + " rows";
        if (session == Columns.ABSENT || isNoUser(sample.sessions())) {
            throw new ClickFileException(where() + ": " + finding + ", so it cannot be the user. Name the column that"
                    + " is, or say --user " + user + " to use this one anyway. The columns are: "
                    + String.join(", ", names));
        }
        notes.add(finding + ": the session, column " + names.get(session) + ", is taken for the user. --user " + user
                + " uses that column anyway");
        return new Columns(session, columns.item(), columns.time(), columns.type(), columns.id());
    }

    private void requirePlausible(Columns columns, List<String> names, Sample sample) throws ClickFileException {
        List<String> items = sample.items().stream().filter(Objects::nonNull).toList();
        long sentences = items.stream()
                .filter(item -> SequenceRows.words(item).size() >= WORDS_OF_A_SENTENCE)
                .count();
        if (options.column(Part.ITEM) == null && 2 * sentences > items.size()) {
            String item = names.get(columns.item());
            throw new ClickFileException(where() + ": column " + item + " has whole sentences, such as "
                    + shortened(items.getFirst()) + ", so it cannot be the id of an item. Name the column that"
                    + " is, or say --item " + item + " to use this one anyway. The columns are: "
                    + String.join(", ", names));
        }
        Set<String> distinct = new HashSet<>(sample.ids());
        int repeated = sample.ids().size() - distinct.size();
        if (options.column(Part.ID) == null
                && sample.ids().size() >= FEWEST_ROWS / 2
                && repeated > MOST_REPEATED_IDS * sample.ids().size()) {
            String id = names.get(columns.id());
            throw new ClickFileException(where() + ": column " + id + " repeats too often to be the id of an event: "
                    + distinct.size() + " different values in the first "
                    + sample.ids().size() + " rows. Clicks whose"
                    + " id repeats would be left out as repetitions. Say --event-id none to do without ids, or"
                    + " --event-id " + id + " to use them anyway");
        }
    }

    private @Nullable TimeFormat timeFormat(Columns columns, List<String> names, List<String> texts)
            throws ClickFileException {
        String named = options.timeFormat();
        String column = names.get(columns.time());
        TimeFormat format = named == null
                ? TimeFormat.guess(texts, options.zone(), nowMs)
                : TimeFormat.named(named, options.zone());
        if (format == null) {
            throw new ClickFileException(where() + ": column " + column + " has times of no known form, such as "
                    + shortened(texts.getFirst()) + ". Name their form, for example --time-format MM/dd/yyyy or"
                    + " --time-format \"dd.MM.yyyy HH:mm:ss\"");
        }
        List<String> implausible = texts.stream()
                .filter(text -> format.toMs(text) != TimeFormat.UNREADABLE && !format.isPlausible(format.toMs(text)))
                .toList();
        if (2 * implausible.size() > texts.size()) {
            String first = implausible.getFirst();
            throw new ClickFileException(where() + ": column " + column + " would give times in 1970 or in the future: "
                    + shortened(first) + ", read as " + format + ", is " + Instant.ofEpochMilli(format.toMs(first))
                    + ". Name the column that is the time with --time, or the form of its times, for example"
                    + " --time-format seconds, to take them as they are");
        }
        if (format.areWholeDays(texts) && !texts.isEmpty()) {
            notes.add("the times are days: clicks of a user on one day keep the order of the file");
        }
        return format;
    }

    private static String shown(List<String> row) {
        return shortened(String.join(" | ", row));
    }

    private static String shortened(String text) {
        return "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "'";
    }
}
