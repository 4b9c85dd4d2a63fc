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
 * @param createdAt when it was written
 * @param seed of everything random
 * @param encoder hyper-parameters of the network
 * @param training hyper-parameters of the learner
 * @param platform what the bits depend on: {@code instruction_set}, {@code products}, {@code workers}, {@code java}
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
    public static final int FORMAT_VERSION = 2;

    /** The first version whose document names its own SHA-256. */
    static final int FIRST_WITH_DIGEST = 2;

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
    }
}
