package io.freshet.store;

import io.freshet.snapshot.Manifest;
import java.nio.file.Path;

/** An opened snapshot, whose files were all verified when it was opened. */
public interface Snapshot extends AutoCloseable {
    Manifest manifest();

    /**
     * Where to read one of its files until {@link #close}.
     *
     * @throws IllegalArgumentException for a file that the manifest does not name
     */
    Path file(String name);

    /** Lets go of what the store took to provide the files. */
    @Override
    void close();
}
