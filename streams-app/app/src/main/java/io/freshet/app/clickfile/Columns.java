package io.freshet.app.clickfile;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Positions, from 0, of the columns of a click's parts; {@link #ABSENT} if there is no such column. Once all columns are
 * found, only {@code type} and {@code id} may be absent.
 */
record Columns(int user, int item, int time, int type, int id) {
    static final int ABSENT = -1;

    /** Value of an option for an optional column that is not to be used although the file has it. */
    static final String NONE = "none";

    /**
     * A part of a click, with the option that names its column and the usual names of the column, the most likely first.
     */
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

        /** Returns the column with the most likely name; {@link Columns#ABSENT} if there is none. */
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

        /** Simplifies a name: {@code "User_ID"} becomes {@code "userid"}. */
        private static String simplified(String name) {
            return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        }
    }

    /**
     * Returns the column of a part, by the name that the user gave, or by the usual names if there is none.
     *
     * @param file the name of the file, for the message
     * @throws ClickFileException if the file has no column of that name, or more than one
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

    /** Returns the parts that have a column, each with the column's name. */
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
