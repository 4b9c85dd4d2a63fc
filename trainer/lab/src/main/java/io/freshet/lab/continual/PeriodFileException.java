package io.freshet.lab.continual;

import java.io.IOException;

/** Thrown if a file does not have the format of {@link PeriodFiles}. */
public final class PeriodFileException extends IOException {
    PeriodFileException(String message) {
        super(message);
    }
}
