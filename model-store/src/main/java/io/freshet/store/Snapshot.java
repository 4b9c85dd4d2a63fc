package io.freshet.store;

import io.freshet.store.snapshot.Manifest;
import java.nio.file.Path;

/** An opened snapshot. All its files were verified when it was opened. */
public interface Snapshot extends AutoCloseable {
    Manifest manifest();

    /**
     * Returns the path of one of its files, valid until {@link #close}.
     *
     * @throws IllegalArgumentException if the manifest does not name the file
     */
    Path file(String name);

    /** Releases the resources that provide the files. */
    @Override
    void close();
}
