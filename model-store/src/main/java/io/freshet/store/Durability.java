package io.freshet.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Durable writes, and removal of folders. */
public final class Durability {
    private Durability() {}

    static void writeSynced(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
        syncFile(file);
    }

    /**
     * Creates or replaces a file in a folder atomically: after a power cut it has its former content or the new one. A file
     * {@code NAME.tmp} beside it is overwritten.
     */
    public static void replaceSynced(Path folder, String name, byte[] bytes) throws IOException {
        Path written = folder.resolve(name + ".tmp");
        Files.write(written, bytes);
        syncFile(written);
        Files.move(written, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        syncFolder(folder);
    }

    static void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /**
     * Makes the names in a folder durable. Only POSIX file systems can sync a folder; elsewhere the rename itself must
     * suffice.
     */
    static void syncFolder(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Removes a folder and its contents. Tolerates that another process removes parts of it at the same time. */
    public static void removeRecursively(Path folder) throws IOException {
        Files.walkFileTree(folder, new Remover());
    }

    /**
     * Removes the incomplete folder that a failure has left behind. A failure of the removal is added to the first one as
     * suppressed.
     */
    static void removeAfterFailure(Path folder, Exception failure) {
        try {
            removeRecursively(folder);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        /** Ignores a file that another process has already removed. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
