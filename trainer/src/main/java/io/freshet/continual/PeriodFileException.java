package io.freshet.continual;

import java.io.IOException;

/** A file is not what {@link PeriodFiles} says. */
public final class PeriodFileException extends IOException {
    private static final long serialVersionUID = 1;

    PeriodFileException(String message) {
        super(message);
    }
}
