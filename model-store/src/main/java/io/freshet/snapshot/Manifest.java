package io.freshet.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a snapshot is, where it came from and what its files must be: {@code manifest.json}. Immutable.
 *
 * @param formatVersion of the manifest
 * @param model name of the model
 * @param version name of the snapshot, {@code <step, 12 digits>-<first 12 of the SHA-256 over its files>}
 * @param step training steps behind the model
 * @param lineage which chain of published weights the snapshot belongs to: deltas of the same lineage lead from it to later
 *     steps. A trainer that cannot continue the published weights to the bit begins the next lineage. {@link #NO_LINEAGE}
 *     for a snapshot that no trainer published, and for all of format versions 1 and 2
 * @param createdAt when it was written
 * @param seed of everything random
 * @param encoder hyper-parameters of the network
 * @param training hyper-parameters of the learner
 * @param platform where the snapshot was written. {@code arithmetic} names the arithmetic: learners of the same name compute
 *     the same bits, and a trainer of another name begins a new lineage. {@code instruction_set}, {@code products}, {@code
 *     workers} and {@code java} are for people
 * @param modelLog the first offset of {@code model-log} that the snapshot does not cover
 * @param inputs the next offset to learn from, for each input partition
 * @param metrics figures at the time, all finite
 * @param held whether it is not to be served: what was learned up to it had been found too bad to be published
 * @param files all files beside the manifest
 */
public record Manifest(
        int formatVersion,
        String model,
        String version,
        long step,
        long lineage,
        Instant createdAt,
        long seed,
        Map<String, Object> encoder,
        Map<String, Object> training,
        Map<String, Object> platform,
        TopicPosition modelLog,
        List<TopicPosition> inputs,
        Map<String, Double> metrics,
        boolean held,
        List<FileEntry> files) {
    public static final String FILE_NAME = "manifest.json";
    public static final int OLDEST_FORMAT_VERSION = 1;
    public static final int FORMAT_VERSION = 3;

    /** The lineage of a snapshot that no trainer published, and of all that were written before there were lineages. */
    public static final long NO_LINEAGE = 0;

    /** The first version whose document names its own SHA-256. */
    static final int FIRST_WITH_DIGEST = 2;

    /** The first version whose document has the lineage. */
    static final int FIRST_WITH_LINEAGE = 3;

    public Manifest {
        encoder = JsonValues.normalised(encoder);
        training = JsonValues.normalised(training);
        platform = JsonValues.normalised(platform);
        inputs = List.copyOf(inputs);
        metrics = JsonValues.finite(metrics);
        files = List.copyOf(files);
        if (model.isEmpty() || version.isEmpty() || step < 0) {
            throw new IllegalArgumentException("manifest must have a model, a version and step >= 0: model=" + model
                    + ", version=" + version + ", step=" + step);
        }
        if (lineage < 0 || (formatVersion < FIRST_WITH_LINEAGE && lineage != NO_LINEAGE)) {
            throw new IllegalArgumentException("manifest must have lineage >= 0, and " + NO_LINEAGE
                    + " before format_version=" + FIRST_WITH_LINEAGE + ": lineage=" + lineage + ", format_version="
                    + formatVersion);
        }
    }
}
