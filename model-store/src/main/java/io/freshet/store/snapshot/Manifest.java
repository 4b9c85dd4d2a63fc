package io.freshet.store.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The description of a snapshot, its origin and its files: {@code manifest.json}. Immutable.
 *
 * @param formatVersion format version of the manifest
 * @param model name of the model
 * @param version name of the snapshot, {@code <step, 12 digits>-<first 12 of the SHA-256 over its files>}
 * @param step number of training steps of the model
 * @param lineage the chain of published weights that the snapshot belongs to: deltas of the same lineage advance it to
 *     later steps. A trainer that cannot continue the published weights bit for bit begins the next lineage.
 *     {@link #NO_LINEAGE} for a snapshot that no trainer published, and in format versions 1 and 2
 * @param createdAt time at which the snapshot was written
 * @param seed seed of all randomness
 * @param encoder hyper-parameters of the network
 * @param training hyper-parameters of the learner
 * @param platform platform on which the snapshot was written. {@code arithmetic} names the arithmetic: learners with the
 *     same arithmetic compute the same bits, and a trainer with a different one begins a new lineage.
 *     {@code instruction_set}, {@code products}, {@code workers} and {@code java} are informative only
 * @param modelLog first offset of {@code model-log} that the snapshot does not cover
 * @param modelDeltas first offset of {@code model-deltas} that the snapshot does not cover; offset 0 before format
 *     version 4, when the deltas were in the model log
 * @param inputs next offset to learn from, for each input partition
 * @param metrics metrics at the time of writing, all finite
 * @param held whether the snapshot must not be served, because its quality was too low for publication
 * @param files all files except the manifest
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
        TopicPosition modelDeltas,
        List<TopicPosition> inputs,
        Map<String, Double> metrics,
        boolean held,
        List<FileEntry> files) {
    public static final String FILE_NAME = "manifest.json";
    public static final int OLDEST_FORMAT_VERSION = 1;
    public static final int FORMAT_VERSION = 5;

    /** The lineage of a snapshot that no trainer published, and of all snapshots written before lineages existed. */
    public static final long NO_LINEAGE = 0;

    /** The first version whose document contains its own SHA-256. */
    static final int FIRST_WITH_DIGEST = 2;

    /** The first version whose document contains the lineage. */
    static final int FIRST_WITH_LINEAGE = 3;

    /** The first version whose document contains the position in the deltas. */
    static final int FIRST_WITH_DELTAS = 4;

    /** The beginning of the deltas. */
    public static final TopicPosition ALL_DELTAS = new TopicPosition("model-deltas", 0, 0);

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
