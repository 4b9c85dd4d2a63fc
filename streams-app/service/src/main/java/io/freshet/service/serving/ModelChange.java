package io.freshet.service.serving;

/** Effect of a record of the model's log on the served model. */
enum ModelChange {
    /** No change yet: a journal entry, or a part of an incomplete delta. */
    NONE,
    /** The model already contains the record. */
    KNOWN,
    /** The weights advanced. */
    ADVANCED,
    /** Steps between the model and the delta are missing. Only a newer snapshot resolves this. */
    GAP,
    /**
     * The delta belongs to a newer lineage. No delta leads from one lineage to another, so only a snapshot of that lineage
     * resolves this.
     */
    NEW_LINEAGE,
    /** The record was refused, and later records build on it. Only a newer snapshot resolves this. */
    REFUSED
}
