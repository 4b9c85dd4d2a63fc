package io.freshet.training.step;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.store.Snapshot;
import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.FormatException;
import io.freshet.store.format.FormatFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What each user has put into the sessions of the {@linkplain CooccurrenceModel memory}, which names no user: the rows of
 * the newest clicks, by which the sessions are found when the user is erased. A user is kept for as long as the newest click
 * can be in a session. Not thread-safe.
 *
 * <p>The file in a snapshot, version 1:
 *
 * <pre>
 * 3 bytes    46 43 01: magic, kind 'C', version
 * varint     number of users, then for each, in the order of their newest clicks
 *   varint   length of the user id in bytes
 *   bytes    user id, UTF-8
 *   varint   number of clicks that the memory had observed by the user's newest one, minus that of the user before
 *   varint   number of clicks, then for each, oldest first
 *     varint item row times 2, plus 1 if a session begins with the click
 * 4 bytes    CRC-32C of all bytes before, little endian
 * </pre>
 */
final class UserSessions {
    static final String NAME = "sessions.bin";

    private static final BinaryFormat FORMAT = new BinaryFormat("sessions of users", 'C', 1, 1);
    private static final int TYPICAL_USER_BYTES = 32;
    private static final int MIN_USER_BYTES = 4;
    private static final int[] NO_ROWS = {};

    private final Map<String, Clicks> clicksOf; // in the order of the users' newest clicks

    /**
     * The newest clicks of a user.
     *
     * @param rows rows of the clicks, oldest first; with all bits inverted if a session begins with the click
     * @param observed number of clicks that the memory had observed by the newest one
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Clicks(int[] rows, long observed) {
        Clicks with(int[] others) {
            return new Clicks(others, observed);
        }
    }

    /** Creates sessions of no users. */
    UserSessions() {
        this(new LinkedHashMap<>());
    }

    private UserSessions(Map<String, Clicks> clicksOf) {
        this.clicksOf = clicksOf;
    }

    private static int row(int marked) {
        return marked < 0 ? ~marked : marked;
    }

    /**
     * Records that the memory observed a click.
     *
     * @param before row of the item before it in the user's history. If it is not the user's newest click, a session began
     *     with it
     * @param observed number of clicks that the memory has observed
     */
    void add(String user, int before, int item, long observed) {
        removeBefore(observed - CooccurrenceModel.LOGGED_CLICKS);
        @Nullable Clicks known = clicksOf.remove(user);
        int[] rows = known == null ? NO_ROWS : known.rows();
        boolean begins = rows.length == 0 || row(rows[rows.length - 1]) != before;
        int added = begins ? 2 : 1;
        int kept = Math.min(rows.length, CooccurrenceModel.ERASED_CLICKS - added);
        int[] grown = Arrays.copyOfRange(rows, rows.length - kept, rows.length + added);
        if (begins) {
            grown[kept] = ~before;
        }
        grown[kept + added - 1] = item;
        clicksOf.put(user, new Clicks(grown, observed));
    }

    private void removeBefore(long observed) {
        Iterator<Clicks> oldest = clicksOf.values().iterator();
        while (oldest.hasNext() && oldest.next().observed() <= observed) {
            oldest.remove();
        }
    }

    /** Removes a user, and returns the rows of each session of two clicks or more, oldest click first, newest session first. */
    List<int[]> remove(String user) {
        @Nullable Clicks known = clicksOf.remove(user);
        int[] rows = known == null ? NO_ROWS : known.rows();
        List<int[]> sessions = new ArrayList<>();
        int end = rows.length;
        for (int first = end - 1; first >= 0; first--) {
            if (first == 0 || rows[first] < 0) {
                int[] session =
                        Arrays.stream(rows, first, end).map(UserSessions::row).toArray();
                if (session.length > 1) {
                    sessions.add(session);
                }
                end = first;
            }
        }
        return sessions;
    }

    /** Removes items from all sessions. */
    void forget(List<Integer> itemRows) {
        BitSet gone = new BitSet();
        itemRows.forEach(gone::set);
        clicksOf.replaceAll((_, clicks) -> clicks.with(without(gone, clicks.rows())));
        clicksOf.values().removeIf(clicks -> clicks.rows().length == 0);
    }

