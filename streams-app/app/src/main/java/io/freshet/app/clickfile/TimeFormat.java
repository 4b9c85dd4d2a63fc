package io.freshet.app.clickfile;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The format of a click file's time column. It applies to the whole file: a text of another form is unreadable, and a
 * number in another unit gives an implausible time. Immutable.
 */
final class TimeFormat {
    /** Result of {@link #toMs} for a text of another form. */
    static final long UNREADABLE = Long.MIN_VALUE;

    /** First plausible time. A time before 1971 is most likely a number in another unit that was read as seconds. */
    private static final long FIRST_PLAUSIBLE_MS = 365L * 86_400_000;

    /**
     * First plausible time in units below a second. Clicks before 2000 were recorded in seconds, so a number that gives an
     * earlier time in a finer unit most likely has another form.
     */
    private static final long FIRST_PLAUSIBLE_FINE_MS = 946_684_800_000L;

    private static final long DAY_MS = 86_400_000;
    private static final double LAST_MS = 8.64e15;
    private static final double SHARE_OF_DATES = .9;

    private enum Kind {
        SECONDS("seconds since 1970"),
        MILLISECONDS("milliseconds since 1970"),
        MICROSECONDS("microseconds since 1970"),
        NANOSECONDS("nanoseconds since 1970"),
        DATE("yyyyMMdd"),
        DATE_TIME("yyyyMMddHHmmss"),
        ISO("ISO-8601"),
        PATTERN("pattern");

        private final String description;

        Kind(String description) {
            this.description = description;
        }

        private boolean isEpoch() {
            return this == SECONDS || this == MILLISECONDS || this == MICROSECONDS || this == NANOSECONDS;
        }
    }

    private final Kind kind;
    private final ZoneId zone;
    private final @Nullable DateTimeFormatter pattern;
    private final String description;
    private final long lastPlausibleMs; // Long.MAX_VALUE if the user named the format: then every time is plausible

    private TimeFormat(
            Kind kind, ZoneId zone, @Nullable DateTimeFormatter pattern, String description, long lastPlausibleMs) {
        this.kind = kind;
        this.zone = zone;
        this.pattern = pattern;
        this.description = description;
        this.lastPlausibleMs = lastPlausibleMs;
    }

    /**
     * Returns the format that the user named: a unit, {@code iso}, or a pattern of {@link DateTimeFormatter}.
     *
     * @param zone the time zone of times without an offset
     * @throws ClickFileException if the pattern is invalid
     */
    static TimeFormat named(String name, ZoneId zone) throws ClickFileException {
        Kind kind = switch (name.toLowerCase(Locale.ROOT)) {
            case "seconds", "s" -> Kind.SECONDS;
            case "milliseconds", "ms" -> Kind.MILLISECONDS;
            case "microseconds", "us" -> Kind.MICROSECONDS;
            case "nanoseconds", "ns" -> Kind.NANOSECONDS;
            case "iso" -> Kind.ISO;
            case "yyyymmdd" -> Kind.DATE;
            default -> name.equals("yyyyMMddHHmmss") ? Kind.DATE_TIME : Kind.PATTERN;
        };
        if (kind != Kind.PATTERN) {
            return new TimeFormat(kind, zone, null, describe(kind, zone), Long.MAX_VALUE);
        }
        try {
            DateTimeFormatter pattern = DateTimeFormatter.ofPattern(name, Locale.ENGLISH);
            return new TimeFormat(kind, zone, pattern, "pattern " + name + ", " + zone, Long.MAX_VALUE);
        } catch (IllegalArgumentException e) {
            throw new ClickFileException(
                    "--time-format must be seconds, milliseconds, microseconds, nanoseconds, iso or a pattern such as"
                            + " \"MM/dd/yyyy HH:mm\": " + name + " (" + e.getMessage() + ")",
                    e);
        }
    }

    /**
     * Returns the format in which most of these texts are plausible times.
     *
     * @param texts the texts of the time column, without missing values
     * @param zone the time zone of times without an offset
     * @param nowMs the current time in epoch milliseconds; times more than a day later are implausible
     * @return the format; null if most of the texts have no known form
     */
    static @Nullable TimeFormat guess(List<String> texts, ZoneId zone, long nowMs) {
        Kind kind = guessKind(texts, nowMs);
        return kind == null ? null : new TimeFormat(kind, zone, null, describe(kind, zone), nowMs + DAY_MS);
    }

