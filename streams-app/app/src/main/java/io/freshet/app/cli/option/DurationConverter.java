package io.freshet.app.cli.option;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses durations such as {@code 90s}, {@code 2m}, {@code 1h30m}, {@code 500ms}; a bare number is seconds. */
public final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern PART = Pattern.compile("(\\d+)(ms|s|m|h|d|$)");

    public DurationConverter() {}

    @Override
    public Duration convert(String text) {
        String written = text.strip().toLowerCase(Locale.ROOT);
        Matcher part = PART.matcher(written);
        Duration duration = Duration.ZERO;
        int end = 0;
        while (end < written.length() && part.find(end) && part.start() == end) {
            duration = duration.plus(length(Long.parseLong(part.group(1)), part.group(2)));
            end = part.end();
        }
        if (written.isEmpty() || end < written.length()) {
            throw new TypeConversionException("'" + text + "' is not a duration such as 90s, 2m or 1h30m");
        }
        return duration;
    }

    private static Duration length(long count, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            default -> Duration.ofSeconds(count);
        };
    }
}
