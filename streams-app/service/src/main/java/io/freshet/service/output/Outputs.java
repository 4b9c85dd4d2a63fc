package io.freshet.service.output;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.store.sequence.ClickOrigin;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules for the output of one Kafka Streams client, which ensure that no record ends the client: limits on outputs, passed
 * headers, dead letters, and the handling of records that fail. The topology uses the parts directly; Kafka Streams uses
 * them through {@link RecordFailures}. Thread-safe.
 */
public final class Outputs {
    private static final Logger LOG = LoggerFactory.getLogger(Outputs.class);
    private static final String SHARED = "freshet.outputs";

    /** Names of the handlers in the properties of a Kafka Streams client. */
    private static final List<String> HANDLERS = List.of(
            StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
            StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
            StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG);

    private final PassedHeaders passedHeaders;
    private final RecordTimes times;
    private final OutputLimits limits;
    private final DeadLetters deadLetters;
    private final @Nullable String deadLetterTopic;
    private final DeadLetterCounts refused;
    private final Counter failed;
    private final Counter skipped;

    private Outputs(
            FreshetConfig config, @Nullable String deadLetterTopic, MeterRegistry registry, InstantSource clock) {
        this.deadLetterTopic = deadLetterTopic;
        passedHeaders = new PassedHeaders(config.get(RecordKeys.PASSED_HEADERS));
        times = new RecordTimes(clock, registry);
        limits = new OutputLimits(config.kafka().longestRequest(), times, clock);
        int room = Math.max(0, limits.atFirst() - DeadLetters.MOST_BESIDE_THE_VALUE);
        deadLetters = new DeadLetters(passedHeaders, Math.min(config.get(RecordKeys.DEAD_LETTER_BYTES), room));
        refused = new DeadLetterCounts(
                registry,
                "freshet.outputs.refused",
                "Outputs that were too large or had no key for their topic and went to the dead letters, by reason",
                List.of(DeadLetterHeaders.OUTPUT_TOO_LARGE, DeadLetterHeaders.OUTPUT_WITHOUT_KEY));
        failed = Counter.builder("freshet.records.failed")
                .description("Records that made a processor fail and went to the dead letters")
                .register(registry);
        skipped = Counter.builder("freshet.records.skipped")
                .description("Skipped records that are not in the dead letters; the log names their positions")
                .register(registry);
    }

    /** Returns rules for a client that may write dead letters. */
    public static Outputs of(FreshetConfig config, MeterRegistry registry, InstantSource clock) {
        return new Outputs(config, config.get(TopicKeys.DEAD_LETTERS), registry, clock);
    }

    /** Returns rules for a client that writes no dead letters: records that cannot be used are skipped. */
    public static Outputs withoutDeadLetters(FreshetConfig config, MeterRegistry registry, InstantSource clock) {
        return new Outputs(config, null, registry, clock);
    }

    /** Makes a client with these properties apply these rules on failures, unless the properties name other handlers. */
    public void shareThrough(Map<String, Object> streamsProperties) {
        HANDLERS.forEach(handler -> streamsProperties.putIfAbsent(handler, RecordFailures.class));
        streamsProperties.put(SHARED, this);
    }

    /** Returns the rules that {@link #shareThrough} has put into the properties. */
    static Outputs sharedThrough(Map<String, ?> configs) {
        if (configs.get(SHARED) instanceof Outputs outputs) {
            return outputs;
        }
        throw new IllegalArgumentException("The properties must contain the rules of outputs: property=" + SHARED);
    }

    /** Returns a supplier of Kafka clients that apply these rules. */
    public KafkaClientSupplier clients() {
        return clients(SchemaGate.OPEN);
    }

    /**
     * Returns a supplier of Kafka clients that apply these rules.
     *
     * @param gate decides which records the main consumers return
     */
    public KafkaClientSupplier clients(SchemaGate gate) {
        return new BoundedClients(limits, gate);
    }

    public RecordTimes times() {
        return times;
    }

    public PassedHeaders passedHeaders() {
        return passedHeaders;
    }

    public DeadLetters deadLetters() {
        return deadLetters;
    }

    /** Returns the topic of dead letters, or null if they are not written. */
    @Nullable
    String deadLetterTopic() {
        return deadLetterTopic;
    }

    void countRefused(String reason) {
        refused.count(reason);
    }

    void countFailed() {
        failed.increment();
    }

    /**
     * Counts and logs a record that is skipped.
     *
     * @param origin origin of the record
     */
    public void skip(String why, ClickOrigin origin, Exception error) {
        skipped.increment();
        LOG.error(
                "Skipped a record. {}: topic={} partition={} offset={}",
                why,
                origin.topic(),
                origin.partition(),
                origin.offset(),
                error);
    }

    void countSkipped() {
        skipped.increment();
    }
}
