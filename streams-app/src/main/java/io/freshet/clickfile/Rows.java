package io.freshet.clickfile;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The rows of one file, one at a time; empty lines are none. One thread. */
interface Rows extends Closeable {
    /** Goes to the next row; false at the end. The values of the row before are gone. */
    boolean next() throws IOException;

    /** How many fields the row has. */
    int width();

    /** A field without blanks around it; null where the row has none at this position, or none that is a text. */
    @Nullable
    String field(int column);

    /** Number of the line in which the row begins, from 1. */
    long line();

    /** How many lines the row takes. */
    default int lines() {
        return 1;
    }

    /** Why the row cannot be taken apart; null where it can. */
    default @Nullable Reason malformed() {
        return null;
    }
}
