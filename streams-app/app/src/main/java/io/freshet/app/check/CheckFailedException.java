package io.freshet.app.check;

import io.freshet.app.failure.Explained;
import java.io.IOException;

/** Thrown if a check finds a problem that prevents a command from running. The message has the problem and its remedy. */
public final class CheckFailedException extends IOException implements Explained {
    CheckFailedException(Finding problem) {
        super(problem.message() + "; " + problem.remedy());
    }
}
