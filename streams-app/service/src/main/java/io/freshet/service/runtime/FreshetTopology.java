package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.Outputs;
import io.freshet.service.recommend.Variants;
import io.freshet.service.scoring.ScoringTopology;
import io.freshet.service.sequencer.SequencerMetrics;
import io.freshet.service.sequencer.SequencerTopology;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;

/**
 * Builds the topologies. The streams role has sequencer and scorer in one sub-topology: a click, its sequence and its
 * recommendation are one transaction of one task, and the recommendation is readable after one commit, not two. A
 * stand-alone scorer needs two commits.
 */
public final class FreshetTopology {
    private FreshetTopology() {}

    /**
     * Builds the topology of the streams role. Does no I/O.
     *
     * @param variants answer with their models; others may query them too
     * @param properties the Kafka Streams properties, which also require that every internal resource is named
     * @param outputs limits on the records written
     */
    public static Topology build(
            FreshetConfig config,
            Map<String, Object> properties,
            Variants variants,
            Outputs outputs,
            MeterRegistry registry) {
        StreamsBuilder builder = builder(properties);
        var updates = SequencerTopology.addTo(builder, config, outputs, new SequencerMetrics(registry));
        ScoringTopology.addTo(builder, updates, config, variants, outputs);
        return builder.build();
    }

    /**
     * Builds the topology of a stand-alone scorer. Does no I/O.
     *
     * @param config configuration of a stand-alone scorer
     * @param outputs limits on the records written
     */
    public static Topology buildScorer(
            FreshetConfig config, Map<String, Object> properties, Variants variants, Outputs outputs) {
        StreamsBuilder builder = builder(properties);
        ScoringTopology.addScorerTo(builder, config, variants, outputs);
        return builder.build();
    }

    private static StreamsBuilder builder(Map<String, Object> properties) {
        return new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
    }
}
