package io.freshet.store.vocabulary;

import io.freshet.store.format.CorruptFormatException;
import java.nio.file.Path;

/** Escapes an item id so that it fits into one line. */
final class EscapedLine {
    private EscapedLine() {}

    static String of(String item) {
        if (item.indexOf('\\') < 0 && item.indexOf('\n') < 0 && item.indexOf('\r') < 0) {
            return item;
        }
        return item.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    static String parse(String line, Path file) {
        int escape = line.indexOf('\\');
        if (escape < 0) {
            return line;
        }
        StringBuilder item = new StringBuilder(line.length()).append(line, 0, escape);
        for (int i = escape; i < line.length(); i++) {
            char c = line.charAt(i);
            item.append(c == '\\' ? unescaped(line, ++i, file) : c);
        }
        return item.toString();
    }

    private static char unescaped(String line, int position, Path file) {
        char code = position < line.length() ? line.charAt(position) : '\0';
        return switch (code) {
            case '\\' -> '\\';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default ->
                throw new CorruptFormatException("backslash must be followed by a backslash, n or r: file=" + file
                        + ", position in the line=" + position);
        };
    }
}
