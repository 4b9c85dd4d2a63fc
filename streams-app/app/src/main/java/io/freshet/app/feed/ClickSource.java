package io.freshet.app.feed;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A repeatable stream of clicks. Reopened, it yields the same clicks at the same positions, so that a restarted demo
 * can tell which clicks it has already produced. Used by one thread.
 */
public interface ClickSource extends AutoCloseable {
    /** Returns the next click, or null at the end. */
    @Nullable
    SourceClick next() throws IOException;

    @Override
    void close() throws IOException;
}
