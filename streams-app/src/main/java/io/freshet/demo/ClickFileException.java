package io.freshet.demo;

/** A click file that cannot be read as one with the columns that were asked for. The message is for the person. */
public final class ClickFileException extends Exception {
    private static final long serialVersionUID = 1;

    ClickFileException(String message) {
        super(message);
    }
}
