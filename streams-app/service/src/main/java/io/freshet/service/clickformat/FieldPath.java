package io.freshet.service.clickformat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The way to a value in a JSON document: names of fields from the outermost to the innermost. Within an array, the name
 * of an element is its position, from 0. Immutable.
 *
 * @param text the path as it was written, for messages
 * @param names at least one name; a name may be empty
 */
public record FieldPath(String text, List<String> names) {
    private static final int MOST_NAMES = 16;
    private static final int LONGEST_TEXT = 1_024;
    private static final Pattern LONE_TILDE = Pattern.compile("~(?![01])");

    public FieldPath {
        names = List.copyOf(names);
    }

    /**
     * Parses a JSON Pointer (RFC 6901), which begins with a slash, or names with dots between them.
     *
     * @throws IllegalArgumentException if it is neither, with a message that says what a path must be
     */
    public static FieldPath parse(String text) {
        String path = text.strip();
        require(
                !path.isEmpty() && path.length() <= LONGEST_TEXT,
                "must have 1 to " + LONGEST_TEXT + " characters",
                text);
        List<String> names = path.startsWith("/") ? pointer(path) : dotted(path);
        require(names.size() <= MOST_NAMES, "must have at most " + MOST_NAMES + " names", text);
        return new FieldPath(path, names);
    }

    private static List<String> pointer(String path) {
        List<String> names = new ArrayList<>();
        for (String part : path.substring(1).split("/", -1)) {
            require(!LONE_TILDE.matcher(part).find(), "must have ~0 for ~ and ~1 for / within a name", path);
            names.add(part.replace("~1", "/").replace("~0", "~"));
        }
        return names;
    }

    private static List<String> dotted(String path) {
        require(
                !path.startsWith("$") && path.chars().noneMatch(c -> c == '/' || c == '[' || c == ']'),
                "must be names with dots, as in customer.id or items.0.id, or a JSON Pointer that begins with /",
                path);
        List<String> names = List.of(path.split("\\.", -1));
        require(
                names.stream().noneMatch(name -> !name.equals(name.strip()) || name.isEmpty()),
                "must have a name before and after each dot, without spaces around it; write other names as a JSON"
                        + " Pointer, such as /a.b",
                path);
        return names;
    }

    private static void require(boolean met, String condition, String path) {
        if (!met) {
            throw new IllegalArgumentException("a path " + condition + ": \"" + path + "\"");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
