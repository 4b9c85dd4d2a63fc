package io.freshet.store;

import io.freshet.store.format.Sha256;
import io.freshet.store.snapshot.FileEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;

/** Computes and verifies the SHA-256 of files. */
final class FileDigest {
    private FileDigest() {}

    /** Returns the manifest's entry for a file. */
    static FileEntry entry(Path file) throws IOException {
        return new FileEntry(file.getFileName().toString(), Files.size(file), hex(file));
    }

    /**
     * Verifies the length and digest of a file against the manifest. On a mismatch, throws an exception with both sides.
     *
     * @param where location of the file, for messages
     */
    static void verify(Path file, FileEntry expected, String where) throws IOException {
        long length = length(file, expected, where);
        String found = hex(file);
        if (length != expected.length() || !found.equals(expected.sha256())) {
            throw new SnapshotCorruptException("file must match the manifest: file=" + where + ", sha256="
                    + expected.sha256() + " in the manifest, " + found + " found, length=" + expected.length()
                    + " in the manifest, " + length + " found");
        }
    }

    /** Returns the exception for a file that is in the manifest but does not exist. */
    static SnapshotCorruptException missing(FileEntry expected, String where, Exception cause) {
        return new SnapshotCorruptException(
                "file must exist: file=" + where + ", sha256=" + expected.sha256() + " in the manifest", cause);
    }

    private static long length(Path file, FileEntry expected, String where) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            throw missing(expected, where, e);
        }
    }

    private static String hex(Path file) throws IOException {
        MessageDigest digest = Sha256.begin();
        try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
            bytes.transferTo(OutputStream.nullOutputStream());
        }
        return Sha256.hex(digest);
    }
}
