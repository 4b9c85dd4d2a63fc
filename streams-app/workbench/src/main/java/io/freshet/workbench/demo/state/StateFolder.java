package io.freshet.workbench.demo.state;

import io.freshet.store.Durability;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds a demo's entire state: broker, state stores, model store, log file. Locked while in use.
 *
 * <p>A named folder is kept, so that a second start continues where the first one stopped. A temporary folder is
 * deleted on close.
 */
public final class StateFolder implements AutoCloseable {
    private static final String LOCK_FILE = "demo.lock";

    private final Path path;
    private final boolean temporary;
    private final FileChannel channel;
    private final FileLock lock;

    private StateFolder(Path path, boolean temporary, FileChannel channel, FileLock lock) {
        this.path = path;
        this.temporary = temporary;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Opens and locks the folder, creating it if it does not exist.
     *
     * @param named the folder, or null for a temporary one
     * @throws StateFolderException if another demo uses the folder, or it contains something other than a demo's state
     */
    public static StateFolder open(@Nullable Path named) throws IOException {
        Path path = named == null
                ? Files.createTempDirectory("freshet-demo-")
                : Files.createDirectories(named.toAbsolutePath().normalize());
        Path lockFile = path.resolve(LOCK_FILE);
        if (!Files.exists(lockFile) && !isEmpty(path)) {
            throw new StateFolderException("the state folder must be new, empty or an earlier demo's: " + path);
        }
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new StateFolderException("another demo is running on this state folder: " + path);
        }
        return new StateFolder(path, named == null, channel, lock);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    public Path path() {
        return path;
    }

    public boolean isTemporary() {
        return temporary;
    }

    public Path kafka() {
        return path.resolve("kafka");
    }

    public Path logFile() {
        return path.resolve("freshet.log");
    }

    /** Returns the file in which the first start recorded the source of the clicks and the layout of the topics. */
    Path origin() {
        return path.resolve("origin.properties");
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
        if (temporary) {
            Durability.removeRecursively(path);
        }
    }
}
