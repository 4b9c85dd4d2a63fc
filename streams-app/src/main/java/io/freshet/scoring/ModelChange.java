package io.freshet.scoring;

/** What a record of the model's log did to the served model. */
enum ModelChange {
    /** Nothing yet: a journal entry, or a part of a delta that is not whole. */
    NONE,
    /** The model had it already. */
    KNOWN,
    /** The weights moved on. */
    ADVANCED,
    /** Steps between the model and the delta are missing: only a newer snapshot helps. */
    GAP,
    /** The delta belongs to a newer lineage, whose weights no delta leads to: only a snapshot of that lineage helps. */
    NEW_LINEAGE,
    /** The record cannot be used, and what follows builds on it: only a newer snapshot helps. */
    REFUSED
}
