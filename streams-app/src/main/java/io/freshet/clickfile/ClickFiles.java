package io.freshet.clickfile;

import io.freshet.clickfile.ClickFileOptions.Format;
import io.freshet.event.Click;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Clicks in files: separated values, JSON lines, Parquet, or lines {@code user item item ...}, perhaps packed with gzip
 * or zstd. Opening them finds out from the first rows of the first file how all are written; reading them is strict, and
 * takes memory that does not depend on their size. Immutable, so the files may be read any number of times.
 */
public final class ClickFiles {
    private static final int SHOWN_CLICKS = 3;
    private static final int SHOWN_FILES = 3;

    private final List<Path> files;
    private final Layout layout;
    private final ClickFileOptions options;
    private final ClickFileSummary.Input input;
    private final List<String> description;

    private ClickFiles(List<Path> files, FileText first, Layout layout, List<String> notes, ClickFileOptions options)
            throws IOException {
        this.files = files;
        this.layout = layout;
        this.options = options;
        TimeFormat times = layout.times();
        this.input = new ClickFileSummary.Input(
                files.stream().map(Path::toString).toList(),
                layout.describe(),
                first.describe(),
                layout.columns().named(layout.names()),
                times == null ? null : times.toString());
        this.description = description(notes);
    }

    /**
     * Finds the files, and how they are written.
     *
     * @param sources files, folders, of which all files count that do not begin with {@code .} or {@code _}, and globs;
     *     the files of a folder or glob come in the order of their names
     * @param clock times of more than a day later are implausible
     * @throws ClickFileException if there is no such file, or how it is written cannot be told, or is implausible
     */
    public static ClickFiles open(List<String> sources, ClickFileOptions options, InstantSource clock)
            throws IOException {
        List<Path> files = new ArrayList<>();
        for (String source : sources) {
            files.addAll(find(source));
        }
        List<Path> filled = new ArrayList<>();
        for (Path file : files) {
            if (Files.size(file) > 0) {
                filled.add(file);
            }
        }
        if (filled.isEmpty()) {
            throw new ClickFileException("there must be a click: "
                    + (files.size() == 1 ? files.getFirst() + " is" : files.size() + " files are") + " empty");
        }
        FileText first = FileText.of(filled.getFirst(), options.encoding());
        LayoutGuess guess = new LayoutGuess(first, options, clock.millis());
        return new ClickFiles(List.copyOf(filled), first, guess.layout(), guess.notes(), options);
    }

    /** Whether a source is a pattern, unless a file has that very name. */
    public static boolean isGlob(String source) {
        return source.matches(".*[*?\\[{].*");
    }

    private static List<Path> find(String source) throws IOException {
        Path path = Path.of(source);
        if (Files.isDirectory(path)) {
            return filesIn(path, file -> !isHidden(path.relativize(file)), source);
        }
        if (!Files.exists(path) && isGlob(source)) {
            String fixed = source.replaceFirst("[*?\\[{].*", "");
            int slash = fixed.lastIndexOf('/');
            Path folder = Path.of(slash < 0 ? "." : slash == 0 ? "/" : fixed.substring(0, slash));
            String pattern = slash < 0 ? "./" + source : source;
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            return Files.isDirectory(folder) ? filesIn(folder, matcher::matches, source) : missing(source);
        }
        if (!Files.isReadable(path)) {
            return missing(source);
        }
        if (!Files.isRegularFile(path)) {
            throw new ClickFileException(
                    "clicks must be in a regular file, because it is read more than once: " + source);
        }
        return List.of(path);
    }

    private static List<Path> missing(String source) throws ClickFileException {
        throw new ClickFileException("no such file, or no right to read it: " + source);
    }

    private static List<Path> filesIn(Path folder, Predicate<Path> wanted, String source) throws IOException {
        List<Path> found;
        try (Stream<Path> paths = Files.walk(folder)) {
            found = paths.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
        if (found.isEmpty()) {
            throw new ClickFileException("no file of clicks is there: " + source);
        }
        return found.stream()
                .map(file -> file.startsWith(".") && !source.startsWith(".") ? file.normalize() : file)
                .toList();
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".") || part.toString().startsWith("_")) {
                return true;
            }
        }
        return false;
    }

    private List<String> description(List<String> notes) throws IOException {
        List<String> lines = new ArrayList<>();
        List<String> names = input.files();
        String more = names.size() > SHOWN_FILES ? " and " + (names.size() - SHOWN_FILES) + " more files" : "";
        lines.add(String.join(", ", names.subList(0, Math.min(SHOWN_FILES, names.size()))) + more);
        lines.add("  " + input.encoding() + ", " + input.format() + ", " + ClickFileSummary.columns(input.columns()));
        if (input.timeFormat() != null) {
            lines.add("  times: " + input.timeFormat());
        }
        notes.forEach(note -> lines.add("  note: " + note));
        try (ClickReader reader = reader()) {
            for (int i = 0; i < SHOWN_CLICKS; i++) {
                Click click = reader.next();
                if (click == null) {
                    break;
                }
                lines.add("  click: " + show(click));
            }
        }
        return List.copyOf(lines);
    }

    private String show(Click click) {
        String time = layout.times() == null ? "" : ", time " + TimeFormat.show(click.timestampMs());
        String type = click.eventType() == null ? "" : ", type " + click.eventType();
        String id = click.eventId() == null ? "" : ", id " + click.eventId();
        return String.format(Locale.ROOT, "user %s, item %s%s%s%s", click.userId(), click.itemId(), time, type, id);
    }

    /** What was found out: files, encoding, format, columns, times, and the first three clicks. */
    public List<String> describe() {
        return description;
    }

    /** The first line of {@link #describe}, the format and the columns: the same for the same files and options. */
    public String layout() {
        return input.format() + ", " + ClickFileSummary.columns(input.columns()) + ", " + input.timeFormat();
    }

    /** All files, in the order in which they are read. */
    public List<Path> files() {
        return files;
    }

    /**
     * Refuses lines {@code user item item ...}, which have an order only: the times of their clicks are all 0.
     *
     * @throws ClickFileException if clicks have no times
     */
    public void requireTimes() throws ClickFileException {
        if (layout.format() == Format.SEQUENCES) {
            throw new ClickFileException(files.getFirst() + " has lines 'user item item ...', which have no times, and"
                    + " this command needs clicks with times. freshet fit and freshet evaluate read such lines. If the"
                    + " file has clicks, name its columns in order, for example --columns user,item,time");
        }
    }

    /** A pass over all clicks; the caller closes it. */
    public ClickReader reader() {
        return new ClickReader(files, layout, options, input);
    }

    /**
     * Reads clicks for as long as they are wanted.
     *
     * @param to returns whether it wants the next one
     * @throws ClickFileException as {@link ClickReader#next}
     */
    public ClickFileSummary readWhile(Predicate<Click> to) throws IOException {
        try (ClickReader reader = reader()) {
            @Nullable Click click = reader.next();
            while (click != null && to.test(click)) {
                click = reader.next();
            }
            return reader.summary();
        }
    }
}
