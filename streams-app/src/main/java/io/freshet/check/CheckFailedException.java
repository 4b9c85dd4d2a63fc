package io.freshet.check;

import java.io.IOException;

/** A check found a problem that keeps a command from its work. The message says what it is and what to do. */
public final class CheckFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    CheckFailedException(Finding problem) {
        super(problem.message() + "; " + problem.remedy());
    }
}
