package io.freshet.scoring;

/** Why a recommendation is popularity's and not the model's. */
public enum Fallback {
    /** Nothing is known of the user. */
    UNKNOWN_USER("unknown-user"),
    /** This process has no model yet. */
    NO_MODEL("no-model"),
    /** The model knows none of the user's items. */
    NO_KNOWN_ITEMS("no-known-items"),
    /** Of the items that the model knows, none may come back. */
    ALL_FILTERED("all-filtered");

    private final String code;

    Fallback(String code) {
        this.code = code;
    }

    /** The reason in kebab case, as the recommendation names it. */
    public String code() {
        return code;
    }
}
