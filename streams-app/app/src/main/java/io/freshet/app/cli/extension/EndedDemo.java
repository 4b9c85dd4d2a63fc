package io.freshet.app.cli.extension;

import io.freshet.service.config.FreshetConfig;
import java.io.IOException;

/** The state of a demo that has ended, with its broker running again. */
public interface EndedDemo extends AutoCloseable {
    /** Returns the configuration of the demo, which names the broker. */
    FreshetConfig config();

    @Override
    void close() throws IOException;
}
