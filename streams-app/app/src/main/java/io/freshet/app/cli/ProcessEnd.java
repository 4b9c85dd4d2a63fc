package io.freshet.app.cli;

import java.lang.Thread.UncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An uncaught exception handler that halts the process. A process that has lost a thread looks alive but does not do its
 * work, whereas one that has ended is restarted. Nothing is closed: open transactions are aborted, as after a kill.
 */
final class ProcessEnd implements UncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);
    private static final int EXIT_CODE = 1;

    private ProcessEnd() {}

    /** Installs the handler for every thread of this process that has none of its own. */
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler(new ProcessEnd());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable error) {
        try {
            // The log may go to a file.
            System.err.println("freshet: thread " + thread.getName() + " failed with " + error);
            LOG.error(
                    "Freshet ends with exit code {}: thread {} failed with {}",
                    EXIT_CODE,
                    thread.getName(),
                    error.toString(),
                    error);
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
