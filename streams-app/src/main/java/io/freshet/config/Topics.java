package io.freshet.config;

import java.util.List;

/**
 * The names of the topics that Freshet reads and writes.
 *
 * @param clicks clicks as their producers wrote them
 * @param clicksRekeyed clicks whose key was not their user, keyed by the user; as many partitions as {@code clicks}
 * @param sequences the updated sequence after each accepted click
 * @param modelLog journal and deltas of the model; one partition
 * @param modelManifests what each snapshot of the model is; compacted
 * @param recommendations the product
 * @param deadLetters clicks that could not be used, as received, with headers for the reason and the origin
 */
public record Topics(
        String clicks,
        String clicksRekeyed,
        String sequences,
        String modelLog,
        String modelManifests,
        String recommendations,
        String deadLetters) {
    /** The names that the design gives them. */
    public static final Topics DEFAULT = new Topics(
            "clicks", "clicks-rekeyed", "sequences", "model-log", "model-manifests", "recommendations", "dead-letters");

    /** Every name, in the order of the data's way. */
    public List<String> all() {
        return List.of(clicks, clicksRekeyed, sequences, modelLog, modelManifests, recommendations, deadLetters);
    }
}
