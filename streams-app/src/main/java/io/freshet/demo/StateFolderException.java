package io.freshet.demo;

/** A state folder that this demo may not go on with. The message is for the person. */
public final class StateFolderException extends Exception {
    private static final long serialVersionUID = 1;

    StateFolderException(String message) {
        super(message);
    }
}
