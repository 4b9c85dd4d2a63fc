package io.freshet.config;

import java.util.List;

/**
 * The names of the topics that Freshet reads and writes.
 *
 * @param clicks clicks as their producers wrote them
 * @param clicksRekeyed clicks whose key was not their user, keyed by the user; as many partitions as {@code clicks}
 * @param items the catalogue, item by item; compacted, and read only where the catalogue is used
 * @param requests recommendations asked for; as many partitions as {@code clicks}
 * @param sequences the updated sequence after each accepted click
 * @param modelLog journal and deltas of the model; one partition
 * @param modelManifests what each snapshot of the model is; compacted
 * @param popularItems what is popular among the clicks of each partition; compacted
 * @param recommendations the product
 * @param deadLetters clicks and requests that could not be used, as received, with headers for the reason and the
 *     origin
 */
public record Topics(
        String clicks,
        String clicksRekeyed,
        String items,
        String requests,
        String sequences,
        String modelLog,
        String modelManifests,
        String popularItems,
        String recommendations,
        String deadLetters) {
    /** The names that the design gives them. */
    public static final Topics DEFAULT = new Topics(
            "clicks",
            "clicks-rekeyed",
            "items",
            "recommendation-requests",
            "sequences",
            "model-log",
            "model-manifests",
            "popular-items",
            "recommendations",
            "dead-letters");

    /** Every name, in the order of the data's way. */
    public List<String> all() {
        return List.of(
                clicks,
                clicksRekeyed,
                items,
                requests,
                sequences,
                modelLog,
                modelManifests,
                popularItems,
                recommendations,
                deadLetters);
    }
}
