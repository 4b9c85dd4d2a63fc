package io.freshet.app.clickfile;

import io.freshet.app.failure.Explained;
import java.io.IOException;

/** Thrown if click files cannot be read as requested. The message is for the user and says what to do. */
public final class ClickFileException extends IOException implements Explained {
    public ClickFileException(String message) {
        super(message);
    }

    ClickFileException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public boolean isUsage() {
        return true;
    }
}
