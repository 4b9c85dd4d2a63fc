package io.freshet.cli;

import io.freshet.check.CheckFailedException;
import io.freshet.clickfile.ClickFileException;
import io.freshet.continual.PeriodFileException;
import io.freshet.demo.StateFolderException;
import io.freshet.store.SnapshotStoreException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.apache.kafka.common.config.ConfigException;

/** Failures as a person can use them. */
final class Failures {
    private Failures() {}

    /** Whether the command, not the program or its surroundings, was wrong. */
    static boolean isUsage(Throwable failure) {
        return failure instanceof ConfigException
                || failure instanceof ClickFileException
                || failure instanceof PeriodFileException;
    }

    /** One line: what happened, and what lies behind it where that says more. */
    static String describe(Throwable failure) {
        String text = describeOne(failure);
        // What lies behind a store's failure is an SDK's, and has been put into words.
        Throwable cause = failure instanceof SnapshotStoreException ? null : failure.getCause();
        return cause == null || text.contains(describeOne(cause)) ? text : text + ": " + describe(cause);
    }

    private static String describeOne(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case NoSuchFileException _ -> "no such file: " + message;
            case AccessDeniedException _ -> "no right to use: " + message;
            case ConfigException _,
                    ClickFileException _,
                    PeriodFileException _,
                    StateFolderException _,
                    SnapshotStoreException _,
                    CheckFailedException _ -> String.valueOf(message);
            default -> failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
        };
    }
}
