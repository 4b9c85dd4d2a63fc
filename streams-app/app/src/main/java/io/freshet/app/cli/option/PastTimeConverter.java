package io.freshet.app.cli.option;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses points in time: a time before now, such as {@code -7d} or {@code -1h30m}, or all that {@link InstantConverter} does. */
public final class PastTimeConverter implements ITypeConverter<Instant> {
    private final InstantSource clock;
    private final DurationConverter durations = new DurationConverter();
    private final InstantConverter instants = new InstantConverter();

    /** Called by picocli. */
    public PastTimeConverter() {
        this(InstantSource.system());
    }

    PastTimeConverter(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Instant convert(String text) {
        String written = text.strip();
        try {
            return written.startsWith("-")
                    ? clock.instant().minus(durations.convert(written.substring(1)))
                    : instants.convert(written);
        } catch (TypeConversionException | DateTimeException | ArithmeticException _) {
            throw new TypeConversionException("'" + text + "' is not a time such as -7d, -12h, 2026-03-01T10:13:20Z, or"
                    + " milliseconds since 1970");
        }
    }
}
