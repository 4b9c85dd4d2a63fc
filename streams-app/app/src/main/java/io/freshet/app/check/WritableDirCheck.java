package io.freshet.app.check;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/**
 * A folder that a process will write into, and will create if it does not exist.
 *
 * @param check the name of the findings
 * @param key the configuration key that names the folder
 */
record WritableDirCheck(String check, String key, Path path) {
    private static final int PROBE_BYTES = 4_096;
    private static final long SCARCE_BYTES = 512L << 20;

    /**
     * Writes a file and deletes it again. A missing folder is not created: its nearest existing parent is tried instead.
     */
    Finding writable() {
        Path there = nearest(path.toAbsolutePath());
        if (!Files.isDirectory(there)) {
            return Finding.problem(
                    check,
                    key + " must be a folder: " + there + " is a file",
                    "set " + key + " to a folder, or remove the file");
        }
        try {
            write(there);
            return space(there, Files.getFileStore(there).getUsableSpace());
        } catch (IOException e) {
            return unwritable(there, e);
        }
    }

    /** Returns the folder, or its nearest parent that exists. */
    private static Path nearest(Path path) {
        Path there = path;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    private static void write(Path folder) throws IOException {
        Path probe = Files.createTempFile(folder, ".freshet-check-", ".tmp");
        try {
            Files.write(probe, new byte[PROBE_BYTES]);
            try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    Finding space(Path there, long usable) {
        String free = String.format(Locale.ROOT, "%,.1f GB free", usable / 1e9);
        if (usable < SCARCE_BYTES) {
            return Finding.warning(
                    check,
                    path + " is writable, but its disk is nearly full: " + free,
                    "free some disk space, or set " + key + " to a folder on a larger disk");
        }
        String how = there.equals(path.toAbsolutePath()) ? " is writable, " : " will be created, ";
        return Finding.ok(check, path + how + free);
    }

    private Finding unwritable(Path there, IOException failure) {
        String reason = failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
        String why = Optional.ofNullable(reason).orElse(failure.getClass().getSimpleName());
        return Finding.problem(check, "must be able to write into " + there + ": " + why, remedy(failure, why));
    }

    private String remedy(IOException failure, String why) {
        if (failure instanceof AccessDeniedException) {
            return "give user " + System.getProperty("user.name")
                    + " the right to write there (chown; fsGroup on Kubernetes), or set " + key;
        }
        if (why.contains("space") || why.contains("quota")) {
            return "free some disk space, or set " + key + " to a folder on a larger disk";
        }
        return "set " + key + " to a folder on a disk that can be written";
    }
}
