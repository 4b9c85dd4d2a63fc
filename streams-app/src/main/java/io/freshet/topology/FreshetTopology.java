package io.freshet.topology;

import io.freshet.config.FreshetConfig;
import io.freshet.scoring.Recommender;
import io.freshet.scoring.ScoringTopology;
import io.freshet.sequencer.SequencerMetrics;
import io.freshet.sequencer.SequencerTopology;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;

/**
 * Sequencer and scorer in one sub-topology: a click, its sequence and its recommendation are one transaction of one
 * task, and the recommendation is out after one commit, not two.
 */
public final class FreshetTopology {
    private FreshetTopology() {}

    /**
     * Builds the topology. Does no I/O.
     *
     * @param recommender answers with its model; others may ask it, too
     * @param properties the Kafka Streams properties; they decide, too, that every internal resource must be named
     */
    public static Topology build(
            FreshetConfig config, Map<String, Object> properties, Recommender recommender, MeterRegistry registry) {
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
        var updates =
                SequencerTopology.addTo(builder, config.topics(), config.sequencer(), new SequencerMetrics(registry));
        ScoringTopology.addTo(builder, updates, config.topics(), config.scoring(), config.requests(), recommender);
        return builder.build();
    }
}
