package io.freshet.app.check;

import io.freshet.app.failure.Explained;
import java.io.IOException;

/**
 * A finding of a check.
 *
 * @param check the name of the check
 * @param message the state that was found; for a problem, the requirement that does not hold
 * @param remedy what to do; empty if nothing is to be done
 */
public record Finding(String check, Outcome outcome, String message, String remedy) {
    static Finding ok(String check, String message) {
        return new Finding(check, Outcome.OK, message, "");
    }

    static Finding note(String check, String message) {
        return new Finding(check, Outcome.NOTE, message, "");
    }

    static Finding warning(String check, String message, String remedy) {
        return new Finding(check, Outcome.WARNING, message, remedy);
    }

    static Finding problem(String check, String message, String remedy) {
        return new Finding(check, Outcome.PROBLEM, message, remedy);
    }

    /**
     * Thrown if a check finds a problem that prevents a command from running. The message has the problem and its
     * remedy.
     */
    public static final class CheckFailedException extends IOException implements Explained {
        CheckFailedException(Finding problem) {
            super(problem.message() + "; " + problem.remedy());
        }
    }
}
