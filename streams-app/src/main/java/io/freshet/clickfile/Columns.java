package io.freshet.clickfile;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Positions, from 0, of the columns that make up a click; {@link #ABSENT} where there is none. Only {@code type} and
 * {@code id} may be absent in the end.
 */
record Columns(int user, int item, int time, int type, int id) {
    static final int ABSENT = -1;

    /** What an option says if an optional column is not to be used although the file has it. */
    static final String NONE = "none";

    /** A part of a click: the option that names its column, and the usual names of such a column, the best first. */
    enum Part {
        USER(
                "--user",
                "userid",
                "user",
                "uid",
                "visitorid",
                "visitor",
                "customerid",
                "customer",
                "memberid",
                "accountid",
                "reviewerid",
                "clientid",
                "client",
                "personid",
                "buyerid",
                "useridx"),
        ITEM(
                "--item",
                "itemid",
                "item",
                "iid",
                "productid",
                "product",
                "articleid",
                "article",
                "sku",
                "parentasin",
                "asin",
                "movieid",
                "movie",
                "trackid",
                "track",
                "songid",
                "bookid",
                "book",
                "contentid",
                "videoid",
                "newsid",
                "businessid",
                "gameid",
                "artistid"),
        TIME(
                "--time",
                "timestamp",
                "time",
                "ts",
                "eventtime",
                "eventtimestamp",
                "datetime",
                "eventdatetime",
                "unixtimestamp",
                "unixtime",
                "unixreviewtime",
                "createdat",
                "clickedat",
                "occurredat",
                "timestampms",
                "date",
                "eventdate"),
        TYPE("--event-type", "eventtype", "event", "type", "action", "behavior", "behaviour", "interactiontype"),
        ID("--event-id", "eventid", "clickid"),
        SESSION("--user", "sessionid", "session", "usersession", "visitid");

        private final String option;

        @SuppressWarnings("ImmutableEnumChecker") // List.of gives immutable lists
        private final List<String> names;

        Part(String option, String... names) {
            this.option = option;
            this.names = List.of(names);
        }

        String option() {
            return option;
        }

        /** The column whose name is the most usual one; {@link Columns#ABSENT} if there is none. */
        int guess(List<String> header) {
            List<String> simple = header.stream().map(Part::simplified).toList();
            for (String name : names) {
                int column = simple.indexOf(name);
                if (column >= 0) {
                    return column;
                }
            }
            return ABSENT;
        }

        /** {@code "User_ID"} becomes {@code "userid"}. */
        private static String simplified(String name) {
            return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        }
    }

    /**
     * The column of a part, by the name that the user gave, else by the usual names.
     *
     * @param file for the message
     * @throws ClickFileException if the file has no column of that name, or has it twice
     */
    static int find(Part part, List<String> header, @Nullable String name, String file) throws ClickFileException {
        if (name == null) {
            return part.guess(header);
        }
        boolean optional = part == Part.TYPE || part == Part.ID;
        if (optional && name.equals(NONE)) {
            return ABSENT;
        }
        List<Integer> found = positions(header, name, false);
        if (found.isEmpty()) {
            found = positions(header, name, true);
        }
        if (found.size() != 1) {
            throw new ClickFileException(file + " has " + (found.isEmpty() ? "no column " : found.size() + " columns ")
                    + name + ", which " + part.option() + " names. Its columns are: " + String.join(", ", header));
        }
        return found.getFirst();
    }

    private static List<Integer> positions(List<String> header, String name, boolean ignoreCase) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            if (ignoreCase
                    ? header.get(i).equalsIgnoreCase(name)
                    : header.get(i).equals(name)) {
                found.add(i);
            }
        }
        return found;
    }

    BitSet asSet() {
        BitSet set = new BitSet();
        for (int column : new int[] {user, item, time, type, id}) {
            if (column != ABSENT) {
                set.set(column);
            }
        }
        return set;
    }

    /** Each part with the name of its column, as far as it has one. */
    Map<String, String> named(List<String> header) {
        Map<String, String> named = new LinkedHashMap<>();
        int[] columns = {user, item, time, type, id};
        String[] parts = {"user", "item", "time", "type", "id"};
        for (int i = 0; i < parts.length; i++) {
            if (columns[i] != ABSENT) {
                named.put(parts[i], header.get(columns[i]));
            }
        }
        return named;
    }
}
