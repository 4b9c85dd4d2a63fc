package io.freshet.topology;

import io.freshet.config.FreshetConfig;
import io.freshet.scoring.LiveModel;
import io.freshet.scoring.ScoringMetrics;
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
     * @param properties the Kafka Streams properties; they decide, too, that every internal resource must be named
     */
    public static Topology build(
            FreshetConfig config, Map<String, Object> properties, LiveModel live, MeterRegistry registry) {
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
        var updates =
                SequencerTopology.addTo(builder, config.topics(), config.sequencer(), new SequencerMetrics(registry));
        ScoringTopology.addTo(updates, config.topics(), config.scoring(), live, new ScoringMetrics(registry));
        return builder.build();
    }
}
