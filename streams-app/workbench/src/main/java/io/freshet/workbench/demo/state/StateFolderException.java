package io.freshet.workbench.demo.state;

import io.freshet.app.failure.Explained;
import java.io.IOException;

/** Thrown if a demo cannot continue with a state folder. */
public final class StateFolderException extends IOException implements Explained {
    StateFolderException(String message) {
        super(message);
    }
}
