package io.freshet.app.clickfile;

/** The reason why a row gives no click. */
enum Reason {
    WRONG_WIDTH("wrong-width"),
    MALFORMED_JSON("malformed-json"),
    NO_USER("no-user"),
    NO_ITEM("no-item"),
    NO_TIME("no-time"),
    UNREADABLE_TIME("unreadable-time"),
    IMPLAUSIBLE_TIME("implausible-time"),
    INVALID_ID("invalid-id");

    private final String code;

    Reason(String code) {
        this.code = code;
    }

    /** Returns the name in summaries and JSON. */
    String code() {
        return code;
    }
}
