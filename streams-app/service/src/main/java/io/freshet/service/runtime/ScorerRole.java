package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.Outputs;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Map;

/**
 * The {@code scorer} role of a process: a stand-alone scorer. It answers the updated sequences addressed to its variant,
 * or, as a shadow, all of them on a topic of its own. It has no state on disk, because each record has the whole sequence.
 *
 * <p>Its topics must exist ({@link io.freshet.service.config.TopicSetup}). Starts once and closes once.
 */
public final class ScorerRole extends AnsweringRole {
    private static final String NAME = "scorer";

    private final StreamsClient client;

    /**
     * Prepares the role. Nothing runs yet.
     *
     * @param config configuration of a stand-alone scorer ({@link FreshetConfig#asScorer})
     * @param store store of the snapshots that the manifests name; only read
     * @param registry receives the role's metrics
     */
    public ScorerRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        super(NAME, config, store, registry, clock);
        Map<String, Object> properties = StreamsProperties.of(config);
        Outputs outputs = Outputs.withoutDeadLetters(config, registry, clock);
        outputs.shareThrough(properties);
        client = new StreamsClient(
                NAME,
                config,
                FreshetTopology.buildScorer(config, properties, followed.variants(), outputs),
                properties,
                outputs.clients(),
                registry);
    }

    @Override
    StreamsClient client() {
        return client;
    }

    @Override
    public void close() {
        closeClient();
    }
}
