package io.freshet.store.snapshot;

import java.util.regex.Pattern;

/**
 * A file of a snapshot, as listed in its manifest.
 *
 * @param name plain file name of letters, digits, dots, hyphens and underscores, beginning with a letter or digit
 * @param length length in bytes
 * @param sha256 digest of the content, 64 hexadecimal digits in lower case
 */
public record FileEntry(String name, long length, String sha256) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public FileEntry {
        requireName(name);
        if (length < 0 || !SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("file must have length >= 0 and a SHA-256 of 64 hex digits: name=" + name
                    + ", length=" + length + ", sha256=" + sha256);
        }
    }

    /**
     * Checks that a name is a plain file name.
     *
     * @throws IllegalArgumentException if the name could lead out of the snapshot, or is the manifest's
     */
    public static void requireName(String name) {
        if (!NAME.matcher(name).matches() || name.equals(Manifest.FILE_NAME)) {
            throw new IllegalArgumentException("name of a snapshot's file must match " + NAME + " and not be "
                    + Manifest.FILE_NAME + ": name=" + name);
        }
    }
}
