package io.freshet.app.demo.state;

/** Thrown if a demo cannot continue with a state folder. The message is meant for the user. */
public final class StateFolderException extends Exception {
    private static final long serialVersionUID = 1;

    StateFolderException(String message) {
        super(message);
    }
}
