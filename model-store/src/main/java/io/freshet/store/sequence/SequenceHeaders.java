package io.freshet.store.sequence;

/** Headers of the records of {@code sequences} that programs of this project understand. */
public final class SequenceHeaders {
    /** Marks the sequence of an imported click, which is learned but not answered. The value is the id of the import. */
    public static final String IMPORTED = "freshet-imported";

    private SequenceHeaders() {}
}
