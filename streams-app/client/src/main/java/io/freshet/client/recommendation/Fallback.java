package io.freshet.client.recommendation;

/** Reason why a recommendation lists popular items and not those of the model. */
public enum Fallback {
    /** The user has no sequence. */
    UNKNOWN_USER("unknown-user"),
    /** This process has no model yet. */
    NO_MODEL("no-model"),
    /** The model knows none of the user's items. */
    NO_KNOWN_ITEMS("no-known-items"),
    /** The filters exclude every item that the model knows. */
    ALL_FILTERED("all-filtered");

    private final String code;

    Fallback(String code) {
        this.code = code;
    }

    /** Returns the reason in kebab case, as in the JSON of a recommendation. */
    public String code() {
        return code;
    }
}
