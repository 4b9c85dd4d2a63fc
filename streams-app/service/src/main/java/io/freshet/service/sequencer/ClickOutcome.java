package io.freshet.service.sequencer;

/** Effect of a click on its user's sequence. */
enum ClickOutcome {
    /** Accepted as the newest click of the sequence. */
    APPENDED("appended"),
    /** Accepted, and inserted among the kept clicks in time order. */
    LATE("late"),
    /** Dropped: the same event is in the sequence. */
    DUPLICATE("duplicate"),
    /** Dropped: older than every click of a full window. */
    TOO_LATE("too-late");

    private final String code;

    ClickOutcome(String code) {
        this.code = code;
    }

    /** Returns the outcome in kebab case, as in the state store and the metrics. */
    String code() {
        return code;
    }

    boolean isAccepted() {
        return this == APPENDED || this == LATE;
    }
}
