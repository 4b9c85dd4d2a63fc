package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.Outputs;
import io.freshet.service.recommend.FollowedVariants;
import io.freshet.service.recommend.Variants;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.KafkaStreams;

/**
 * The {@code scorer} role of a process: a stand-alone scorer. It answers the updated sequences addressed to its variant,
 * or, as a shadow, all of them on a topic of its own. It has no state on disk, because each record has the whole sequence.
 *
 * <p>Its topics must exist ({@link io.freshet.service.config.TopicSetup}). Starts once and closes once.
 */
public final class ScorerRole implements AnsweringRole, AutoCloseable {
    private static final String NAME = "scorer";

    private final FollowedVariants followed;
    private final StreamsClient client;

    /**
     * Prepares the role. Nothing runs yet.
     *
     * @param config configuration of a stand-alone scorer ({@link FreshetConfig#asScorer})
     * @param store store of the snapshots that the manifests name; only read
     * @param registry receives the role's metrics
     */
    public ScorerRole(FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        followed = new FollowedVariants(NAME, config, store, registry, clock);
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

    /** Starts following the model and answering. */
    public void start() {
        followed.start();
        client.start();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Variants variants() {
        return followed.variants();
    }

    @Override
    public KafkaStreams.State state() {
        return client.state();
    }

    @Override
    public Optional<Throwable> failure() {
        return client.failure();
    }

    @Override
    public List<String> overdue() {
        return Stream.concat(client.overdue().stream(), followed.overdue().stream())
                .toList();
    }

    @Override
    public List<String> whyNotAnswering() {
        return followed.whyNotReady();
    }

    /** Waits until partitions are assigned for the first time. Returns false if that takes longer than the timeout. */
    public boolean awaitRunning(Duration timeout) throws InterruptedException {
        return client.awaitRunning(timeout);
    }

    @Override
    public void close() {
        boolean stopped = client.closeInTime();
        followed.stopFollowing();
        if (stopped) {
            followed.close();
        }
    }
}
