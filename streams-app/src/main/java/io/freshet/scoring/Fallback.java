package io.freshet.scoring;

/** Why a recommendation is popularity's and not the model's. */
enum Fallback {
    /** This process has no model yet. */
    NO_MODEL("no-model"),
    /** The model knows none of the user's items. */
    NO_KNOWN_ITEMS("no-known-items");

    private final String code;

    Fallback(String code) {
        this.code = code;
    }

    /** The reason in kebab case, as the recommendation names it. */
    String code() {
        return code;
    }
}
