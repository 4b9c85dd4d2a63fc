package io.freshet.lab.continual;

import java.io.IOException;

/** Thrown if a file does not have the format of {@link PeriodFiles}. */
public final class PeriodFileException extends IOException {
    private static final long serialVersionUID = 1;

    PeriodFileException(String message) {
        super(message);
    }
}
