package io.freshet.demo;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a click file keeps what makes up a click: positions of columns from 0, {@link #ABSENT} for an optional one that
 * is not there.
 */
public record ClickColumns(int user, int item, int time, int eventType, int eventId) {
    static final int ABSENT = -1;

    // Guesses, the best first.
    private static final List<String> USERS = List.of(
            "user",
            "userid",
            "uid",
            "visitor",
            "visitorid",
            "customer",
            "customerid",
            "session",
            "sessionid",
            "client");
    private static final List<String> ITEMS = List.of(
            "item",
            "itemid",
            "iid",
            "product",
            "productid",
            "article",
            "articleid",
            "sku",
            "asin",
            "movie",
            "movieid",
            "track",
            "trackid",
            "book",
            "bookid");
    private static final List<String> TIMES = List.of(
            "time", "timestamp", "ts", "eventtime", "datetime", "date", "createdat", "unixtime", "unixtimestamp");
    private static final List<String> EVENT_TYPES = List.of("eventtype", "event", "type", "action", "behavior");
    private static final List<String> EVENT_IDS = List.of("eventid", "clickid");

    /** Column names that the person gave; null to have one guessed from the header. */
    public record Names(
            @Nullable String user,
            @Nullable String item,
            @Nullable String time,
            @Nullable String eventType,
            @Nullable String eventId) {
        public static final Names GUESSED = new Names(null, null, null, null, null);
    }

    /**
     * Finds the columns in a file's header.
     *
     * @throws ClickFileException when a named column is not there, or one that is needed cannot be guessed
     */
    static ClickColumns in(List<String> header, Names names) throws ClickFileException {
        return new ClickColumns(
                required(header, names.user(), USERS, "--user"),
                required(header, names.item(), ITEMS, "--item"),
                required(header, names.time(), TIMES, "--time"),
                position(header, names.eventType(), EVENT_TYPES, "--event-type"),
                position(header, names.eventId(), EVENT_IDS, "--event-id"));
    }

    /** The columns that every row must have. */
    int widthNeeded() {
        return 1 + Math.max(user, Math.max(item, time));
    }

    private static int required(List<String> header, @Nullable String name, List<String> guesses, String option)
            throws ClickFileException {
        int position = position(header, name, guesses, option);
        if (position == ABSENT) {
            throw new ClickFileException("no column of the file can be guessed for " + option + "; name one of: "
                    + String.join(", ", header));
        }
        return position;
    }

    private static int position(List<String> header, @Nullable String name, List<String> guesses, String option)
            throws ClickFileException {
        if (name == null) {
            return guessed(header, guesses);
        }
        int position = header.indexOf(name);
        if (position < 0) {
            throw new ClickFileException(
                    "the file has no column for " + option + "=" + name + "; it has: " + String.join(", ", header));
        }
        return position;
    }

    private static int guessed(List<String> header, List<String> guesses) {
        List<String> simplified = header.stream().map(ClickColumns::simplified).toList();
        return guesses.stream()
                .mapToInt(simplified::indexOf)
                .filter(position -> position >= 0)
                .findFirst()
                .orElse(ABSENT);
    }

    /** {@code "User_ID"} becomes {@code "userid"}. */
    private static String simplified(String column) {
        return column.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    }
}
