package io.freshet.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.OptionalLong;

/** How the time column of a click file writes a moment. */
enum TimeFormat {
    SECONDS("seconds since 1970") {
        @Override
        OptionalLong toMs(String text) {
            return isNumber(text) ? rounded(Double.parseDouble(text) * 1_000) : OptionalLong.empty();
        }
    },
    MILLISECONDS("milliseconds since 1970") {
        @Override
        OptionalLong toMs(String text) {
            return isNumber(text) ? rounded(Double.parseDouble(text)) : OptionalLong.empty();
        }
    },
    ISO_8601("ISO-8601, UTC where there is no offset") {
        @Override
        OptionalLong toMs(String text) {
            try {
                return OptionalLong.of(instant(text.strip().replace(' ', 'T')).toEpochMilli());
            } catch (DateTimeParseException | ArithmeticException _) {
                return OptionalLong.empty();
            }
        }
    };

    /** Seconds would pass this in the year 5138; milliseconds did in 1973. */
    private static final double FIRST_MILLISECONDS = 1e11;

    private static final double LAST_MS = 8.64e15;

    private final String description;

    TimeFormat(String description) {
        this.description = description;
    }

    /** Milliseconds since 1970; empty where the text is not of this format. */
    abstract OptionalLong toMs(String text);

    /** The format that most of these texts are written in. */
    static TimeFormat of(List<String> texts) {
        long numbers = texts.stream().filter(TimeFormat::isNumber).count();
        if (2 * numbers < texts.size()) {
            return ISO_8601;
        }
        long large = texts.stream()
                .filter(TimeFormat::isNumber)
                .filter(text -> Math.abs(Double.parseDouble(text)) >= FIRST_MILLISECONDS)
                .count();
        return 2 * large > numbers ? MILLISECONDS : SECONDS;
    }

    private static boolean isNumber(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        boolean digits = false;
        boolean point = false;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && !point) {
                point = true;
            } else if (c >= '0' && c <= '9') {
                digits = true;
            } else {
                return false;
            }
        }
        return digits;
    }

    private static OptionalLong rounded(double ms) {
        return Math.abs(ms) <= LAST_MS ? OptionalLong.of(Math.round(ms)) : OptionalLong.empty();
    }

    private static Instant instant(String text) {
        int t = text.indexOf('T');
        if (t < 0) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        boolean hasOffset = text.endsWith("Z") || text.indexOf('+', t) > 0 || text.indexOf('-', t) > 0;
        return hasOffset
                ? OffsetDateTime.parse(text).toInstant()
                : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }

    @Override
    public String toString() {
        return description;
    }
}
