package io.freshet.store.modellog;

/**
 * The journal's note that a delta of all steps up to this one was published, in the same transaction. A rerun of the
 * journal compares its model with it.
 *
 * @param lineage lineage of the published weights
 * @param step the delta's last step
 * @param digest digest of the trainer's model after the step
 */
public record PublishedStep(long lineage, long step, int digest) implements ModelLogRecord {
    public PublishedStep {
        if (lineage < 0 || step < 1) {
            throw new IllegalArgumentException(
                    "a published step must have lineage >= 0 and step >= 1: lineage=" + lineage + ", step=" + step);
        }
    }
}