    private static @Nullable Kind guessKind(List<String> texts, long nowMs) {
        long numbers = texts.stream().filter(TimeFormat::isNumber).count();
        if (2 * numbers < texts.size()) {
            TimeFormat iso = new TimeFormat(Kind.ISO, ZoneOffset.UTC, null, "", Long.MAX_VALUE);
            return 2 * count(texts, iso, _ -> true) >= texts.size() ? Kind.ISO : null;
        }
        Kind best = Kind.SECONDS;
        long most = 0;
        for (Kind kind : List.of(
                Kind.DATE, Kind.DATE_TIME, Kind.SECONDS, Kind.MILLISECONDS, Kind.MICROSECONDS, Kind.NANOSECONDS)) {
            TimeFormat format = new TimeFormat(kind, ZoneOffset.UTC, null, "", nowMs + DAY_MS);
            long plausible = count(texts, format, format::isPlausible);
            boolean enough = kind.isEpoch() || plausible >= SHARE_OF_DATES * numbers;
            if (plausible > most && enough) {
                best = kind;
                most = plausible;
            }
        }
        TimeFormat chosen = new TimeFormat(best, ZoneOffset.UTC, null, "", Long.MAX_VALUE);
        return !texts.isEmpty() && count(texts, chosen, _ -> true) == 0 ? null : best;
    }

    private static long count(List<String> texts, TimeFormat format, LongPredicate which) {
        return texts.stream()
                .mapToLong(format::toMs)
                .filter(ms -> ms != UNREADABLE && which.test(ms))
                .count();
    }

    private static String describe(Kind kind, ZoneId zone) {
        return kind.isEpoch()
                ? kind.description
                : kind.description + ", " + (zone.equals(ZoneOffset.UTC) ? "UTC" : zone)
                        + (kind == Kind.ISO ? " where there is no offset" : "");
    }

    /** Returns milliseconds since 1970; {@link #UNREADABLE} if the text has another form. */
    long toMs(String text) {
        try {
            return switch (kind) {
                case SECONDS -> epoch(text, 1e3);
                case MILLISECONDS -> epoch(text, 1);
                case MICROSECONDS -> epoch(text, 1e-3);
                case NANOSECONDS -> epoch(text, 1e-6);
                case DATE -> text.length() == 8 ? compact(text) : UNREADABLE;
                case DATE_TIME -> text.length() == 14 ? compact(text) : UNREADABLE;
                case ISO -> iso(text);
                case PATTERN -> byPattern(text);
            };
        } catch (DateTimeException | ArithmeticException _) {
            return UNREADABLE;
        }
    }

    /**
     * Returns whether a time is in 1971 or later, or 2000 for numbers in units below a second, and at most a day in the
     * future. Always true if the user named the format.
     */
    boolean isPlausible(long ms) {
        long first = kind.isEpoch() && kind != Kind.SECONDS ? FIRST_PLAUSIBLE_FINE_MS : FIRST_PLAUSIBLE_MS;
        return lastPlausibleMs == Long.MAX_VALUE || (ms >= first && ms <= lastPlausibleMs);
    }

    /** Returns whether all of these texts are dates without a time of day. */
    boolean areWholeDays(List<String> texts) {
        return kind == Kind.DATE || (kind == Kind.ISO && texts.stream().allMatch(text -> text.indexOf(':') < 0));
    }

    @Override
    public String toString() {
        return description;
    }

