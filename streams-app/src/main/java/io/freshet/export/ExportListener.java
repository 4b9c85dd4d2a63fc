package io.freshet.export;

/** Hears how far an export is. */
@FunctionalInterface
public interface ExportListener {
    /** After an item is written. */
    void written(int items, int of);
}
