package io.freshet.service.sequencer;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.Outputs;
import io.freshet.service.output.RecordTimes;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.sequence.UserSequenceCodec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Adds the sequencer to a topology. It turns clicks into sequences: validate, re-key, order, emit. All keys are user ids in
 * UTF-8, as their producers wrote them.
 */
public final class SequencerTopology {
    /** State store: user id in UTF-8 → {@link UserSequence}, kept until the user is idle. */
    public static final String USER_SEQUENCES = "user-sequences";

    /** State store: outcome in kebab case → number of clicks, kept for ever. */
    public static final String CLICK_OUTCOMES = "click-outcomes";

    private static final String CLICKS_SOURCE = "clicks-source";
    private static final String CLICK_VALIDATOR = "click-validator";
    private static final String VERDICT = "verdict-";
    private static final String SEQUENCER = "sequencer";
    private static final String SEQUENCES_SINK = "sequences-sink";
    private static final String CLICKS_REKEYED_SINK = "clicks-rekeyed-sink";
    private static final String DEAD_LETTERS_SINK = "dead-letters-sink";

    private static final Map<String, String> COMPACTED = Map.of("cleanup.policy", "compact");

    private SequencerTopology() {}

    /**
     * Adds the sequencer.
     *
     * @param outputs limits on the records written
     * @return the updated sequences, which are also written to their topic
     */
    public static KStream<byte[], SequenceUpdate> addTo(
            StreamsBuilder builder, FreshetConfig config, Outputs outputs, SequencerMetrics metrics) {
        ClickRecords records = new ClickRecords(config);
        KStream<byte[], SequenceUpdate> updates = acceptedClicks(builder, config, records, outputs, metrics)
                .processValues(new SequencerSupplier(config, records, metrics), Named.as(SEQUENCER));
        updates.to(
                config.get(TopicKeys.SEQUENCES),
                Produced.with(Serdes.ByteArray(), updateSerde()).withName(SEQUENCES_SINK));
        return updates;
    }

    private static KStream<byte[], Verdict.Placed> acceptedClicks(
            StreamsBuilder builder,
            FreshetConfig config,
            ClickRecords records,
            Outputs outputs,
            SequencerMetrics metrics) {
        String rekeyed = config.get(TopicKeys.CLICKS_REKEYED);
        List<String> topics = new ArrayList<>(config.clickTopics());
        topics.add(rekeyed);
        KStream<byte[], Verdict> verdicts = builder.stream(topics, received(outputs.times()))
                .process(() -> new ClickValidator(rekeyed, records, outputs, metrics), Named.as(CLICK_VALIDATOR));
        Map<String, KStream<byte[], Verdict>> branches = verdicts.split(Named.as(VERDICT))
                .branch((key, verdict) -> verdict instanceof Verdict.Placed, Branched.as("accepted"))
                .branch((key, verdict) -> verdict instanceof Verdict.Misplaced, Branched.as("misplaced"))
                .branch((key, verdict) -> verdict instanceof Verdict.Refused, Branched.as("refused"))
                .noDefaultBranch();
        branch(branches, "misplaced")
                .mapValues(verdict -> ((Verdict.Misplaced) verdict).value(), Named.as("misplaced-values"))
                .to(rekeyed, raw(CLICKS_REKEYED_SINK));
        branch(branches, "refused")
                .mapValues(verdict -> ((Verdict.Refused) verdict).value(), Named.as("refused-values"))
                .to(config.get(TopicKeys.DEAD_LETTERS), raw(DEAD_LETTERS_SINK));
        return branch(branches, "accepted").mapValues(Verdict.Placed.class::cast, Named.as("accepted-clicks"));
    }

    private static Consumed<byte[], byte[]> received(RecordTimes times) {
        return Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                .withTimestampExtractor(times)
                .withName(CLICKS_SOURCE);
    }

    private static Produced<byte[], byte[]> raw(String sink) {
        return Produced.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(sink);
    }

    private static KStream<byte[], Verdict> branch(Map<String, KStream<byte[], Verdict>> branches, String name) {
        return Objects.requireNonNull(branches.get(VERDICT + name));
    }

    /**
     * Returns the user to whom an entry of the store {@link #USER_SEQUENCES} belongs, whose partition of the clicks the entry
     * is in.
     *
     * @param key key of the entry
     */
    public static byte[] userOf(byte[] key) {
        return ImportTimes.userOf(key);
    }

    /** Returns the serde of the values on the topic of updated sequences. */
    public static Serde<SequenceUpdate> updateSerde() {
        return Serdes.serdeFrom(
                (topic, update) -> SequenceUpdateCodec.encode(update),
                (topic, bytes) -> SequenceUpdateCodec.decode(bytes));
    }

    private static Serde<UserSequence> sequenceSerde(SequencerMetrics metrics) {
        return Serdes.serdeFrom(
                (topic, sequence) -> UserSequenceCodec.encode(sequence),
                StoredValues.orAbsent(USER_SEQUENCES, UserSequenceCodec::decode, metrics));
    }

    private static Serde<Long> countSerde(SequencerMetrics metrics) {
        LongDeserializer counts = new LongDeserializer();
        return Serdes.serdeFrom(
                new LongSerializer(),
                StoredValues.orAbsent(CLICK_OUTCOMES, bytes -> counts.deserialize("", bytes), metrics));
    }

    /** Supplies sequencers and their stores. Both stores have no cache, so that a commit has no cached records to flush. */
    private record SequencerSupplier(FreshetConfig config, ClickRecords records, SequencerMetrics metrics)
            implements FixedKeyProcessorSupplier<byte[], Verdict.Placed, SequenceUpdate> {
        @Override
        public FixedKeyProcessor<byte[], Verdict.Placed, SequenceUpdate> get() {
            return new Sequencer(config, records, metrics);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return new LinkedHashSet<>(List.of(
                    Stores.keyValueStoreBuilder(
                                    RestoringStore.supplier(USER_SEQUENCES, metrics),
                                    Serdes.ByteArray(),
                                    sequenceSerde(metrics))
                            .withCachingDisabled()
                            .withLoggingEnabled(COMPACTED),
                    Stores.keyValueStoreBuilder(
                                    Stores.inMemoryKeyValueStore(CLICK_OUTCOMES), Serdes.String(), countSerde(metrics))
                            .withCachingDisabled()
                            .withLoggingEnabled(COMPACTED)));
        }
    }
}
