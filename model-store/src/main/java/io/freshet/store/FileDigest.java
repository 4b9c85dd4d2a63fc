package io.freshet.store;

import io.freshet.snapshot.FileEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files. */
final class FileDigest {
    private static final int CHUNK_BYTES = 1 << 16;

    private FileDigest() {}

    /** What a manifest says of a file. */
    static FileEntry entry(Path file) throws IOException {
        return new FileEntry(file.getFileName().toString(), Files.size(file), hex(file));
    }

    /** Lets a file pass that is what the manifest says; throws with both sides for any other. */
    static void verify(Path file, FileEntry expected) throws IOException {
        long length = length(file, expected);
        String found = hex(file);
        if (length != expected.length() || !found.equals(expected.sha256())) {
            throw new SnapshotCorruptException("file must be what the manifest says: file=" + file + ", sha256="
                    + expected.sha256() + " in the manifest, " + found + " found, length=" + expected.length()
                    + " in the manifest, " + length + " found");
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static long length(Path file, FileEntry expected) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            throw new SnapshotCorruptException(
                    "file must be there: file=" + file + ", sha256=" + expected.sha256() + " in the manifest", e);
        }
    }

    private static String hex(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream bytes = Files.newInputStream(file)) {
            for (int length = bytes.read(chunk); length >= 0; length = bytes.read(chunk)) {
                digest.update(chunk, 0, length);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
