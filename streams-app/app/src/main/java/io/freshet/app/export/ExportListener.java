package io.freshet.app.export;

/** A listener for the progress of an export. */
@FunctionalInterface
public interface ExportListener {
    /** Called after each item that is written. */
    void written(int items, int of);
}
