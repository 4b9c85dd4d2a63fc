package io.freshet.client.click;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * Parses ISO-8601 date-times with an offset, of the form {@code yyyy-MM-ddTHH:mm[:ss[.f…]](Z|±HH[[:]mm])} with one to
 * nine digits of fraction. The fraction is truncated to milliseconds. Hand-written because {@code DateTimeFormatter}
 * takes longer than the rest of reading a click.
 */
public final class IsoTimestamp {
    /** Result of {@link #parseMs} for any other text. */
    public static final long INVALID = Long.MIN_VALUE;

    private static final int TIME_POSITION = 11;
    private static final int SECONDS_POSITION = 16;
    private static final int MAX_FRACTION_DIGITS = 9;
    private static final int MAX_OFFSET_HOURS = 18;
    private static final long DAY_MS = 86_400_000;
    private static final int MINUTE_MS = 60_000;

    private final String text;
    private int position;

    private IsoTimestamp(String text) {
        this.text = text;
    }

    /** Returns the milliseconds since the epoch, or {@link #INVALID}. */
    public static long parseMs(String text) {
        try {
            return new IsoTimestamp(text).parse();
        } catch (DateTimeException e) {
            return INVALID;
        }
    }

    private long parse() {
        long dayMs = date().toEpochDay() * DAY_MS;
        position = TIME_POSITION;
        long hourMs = 60L * MINUTE_MS * number(2, 23);
        expect(':');
        long minuteMs = (long) MINUTE_MS * number(2, 59);
        long secondMs = secondMs();
        long offsetMs = offsetMs();
        if (position != text.length()) {
            throw invalid();
        }
        return dayMs + hourMs + minuteMs + secondMs - offsetMs;
    }

    private LocalDate date() {
        int year = number(4, 9999);
        expect('-');
        int month = number(2, 12);
        expect('-');
        int day = number(2, 31);
        if (next() != 'T') {
            throw invalid();
        }
        return LocalDate.of(year, month, day);
    }

    private long secondMs() {
        if (position != SECONDS_POSITION || peek() != ':') {
            return 0;
        }
        position++;
        long second = number(2, 59);
        return 1000 * second + (peek() == '.' ? fractionMs() : 0);
    }

    private long fractionMs() {
        int start = ++position;
        int ms = 0;
        while (isDigit(peek())) {
            int digit = next() - '0';
            if (position - start <= 3) {
                ms = 10 * ms + digit;
            }
        }
        int digits = position - start;
        if (digits == 0 || digits > MAX_FRACTION_DIGITS) {
            throw invalid();
        }
        return digits == 1 ? 100L * ms : digits == 2 ? 10L * ms : ms;
    }

    private long offsetMs() {
        char sign = next();
        if (sign == 'Z') {
            return 0;
        }
        if (sign != '+' && sign != '-') {
            throw invalid();
        }
        int hours = number(2, MAX_OFFSET_HOURS);
        if (peek() == ':') {
            position++;
        } else if (position == text.length()) {
            return signed(sign, hours * 60);
        }
        int minutes = number(2, 59);
        return signed(sign, hours * 60 + minutes);
    }

    private static long signed(char sign, int minutes) {
        if (minutes > MAX_OFFSET_HOURS * 60) {
            throw invalid();
        }
        return (long) MINUTE_MS * (sign == '-' ? -minutes : minutes);
    }

    private int number(int digits, int max) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            char c = next();
            if (!isDigit(c)) {
                throw invalid();
            }
            value = 10 * value + (c - '0');
        }
        if (value > max) {
            throw invalid();
        }
        return value;
    }

    private void expect(char c) {
        if (next() != c) {
            throw invalid();
        }
    }

    private char next() {
        char c = peek();
        position++;
        return c;
    }

    private char peek() {
        return position < text.length() ? text.charAt(position) : '\0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static DateTimeException invalid() {
        return new DateTimeException("not a date-time with an offset");
    }
}
