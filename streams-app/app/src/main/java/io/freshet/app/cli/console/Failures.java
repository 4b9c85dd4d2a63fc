package io.freshet.app.cli.console;

import io.freshet.app.failure.Explained;
import io.freshet.store.SnapshotStoreException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.apache.kafka.common.config.ConfigException;

/** Describes failures for the user. */
public final class Failures {
    private Failures() {}

    /** Returns whether the failure is a mistake in the command or its input, not in the program or its environment. */
    public static boolean isUsage(Throwable failure) {
        return failure instanceof ConfigException || (failure instanceof Explained explained && explained.isUsage());
    }

    /** Returns one line: the failure, and its cause if that adds information. */
    public static String describe(Throwable failure) {
        String text = describeOne(failure);
        // The cause of a store's failure comes from an SDK, and the store's message already explains it.
        Throwable cause = failure instanceof SnapshotStoreException ? null : failure.getCause();
        return cause == null || text.contains(describeOne(cause)) ? text : text + ": " + describe(cause);
    }

    private static String describeOne(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case NoSuchFileException _ -> "no such file: " + message;
            case AccessDeniedException _ -> "no right to use: " + message;
            case ConfigException _, SnapshotStoreException _ -> String.valueOf(message);
            case Throwable explained when explained instanceof Explained -> String.valueOf(message);
            default -> failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
        };
    }
}
