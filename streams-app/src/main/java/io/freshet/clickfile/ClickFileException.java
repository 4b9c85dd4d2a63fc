package io.freshet.clickfile;

import java.io.IOException;

/** A click file that cannot be read as asked. The message is for the user and says what to do. */
public final class ClickFileException extends IOException {
    private static final long serialVersionUID = 1;

    public ClickFileException(String message) {
        super(message);
    }

    ClickFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
