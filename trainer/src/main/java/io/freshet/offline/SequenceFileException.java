package io.freshet.offline;

import java.io.IOException;

/** A file that is not one of sequences. The message is for the person. */
public final class SequenceFileException extends IOException {
    private static final long serialVersionUID = 1;

    SequenceFileException(String message) {
        super(message);
    }
}
