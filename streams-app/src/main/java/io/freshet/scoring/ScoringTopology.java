package io.freshet.scoring;

import io.freshet.config.ScoringConfig;
import io.freshet.config.Topics;
import io.freshet.sequence.SequenceUpdate;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Updated sequences to recommendations, in the task that updated them. */
public final class ScoringTopology {
    /** State store: one fixed key → the task's most popular items; for ever. */
    public static final String ITEM_POPULARITY = "item-popularity";

    private static final String SCORER = "scorer";
    private static final String RECOMMENDATIONS_SINK = "recommendations-sink";

    /** One key that is written every second: small segments, so that compaction gets at it. */
    private static final Map<String, String> CHANGELOG =
            Map.of("cleanup.policy", "compact", "segment.bytes", "8388608", "min.cleanable.dirty.ratio", "0.1");

    private ScoringTopology() {}

    /** Adds the scorer, which answers {@code updates} with the live model. */
    public static void addTo(
            KStream<byte[], SequenceUpdate> updates,
            Topics topics,
            ScoringConfig config,
            LiveModel live,
            ScoringMetrics metrics) {
        updates.processValues(new ScorerSupplier(config, live, metrics), Named.as(SCORER))
                .to(
                        topics.recommendations(),
                        Produced.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(RECOMMENDATIONS_SINK));
    }

    private static Serde<PopularItems> popularItemsSerde() {
        return Serdes.serdeFrom(
                (topic, items) -> PopularItemsCodec.encode(items), (topic, bytes) -> PopularItemsCodec.decode(bytes));
    }

    /** Brings the scorer's store. */
    private record ScorerSupplier(ScoringConfig config, LiveModel live, ScoringMetrics metrics)
            implements FixedKeyProcessorSupplier<byte[], SequenceUpdate, byte[]> {
        @Override
        public FixedKeyProcessor<byte[], SequenceUpdate, byte[]> get() {
            return new SequenceScorer(config, live, metrics);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore(ITEM_POPULARITY), Serdes.String(), popularItemsSerde())
                    .withCachingDisabled()
                    .withLoggingEnabled(CHANGELOG));
        }
    }
}