    /** Returns a time in ISO-8601 in UTC, for messages. */
    static String show(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    /** Returns whether a text is a decimal number, optionally with an exponent. */
    static boolean isNumber(String text) {
        int end = text.length();
        int i = end > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
        int from = i;
        i = afterDigits(text, i);
        int digits = i - from;
        if (i < end && text.charAt(i) == '.') {
            from = i + 1;
            i = afterDigits(text, from);
            digits += i - from;
        }
        if (digits > 0 && i < end && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
            i++;
            i += i < end && (text.charAt(i) == '-' || text.charAt(i) == '+') ? 1 : 0;
            from = i;
            i = afterDigits(text, i);
            return i > from && i == end;
        }
        return digits > 0 && i == end;
    }

    private static int afterDigits(String text, int from) {
        int i = from;
        while (i < text.length() && isDigit(text, i)) {
            i++;
        }
        return i;
    }

    private static boolean isDigit(String text, int i) {
        return text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }

    private static long epoch(String text, double msPerUnit) {
        if (afterDigits(text, 0) == text.length() && !text.isEmpty() && text.length() < 19) {
            long value = Long.parseLong(text);
            if (msPerUnit > 1) {
                return bounded((double) value * msPerUnit);
            }
            return msPerUnit == 1 ? bounded((double) value) : value / Math.round(1 / msPerUnit);
        }
        return isNumber(text) ? bounded(Double.parseDouble(text) * msPerUnit) : UNREADABLE;
    }

    private static long bounded(double ms) {
        return Math.abs(ms) <= LAST_MS ? Math.round(ms) : UNREADABLE;
    }

    /** Parses {@code yyyyMMdd} or {@code yyyyMMddHHmmss}. */
    private long compact(String text) {
        if (afterDigits(text, 0) != text.length()) {
            return UNREADABLE;
        }
        LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 4, 6), number(text, 6, 8));
        long seconds =
                kind == Kind.DATE ? 0 : secondOfDay(number(text, 8, 10), number(text, 10, 12), number(text, 12, 14));
        return seconds < 0 ? UNREADABLE : local(date, seconds);
    }

    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            if (!isDigit(text, i)) {
                return -1;
            }
            value = 10 * value + text.charAt(i) - '0';
        }
        return value;
    }

    /** Returns the second of the day; -1 if there is no such time. */
    private static long secondOfDay(int hours, int minutes, int seconds) {
        boolean valid = hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60;
        return valid ? 3600L * hours + 60L * minutes + seconds : -1;
    }

    /** Returns milliseconds since 1970 of a local time in the zone. */
    private long local(LocalDate date, long secondOfDay) {
        if (zone.equals(ZoneOffset.UTC)) {
            return (86_400 * date.toEpochDay() + secondOfDay) * 1_000;
        }
        return date.atStartOfDay()
                .plusSeconds(secondOfDay)
                .atZone(zone)
                .toInstant()
                .toEpochMilli();
    }

    /**
     * Parses {@code yyyy-MM-dd}, alone or followed by {@code T} or a blank and {@code HH:mm[:ss[.fraction]]}, and
     * optionally {@code Z}, {@code UTC}, {@code GMT} or an offset, with or without a blank before it. Slashes may replace
     * the hyphens.
     */
    private long iso(String text) {
        int end = text.length();
        if (end < 10 || text.charAt(4) != text.charAt(7) || (text.charAt(4) != '-' && text.charAt(4) != '/')) {
            return UNREADABLE;
        }
        LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        if (end == 10) {
            return local(date, 0);
        }
        char between = text.charAt(10);
        if (end < 16 || (between != 'T' && between != 't' && between != ' ') || text.charAt(13) != ':') {
            return UNREADABLE;
        }
        int i = 16;
        int seconds = 0;
        int millis = 0;
        if (i + 2 < end && text.charAt(i) == ':') {
            seconds = number(text, i + 1, i + 3);
            i += 3;
            if (i < end && (text.charAt(i) == '.' || text.charAt(i) == ',')) {
                int from = i + 1;
                i = afterDigits(text, from);
                if (i == from) {
                    return UNREADABLE;
                }
                millis = number((text.substring(from, i) + "00").substring(0, 3), 0, 3);
            }
        }
        long second = secondOfDay(number(text, 11, 13), number(text, 14, 16), seconds);
        if (second < 0) {
            return UNREADABLE;
        }
        String offset = text.substring(i).strip();
        if (offset.isEmpty()) {
            return local(date, second) + millis;
        }
        long utc = (86_400 * date.toEpochDay() + second) * 1_000 + millis;
        return switch (offset) {
            case "Z", "z", "UTC", "GMT" -> utc;
            default ->
                offset.charAt(0) == '+' || offset.charAt(0) == '-'
                        ? utc - 1_000L * ZoneOffset.of(offset).getTotalSeconds()
                        : UNREADABLE;
        };
    }

    private long byPattern(String text) {
        if (pattern == null) {
            return UNREADABLE;
        }
        TemporalAccessor time = pattern.parseBest(text, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
        return switch (time) {
            case ZonedDateTime zoned -> zoned.toInstant().toEpochMilli();
            case LocalDateTime local -> local.atZone(zone).toInstant().toEpochMilli();
            default -> LocalDate.from(time).atStartOfDay(zone).toInstant().toEpochMilli();
        };
    }
}
