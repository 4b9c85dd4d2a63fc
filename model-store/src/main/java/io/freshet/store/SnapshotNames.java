package io.freshet.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.store.format.Sha256;
import io.freshet.store.snapshot.FileEntry;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names of models and snapshots, which become parts of paths and keys.
 *
 * <p>A version is the step in 12 digits, a hyphen, and the first 12 digits of the SHA-256 over the lines
 * {@code "<name> <sha256>\n"} of the files in order of name. So versions sort by step, and two snapshots of the same
 * version have the same files.
 */
final class SnapshotNames {
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern VERSION = Pattern.compile("[0-9]{12}-[0-9a-f]{12}");
    private static final long MAX_STEP = 999_999_999_999L;
    private static final int DIGEST_DIGITS = 12;

    private SnapshotNames() {}

    /** Checks that a model's name cannot lead outside the store, and returns it. */
    static String requireModel(String model) {
        return requireMatch("model", model, MODEL);
    }

    /** Checks that a version's name cannot lead outside the store, and returns it. */
    static String requireVersion(String version) {
        return requireMatch("version", version, VERSION);
    }

    static boolean isVersion(String name) {
        return VERSION.matcher(name).matches();
    }

    /** Checks that a step fits into a version. */
    static void requireStep(long step) {
        if (step < 0 || step > MAX_STEP) {
            throw new IllegalArgumentException("step must be in [0, " + MAX_STEP + "]: step=" + step);
        }
    }

    static String version(long step, List<FileEntry> files) {
        StringBuilder lines = new StringBuilder();
        files.stream()
                .map(file -> file.name() + " " + file.sha256() + "\n")
                .sorted()
                .forEach(lines::append);
        byte[] bytes = lines.toString().getBytes(UTF_8);
        return String.format(
                Locale.ROOT, "%012d-%s", step, Sha256.hex(bytes, bytes.length).substring(0, DIGEST_DIGITS));
    }

    private static String requireMatch(String name, String value, Pattern pattern) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(name + " must match " + pattern + ": " + name + "=" + value);
        }
        return value;
    }
}
