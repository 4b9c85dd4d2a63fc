package io.freshet.store.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A manifest without its version and files: the components of {@link Manifest} that are known before a snapshot is
 * written. A new draft has no lineage, no settings and no metrics, covers no record of any topic, and may be served.
 * Not thread-safe.
 */
public final class ManifestDraft {
    private final String model;
    private final long step;
    private final Instant createdAt;
    private long lineage = Manifest.NO_LINEAGE;
    private long seed;
    private Map<String, Object> encoder = Map.of();
    private Map<String, Object> training = Map.of();
    private Map<String, Object> platform = Map.of();
    private TopicPosition modelLog = new TopicPosition("model-log", 0, 0);
    private TopicPosition modelDeltas = Manifest.ALL_DELTAS;
    private List<TopicPosition> inputs = List.of();
    private Map<String, Double> metrics = Map.of();
    private boolean held;

    public ManifestDraft(String model, long step, Instant createdAt) {
        this.model = model;
        this.step = step;
        this.createdAt = createdAt;
    }

    /** Returns a draft of another snapshot with the same description. */
    public static ManifestDraft like(Manifest manifest) {
        return new ManifestDraft(manifest.model(), manifest.step(), manifest.createdAt())
                .lineage(manifest.lineage())
                .encoder(manifest.encoder(), manifest.seed())
                .training(manifest.training())
                .platform(manifest.platform())
                .covering(manifest.modelLog(), manifest.modelDeltas(), manifest.inputs())
                .metrics(manifest.metrics())
                .held(manifest.held());
    }

    /** Returns the name of the model. */
    public String model() {
        return model;
    }

    /** Returns the number of training steps of the model. */
    public long step() {
        return step;
    }

    /** Sets the {@linkplain Manifest#lineage lineage}. */
    public ManifestDraft lineage(long number) {
        lineage = number;
        return this;
    }

    /** Sets the hyper-parameters of the network and the seed of all randomness. */
    public ManifestDraft encoder(Map<String, Object> settings, long seedOfAll) {
        encoder = settings;
        seed = seedOfAll;
        return this;
    }

    /** Sets the hyper-parameters of the learner. */
    public ManifestDraft training(Map<String, Object> settings) {
        training = settings;
        return this;
    }

    /** Sets the {@linkplain Manifest#platform platform}. */
    public ManifestDraft platform(Map<String, Object> description) {
        platform = description;
        return this;
    }

    /**
     * Sets the records that the snapshot covers.
     *
     * @param log first offset of the model log that it does not cover
     * @param deltas first offset of the deltas that it does not cover
     * @param next next offset to learn from, for each input partition
     */
    public ManifestDraft covering(TopicPosition log, TopicPosition deltas, List<TopicPosition> next) {
        modelLog = log;
        modelDeltas = deltas;
        inputs = next;
        return this;
    }

    /** Sets the metrics at the time of writing, all finite. */
    public ManifestDraft metrics(Map<String, Double> values) {
        metrics = values;
        return this;
    }

    /** Returns the metrics. */
    public Map<String, Double> metrics() {
        return metrics;
    }

    /** Sets whether the snapshot must not be served. */
    public ManifestDraft held(boolean back) {
        held = back;
        return this;
    }

    /** Returns the manifest with the version and the files. */
    public Manifest complete(String version, List<FileEntry> files) {
        return new Manifest(
                Manifest.FORMAT_VERSION,
                model,
                version,
                step,
                lineage,
                createdAt,
                seed,
                encoder,
                training,
                platform,
                modelLog,
                modelDeltas,
                inputs,
                metrics,
                held,
                files);
    }
}
