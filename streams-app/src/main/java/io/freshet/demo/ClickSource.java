package io.freshet.demo;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A repeatable stream of clicks: opened again, it gives the same clicks at the same positions, so that a demo that was
 * killed can tell which ones it has already produced. One thread.
 */
interface ClickSource extends AutoCloseable {
    /** The next click; null at the end. */
    @Nullable
    SourceClick next() throws IOException;

    @Override
    void close() throws IOException;
}
