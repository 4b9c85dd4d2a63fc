package io.freshet.sequencer;

/** What a click did to its user's sequence. */
enum ClickOutcome {
    /** Became the newest. */
    APPENDED("appended"),
    /** Was put in among the kept ones, in time order. */
    LATE("late"),
    /** Dropped: the same event is in the sequence. */
    DUPLICATE("duplicate"),
    /** Dropped: older than all of a full window. */
    TOO_LATE("too-late");

    private final String code;

    ClickOutcome(String code) {
        this.code = code;
    }

    /** The outcome in kebab case, as the state store and the metrics name it. */
    String code() {
        return code;
    }

    boolean isAccepted() {
        return this == APPENDED || this == LATE;
    }
}
