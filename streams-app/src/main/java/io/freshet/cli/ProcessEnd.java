package io.freshet.cli;

import java.lang.Thread.UncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when one of its threads ends by an error that nothing handles. A process that lacks a thread looks
 * alive and does not do its work; one that has ended is started again. Nothing is closed: transactions that are open are
 * aborted, as after a kill.
 */
final class ProcessEnd implements UncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);
    private static final int EXIT_CODE = 1;

    private ProcessEnd() {}

    /** Handles every thread of this process that has no handler of its own. */
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler(new ProcessEnd());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable error) {
        try {
            LOG.error(
                    "Freshet ends with exit code {}: thread {} was ended by {}",
                    EXIT_CODE,
                    thread.getName(),
                    error.toString(),
                    error);
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
