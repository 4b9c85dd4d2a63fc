package io.freshet.service.config;

import java.util.List;

/**
 * The names of the topics that Freshet reads and writes.
 *
 * @param clicks clicks, as their producers wrote them
 * @param clicksRekeyed clicks whose key was not their user, keyed by the user; as many partitions as {@code clicks}
 * @param items the catalogue, one record for each item; compacted, and read only if the catalogue is used
 * @param requests requests for recommendations; as many partitions as {@code clicks}
 * @param sequences the updated sequence of the user, after each accepted click
 * @param modelLog journal and deltas of the model; one partition
 * @param modelManifests the manifest of each snapshot of the model; compacted
 * @param popularItems the popular items among the clicks of each partition; compacted
 * @param recommendations the recommendations, which are Freshet's result
 * @param deadLetters clicks and requests that could not be used, as received, with headers for the reason and the origin
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
    /** The default names. */
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

    /** Returns all names, in the order of the data flow. */
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
