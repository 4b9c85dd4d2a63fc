package io.freshet.app.check;

import io.freshet.app.check.Finding.CheckFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The folders to which RocksDB and JavaCPP unpack native libraries. The operating system refuses to load a library from a
 * file system that is mounted {@code noexec}, as {@code /tmp} often is on hardened machines, and says only that it failed
 * to map a segment.
 */
public final class NativeLibraries implements Check {
    private static final String NAME = "native-libraries";
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4; // fields of a line
    private static final int MOUNT_OPTIONS = 5;
    private static final String REMEDY = "set FRESHET_JAVA_OPTS='-Djava.io.tmpdir=DIR"
            + " -Dorg.bytedeco.javacpp.cachedir=DIR/javacpp' with a folder that programs may be run from, or mount the"
            + " folder without noexec";

    private final List<Path> folders;
    private final List<String> mounts;

    private NativeLibraries(List<Path> folders, List<String> mounts) {
        this.folders = folders;
        this.mounts = mounts;
    }

    /** Returns the folders that this process uses. */
    static NativeLibraries ofProcess() {
        String rocksDb = System.getenv("ROCKSDB_SHAREDLIB_DIR");
        String temporary = System.getProperty("java.io.tmpdir", "");
        String javaCpp = System.getProperty("org.bytedeco.javacpp.cachedir");
        return new NativeLibraries(
                List.of(
                        Path.of(rocksDb == null || rocksDb.isEmpty() ? temporary : rocksDb),
                        javaCpp == null
                                ? Path.of(System.getProperty("user.home", ""), ".javacpp", "cache")
                                : Path.of(javaCpp)),
                mounts());
    }

    /** For tests: the given folders, with mounts in the format of {@code /proc/self/mountinfo}. */
    static NativeLibraries of(List<Path> folders, List<String> mounts) {
        return new NativeLibraries(folders, mounts);
    }

    /**
     * Requires that libraries can be loaded from the folders, as far as the operating system reports it.
     *
     * @throws CheckFailedException if folders are mounted noexec; the message has the folders and the remedy
     */
    public static void require() throws CheckFailedException {
        Finding finding = ofProcess().finding();
        if (finding.outcome() == Outcome.PROBLEM) {
            throw new CheckFailedException(finding);
        }
    }

    /** Explains a failure to load a native library; returns empty for any other failure. */
    public static Optional<String> explain(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnsatisfiedLinkError) {
                return Optional.of("a native library must be loaded: " + cause.getMessage()
                        + "; libraries are unpacked to " + ofProcess().folders + ". If one of these is mounted noexec, "
                        + REMEDY);
            }
        }
        return Optional.empty();
    }

    @Override
    public void run(Consumer<Finding> found) {
        found.accept(finding());
    }

    Finding finding() {
        List<Path> refused = folders.stream().distinct().filter(this::isNoExec).toList();
        return refused.isEmpty()
                ? Finding.ok(NAME, "can be loaded from " + folders)
                : Finding.problem(
                        NAME,
                        "RocksDB's and ND4J's libraries are unpacked and loaded there, and the folder must not be"
                                + " mounted noexec: "
                                + refused,
                        REMEDY);
    }

    private boolean isNoExec(Path folder) {
        Path wanted = existing(folder.toAbsolutePath());
        Path nearest = Path.of("/");
        boolean noExec = false;
        for (String line : mounts) {
            String[] fields = line.split(" ", -1);
            if (fields.length > MOUNT_OPTIONS) {
                Path mount = Path.of(unescaped(fields[MOUNT_POINT]));
                // If several file systems are mounted at one place, the last one is in effect.
                if (wanted.startsWith(mount) && mount.getNameCount() >= nearest.getNameCount()) {
                    nearest = mount;
                    noExec = Arrays.asList(fields[MOUNT_OPTIONS].split(",", -1)).contains("noexec");
                }
            }
        }
        return noExec;
    }

    /** Returns the folder, or its nearest parent that exists, with symbolic links resolved. */
    private static Path existing(Path folder) {
        for (@Nullable Path above = folder; above != null; above = above.getParent()) {
            try {
                return above.toRealPath();
            } catch (IOException e) {
                // Does not exist: try the parent.
            }
        }
        return folder;
    }

    /** Decodes blanks and backslashes, which are written as a backslash and three octal digits. */
    private static String unescaped(String field) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < field.length()) {
            if (field.charAt(at) == '\\' && at + 4 <= field.length()) {
                text.append((char) Integer.parseInt(field.substring(at + 1, at + 4), 8));
                at += 4;
            } else {
                text.append(field.charAt(at++));
            }
        }
        return text.toString();
    }

    /** Returns the mounts; none if the operating system has no such file. */
    private static List<String> mounts() {
        try {
            return Files.isReadable(MOUNTS) ? new ArrayList<>(Files.readAllLines(MOUNTS)) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