    private static int[] without(BitSet gone, int[] rows) {
        int[] kept = new int[rows.length];
        int size = 0;
        boolean begins = false;
        for (int marked : rows) {
            begins |= marked < 0;
            if (!gone.get(row(marked))) {
                kept[size++] = begins ? ~row(marked) : marked;
                begins = false;
            }
        }
        return Arrays.copyOf(kept, size);
    }

    /**
     * Adapts to a merge, by which the memory has also observed the clicks of other learners. These may come before the clicks
     * since the last merge.
     *
     * @param newRows old row → new row, for each row that changes
     * @param since number of clicks that the memory had observed at the last merge
     * @param others number of clicks of other learners
     */
    void merge(Map<Integer, Integer> newRows, long since, long others) {
        IntUnaryOperator renumber = marked -> {
            int row = newRows.getOrDefault(row(marked), row(marked));
            return marked < 0 ? ~row : row;
        };
        clicksOf.replaceAll((_, clicks) -> new Clicks(
                newRows.isEmpty()
                        ? clicks.rows()
                        : Arrays.stream(clicks.rows()).map(renumber).toArray(),
                clicks.observed() + (clicks.observed() > since ? others : 0)));
    }

    /** Removes all other users. */
    void keep(Predicate<String> users) {
        clicksOf.keySet().removeIf(users.negate());
    }

    /** Returns a copy, for another thread to write. */
    UserSessions frozen() {
        return new UserSessions(new LinkedHashMap<>(clicksOf));
    }

    /** Writes the file, which is created or replaced. */
    void write(Path file) throws IOException {
        Files.write(file, encode());
    }

    /**
     * Reads sessions that continue from those written. If the snapshot has no such file, there are none.
     *
     * @param itemRows number of rows of the vocabulary in the same snapshot
     * @throws FormatException if the file is corrupt, too old or too new
     */
    static UserSessions read(Snapshot snapshot, int itemRows) throws IOException {
        if (snapshot.manifest().files().stream().noneMatch(file -> file.name().equals(NAME))) {
            return new UserSessions();
        }
        return FormatFile.read(snapshot.file(NAME), bytes -> decode(bytes, itemRows));
    }

    byte[] encode() {
        ByteWriter writer = FORMAT.writer(8 + TYPICAL_USER_BYTES * clicksOf.size());
        writer.writeVarint(clicksOf.size());
        long before = 0;
        for (Map.Entry<String, Clicks> entry : clicksOf.entrySet()) {
            Clicks clicks = entry.getValue();
            writer.writeString(entry.getKey());
            writer.writeVarint(clicks.observed() - before);
            before = clicks.observed();
            writer.writeVarint(clicks.rows().length);
            for (int marked : clicks.rows()) {
                writer.writeVarint(2L * row(marked) + (marked < 0 ? 1 : 0));
            }
        }
        return FORMAT.seal(writer);
    }

    static UserSessions decode(byte[] bytes, int itemRows) {
        ByteReader reader = FORMAT.reader(bytes);
        UserSessions sessions = new UserSessions();
        int users = reader.readCount(MIN_USER_BYTES);
        long observed = 0;
        for (int i = 0; i < users; i++) {
            String user = reader.readString();
            observed += reader.readVarint63();
            if (observed < 0) {
                throw reader.corrupt("number of clicks must be below 2^63", "number", observed);
            }
            if (sessions.clicksOf.put(user, new Clicks(readRows(reader, itemRows), observed)) != null) {
                throw reader.corrupt("each user must occur once", "user", user);
            }
        }
        reader.requireEnd();
        return sessions;
    }

    private static int[] readRows(ByteReader reader, int itemRows) {
        int clicks = reader.readCount(1);
        if (clicks < 1 || clicks > CooccurrenceModel.ERASED_CLICKS) {
            throw reader.corrupt(
                    "clicks of a user must be from 1 to " + CooccurrenceModel.ERASED_CLICKS, "clicks", clicks);
        }
        int[] rows = new int[clicks];
        for (int i = 0; i < clicks; i++) {
            long marked = reader.readVarint63();
            if (marked / 2 >= itemRows) {
                throw reader.corrupt("item row must be below " + itemRows, "row", marked / 2);
            }
            rows[i] = marked % 2 == 1 ? ~(int) (marked / 2) : (int) (marked / 2);
        }
        return rows;
    }
}
