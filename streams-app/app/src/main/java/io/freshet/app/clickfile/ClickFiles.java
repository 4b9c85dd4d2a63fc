package io.freshet.app.clickfile;

import io.freshet.app.clickfile.ClickFileOptions.Format;
import io.freshet.client.click.Click;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Click files: separated values, JSON lines, Parquet, or lines {@code user item item ...}, optionally packed with gzip or
 * zstd. Opening them derives the layout of all files from the first rows of the first file. Reading is strict, and its
 * memory use does not depend on the size of the files. The files may be read any number of times; a file that has changed
 * since it was first read is refused. Thread-safe.
 */
public final class ClickFiles {
    private static final int SHOWN_CLICKS = 3;
    private static final int SHOWN_FILES = 3;

    private final List<Path> files;
    private final Layout layout;
    private final ClickFileOptions options;
    private final ClickFileSummary.Input input;
    private final List<String> description;
    private final Map<Path, Version> versions = new ConcurrentHashMap<>(); // of the files that were read

    /** The properties by which a changed file is recognised. */
    private record Version(long bytes, FileTime modified) {}

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
     * Finds the files and their layout.
     *
     * @param sources files, folders and globs. Of a folder, all files are read whose names do not begin with {@code .} or
     *     {@code _}. Links are followed. The files of a folder or glob are read in the order of their names
     * @param clock the current time; times more than a day later are implausible
     * @throws ClickFileException if there is no such file, or its layout is unknown or implausible
     */
    public static ClickFiles open(List<String> sources, ClickFileOptions options, InstantSource clock)
            throws IOException {
        Set<Path> files = new LinkedHashSet<>();
        for (String source : sources) {
            for (Path file : find(source)) {
                if (!files.add(file)) {
                    throw new ClickFileException(file + " is named twice, the second time by " + source);
                }
            }
        }
        List<Path> filled = new ArrayList<>();
        for (Path file : files) {
            if (Files.size(file) > 0) {
                filled.add(file);
            }
        }
        if (filled.isEmpty()) {
            throw new ClickFileException("There must be a click, and "
                    + (files.size() == 1 ? files.iterator().next() + " is" : "all " + files.size() + " files are")
                    + " empty");
        }
        FileText first = exemplary(filled, options);
        LayoutGuess guess = new LayoutGuess(first, options, clock.millis());
        return new ClickFiles(List.copyOf(filled), first, guess.layout(), guess.notes(), options);
    }

    /** Returns whether the source is a glob pattern. A file with exactly that name takes precedence. */
    public static boolean isGlob(String source) {
        return source.matches(".*[*?\\[{].*");
    }

