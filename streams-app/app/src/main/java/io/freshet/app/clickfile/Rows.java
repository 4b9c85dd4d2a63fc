package io.freshet.app.clickfile;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A cursor over the rows of one file. Empty lines are not rows. Used by one thread. */
interface Rows extends Closeable {
    /** Advances to the next row; returns false at the end. The fields of the previous row are no longer available. */
    boolean next() throws IOException;

    /** Returns the number of fields in the row. */
    int width();

    /** Returns a field without surrounding blanks; null if the row has no text at this position. */
    @Nullable
    String field(int column);

    /** Returns the number of the line in which the row begins, from 1. */
    long line();

    /** Returns the number of lines in the row. */
    default int lines() {
        return 1;
    }

    /** Returns the reason why the row cannot be parsed; null if it can. */
    default @Nullable Reason malformed() {
        return null;
    }
}
