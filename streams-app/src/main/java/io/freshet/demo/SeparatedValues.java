package io.freshet.demo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits one line of separated values. A comma-separated field may be quoted as in RFC 4180, but may not run over the
 * end of its line; other separators know no quotes.
 */
final class SeparatedValues {
    private SeparatedValues() {}

    /** Tab, semicolon or comma: the first of them that the header holds. */
    static char separatorOf(String header) {
        for (char separator : new char[] {'\t', ';', ','}) {
            if (header.indexOf(separator) >= 0) {
                return separator;
            }
        }
        return ',';
    }

    /** The fields of a line; null where a quote is not closed. */
    static @Nullable List<String> split(String line, char separator) {
        List<String> fields = new ArrayList<>();
        int start = 0;
        while (start <= line.length()) {
            boolean quoted = separator != '\t' && start < line.length() && line.charAt(start) == '"';
            int end = quoted ? endOfQuoted(line, start) : line.indexOf(separator, start);
            if (quoted && end < 0) {
                return null;
            }
            end = end < 0 ? line.length() : end;
            fields.add(quoted ? unquoted(line.substring(start, end)) : line.substring(start, end));
            start = quoted ? nextAfter(line, end, separator) : end + 1;
        }
        return fields;
    }

    /** The position after the closing quote; -1 if there is none. */
    private static int endOfQuoted(String line, int start) {
        int i = start + 1;
        while (i < line.length()) {
            if (line.charAt(i) != '"') {
                i++;
            } else if (i + 1 < line.length() && line.charAt(i + 1) == '"') {
                i += 2;
            } else {
                return i + 1;
            }
        }
        return -1;
    }

    private static int nextAfter(String line, int end, char separator) {
        int next = line.indexOf(separator, end);
        return next < 0 ? line.length() + 1 : next + 1;
    }

    private static String unquoted(String field) {
        return field.substring(1, field.length() - 1).replace("\"\"", "\"");
    }
}