    private static List<Path> find(String source) throws IOException {
        Path path = Path.of(source);
        if (Files.isDirectory(path)) {
            return filesIn(path, Integer.MAX_VALUE, file -> !isHidden(path.relativize(file), "._"), source);
        }
        if (!Files.exists(path) && isGlob(source)) {
            return matching(path.toString(), source);
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

    /** Finds the files that match a pattern. As in a shell, {@code *} does not match names that begin with a dot. */
    private static List<Path> matching(String pattern, String source) throws IOException {
        String fixed = pattern.replaceFirst("[*?\\[{].*", "");
        int slash = fixed.lastIndexOf('/');
        Path folder = Path.of(slash < 0 ? "." : slash == 0 ? "/" : fixed.substring(0, slash));
        if (!Files.isDirectory(folder)) {
            return missing(source);
        }
        String rest = pattern.substring(slash + 1);
        int depth = rest.contains("**") ? Integer.MAX_VALUE : Path.of(rest).getNameCount();
        boolean dots = rest.startsWith(".") || rest.contains("/.");
        try {
            PathMatcher matcher =
                    FileSystems.getDefault().getPathMatcher("glob:" + (slash < 0 ? "./" + pattern : pattern));
            return filesIn(
                    folder,
                    depth,
                    file -> matcher.matches(file) && (dots || !isHidden(folder.relativize(file), ".")),
                    source);
        } catch (PatternSyntaxException e) {
            throw new ClickFileException("not a pattern of files: " + source + " (" + e.getDescription() + ")", e);
        }
    }

    private static List<Path> missing(String source) throws ClickFileException {
        throw new ClickFileException("no such file, or no right to read it: " + source);
    }

    /** Finds the wanted files below a folder. Follows links. */
    private static List<Path> filesIn(Path folder, int depth, Predicate<Path> wanted, String source)
            throws IOException {
        Finder finder = new Finder(wanted, source);
        Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, finder);
        if (finder.found.isEmpty()) {
            throw new ClickFileException("No click files found in " + source);
        }
        return finder.found.stream()
                .sorted()
                .map(file -> file.startsWith(".") && !source.startsWith(".") ? file.normalize() : file)
                .toList();
    }

    /** Collects the wanted files. A file or folder that cannot be visited is an error only if its path is wanted. */
    private static final class Finder extends SimpleFileVisitor<Path> {
        private final Predicate<Path> wanted;
        private final String source;
        private final List<Path> found = new ArrayList<>();

        Finder(Predicate<Path> wanted, String source) {
            this.wanted = wanted;
            this.source = source;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && wanted.test(file)) {
                found.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws ClickFileException {
            if (!wanted.test(file)) {
                return FileVisitResult.CONTINUE;
            }
            throw new ClickFileException(
                    failure instanceof FileSystemLoopException
                            ? "the links of " + source + " lead in a circle: " + file
                            : "no right to read " + file + " of " + source,
                    failure);
        }
    }

    /** @param marks names that begin with one of these are hidden */
    private static boolean isHidden(Path relative, String marks) {
        for (Path part : relative) {
            if (!part.toString().isEmpty() && marks.indexOf(part.toString().charAt(0)) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns the first file that has a row besides a header. Its layout is used for all files. */
    private static FileText exemplary(List<Path> files, ClickFileOptions options) throws IOException {
        for (Path file : files) {
            FileText text = FileText.of(file, options.encoding());
            if (text.isParquet() || text.hasLines(2)) {
                return text;
            }
        }
        return FileText.of(files.getFirst(), options.encoding());
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

    /** Describes the files for the user: names, encoding, format, columns, times, and the first three clicks. */
    public List<String> describe() {
        return description;
    }

    /** Returns the format, the columns and the format of times. They are equal for equal files and options. */
    public String layout() {
        return input.format() + ", " + ClickFileSummary.columns(input.columns()) + ", " + input.timeFormat();
    }

    /** Returns the options for quotes and the encoding; empty if none is given. */
    public String dialect() {
        return options.dialect();
    }

    /** Returns all files, in the order in which they are read. */
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

    /** Starts a pass over all clicks; the caller closes it. */
    public ClickReader reader() {
        return new ClickReader(files, layout, options, input, _ -> {});
    }

    /** Refuses a file that has changed since it was first read. Called for each file before it is read. */
    private void requireUnchanged(Path file) throws IOException {
        Version now = new Version(Files.size(file), Files.getLastModifiedTime(file));
        Version before = versions.putIfAbsent(file, now);
        if (before != null && !before.equals(now)) {
            throw new ClickFileException(file + " has changed since it was first read: it had " + before.bytes()
                    + " bytes of " + before.modified() + ", and has " + now.bytes() + " of " + now.modified()
                    + ". This command reads it more than once; give it a copy that does not change");
        }
    }

    /**
     * Reads clicks until {@code to} returns false.
     *
     * @param to receives each click and returns whether to read the next one
     * @throws ClickFileException as thrown by {@link ClickReader#next}
     */
    public ClickFileSummary readWhile(Predicate<Click> to) throws IOException {
        try (ClickReader reader = new ClickReader(files, layout, options, input, this::requireUnchanged)) {
            @Nullable Click click = reader.next();
            while (click != null && to.test(click)) {
                click = reader.next();
            }
            return reader.summary();
        }
    }
}
