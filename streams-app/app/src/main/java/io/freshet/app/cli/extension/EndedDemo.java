package io.freshet.app.cli.extension;

import io.freshet.service.config.FreshetConfig;
import java.io.IOException;

/** What a demo has left, with its broker running again. */
public interface EndedDemo extends AutoCloseable {
    /** Returns the configuration of the demo, which names the broker. */
    FreshetConfig config();

    @Override
    void close() throws IOException;
}
