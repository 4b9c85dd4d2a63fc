package io.freshet.service.scoring;

import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.output.Outputs;
import io.freshet.service.popularity.PopularItemsReader;
import io.freshet.service.popularity.PopularityCounter;
import io.freshet.service.popularity.Trending;
import io.freshet.service.recommend.RecommendationFormat;
import io.freshet.service.recommend.Variant;
import io.freshet.service.recommend.Variants;
import io.freshet.service.request.RequestCodec;
import io.freshet.service.sequencer.SequencerTopology;
import io.freshet.service.telemetry.LogIds;
import io.freshet.service.variant.VariantRouting;
import io.freshet.store.sequence.SequenceUpdate;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Adds the scorer to a topology. It turns updated sequences and requests into recommendations, in the task that has the
 * user's sequence. The catalogue and the popular items, which all tasks use, are read from global topics into memory.
 */
public final class ScoringTopology {
    /** Header with the correlation id of a request, which is passed on to its answer. */
    public static final String CORRELATION_ID = LogIds.CORRELATION_HEADER;

    private static final String RECOMMENDATIONS_SINK = "recommendations-sink";
    private static final String POPULAR_ITEMS_SINK = "popular-items-sink";
    static final String ANSWERS_SINK = "answers-sink";
    static final String REQUESTS_REKEYED_SINK = "requests-rekeyed-sink";
    static final String DEAD_REQUESTS_SINK = "dead-requests-sink";

    /** State store without content that announces a commit. */
    static final String ANSWERS_BEFORE_COMMIT = "answers-before-commit";

    private static final String SEQUENCES_SOURCE = "sequences-source";
    private static final String SCORER = "scorer";
    private static final String POPULARITY_COUNTER = "popularity-counter";
    private static final String REQUESTS_SOURCE = "requests-source";
    private static final String REQUEST_ANSWERER = "request-answerer";
    private static final String CATALOGUE_READER = "catalogue-reader";
    private static final String POPULAR_ITEMS_READER = "popular-items-reader";

    /** Global state store without content; the data is in {@link ItemCatalogue}. */
    private static final String CATALOGUE_VIEW = "catalogue-view";

    /** Global state store without content; the data is in {@link Trending}. */
    private static final String POPULAR_ITEMS_VIEW = "popular-items-view";

    private ScoringTopology() {}

    /**
     * Adds the scorer of the streams role, which answers {@code updates} and requests. The sequencer must have been added
     * before.
     *
     * @param variants owned by the caller, who may query them too
     * @param outputs limits on the records written
     */
    public static void addTo(
            StreamsBuilder builder,
            KStream<byte[], SequenceUpdate> updates,
            FreshetConfig config,
            Variants variants,
            Outputs outputs) {
        SequenceScorer.WhoAnswers whoAnswers =
                (userId, headers) -> VariantRouting.read(headers).isEmpty() ? variants.answering(userId) : null;
        addScorer(updates, config, outputs, whoAnswers);
        Trending trending = variants.shared().trending();
        updates.process(() -> new PopularityCounter(config, trending), Named.as(POPULARITY_COUNTER))
                .to(config.get(TopicKeys.POPULAR_ITEMS), bytesTo(POPULAR_ITEMS_SINK));
        addRequests(builder, config, variants, outputs);
        addViews(builder, config, variants, outputs);
    }

    /**
     * Adds a stand-alone scorer, which answers the updated sequences addressed to its variant, or all of them if it is a
     * shadow.
     *
     * @param config configuration of a stand-alone scorer
     * @param variants the scorer's own variant only
     * @param outputs limits on the records written
     */
    public static void addScorerTo(StreamsBuilder builder, FreshetConfig config, Variants variants, Outputs outputs) {
        Variant own = variants.own();
        boolean shadow = config.get(VariantKeys.SHADOW);
        addScorer(
                builder.stream(config.get(TopicKeys.SEQUENCES), sequences(outputs)),
                config,
                outputs,
                (userId, headers) -> shadow || VariantRouting.read(headers).equals(own.name()) ? own : null);
        addViews(builder, config, variants, outputs);
    }

    private static void addScorer(
            KStream<byte[], SequenceUpdate> updates,
            FreshetConfig config,
            Outputs outputs,
            SequenceScorer.WhoAnswers whoAnswers) {
        updates.process(
                        new ScorerSupplier(config, outputs, whoAnswers, ThreadLocal.withInitial(AnswersOfThread::new)),
                        Named.as(SCORER))
                .to(config.get(TopicKeys.RECOMMENDATIONS), bytesTo(RECOMMENDATIONS_SINK));
    }

    /** Supplies scorers and their commit hook. */
    private record ScorerSupplier(
            FreshetConfig config,
            Outputs outputs,
            SequenceScorer.WhoAnswers whoAnswers,
            ThreadLocal<AnswersOfThread> answersOfThread)
            implements ProcessorSupplier<byte[], SequenceUpdate, byte[], byte[]> {
        @Override
        public Processor<byte[], SequenceUpdate, byte[], byte[]> get() {
            return new SequenceScorer(config, outputs, whoAnswers, answersOfThread);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(CommitHook.named(ANSWERS_BEFORE_COMMIT));
        }
    }

    private static void addViews(StreamsBuilder builder, FreshetConfig config, Variants variants, Outputs outputs) {
        Trending trending = variants.shared().trending();
        addView(
                builder,
                POPULAR_ITEMS_VIEW,
                config.get(TopicKeys.POPULAR_ITEMS),
                bytesFrom(POPULAR_ITEMS_READER, outputs),
                () -> new PopularItemsReader(trending));
        if (config.get(RecordKeys.CATALOGUE)) {
            addView(
                    builder,
                    CATALOGUE_VIEW,
                    config.get(TopicKeys.ITEMS),
                    bytesFrom(CATALOGUE_READER, outputs),
                    () -> new CatalogueReader(variants));
        }
    }

    private static void addRequests(StreamsBuilder builder, FreshetConfig config, Variants variants, Outputs outputs) {
        RequestCodec codec = new RequestCodec(config);
        String requests = config.get(TopicKeys.REQUESTS);
        KStream<byte[], byte[]> answered = builder.stream(requests, bytesFrom(REQUESTS_SOURCE, outputs))
                .process(
                        () -> new RequestAnswerer(codec, RecommendationFormat.of(config), variants, outputs),
                        Named.as(REQUEST_ANSWERER),
                        SequencerTopology.USER_SEQUENCES);
        answered.to(config.get(TopicKeys.RECOMMENDATIONS), bytesTo(ANSWERS_SINK));
        answered.to(requests, bytesTo(REQUESTS_REKEYED_SINK));
        answered.to(config.get(TopicKeys.DEAD_LETTERS), bytesTo(DEAD_REQUESTS_SINK));
    }

    private static void addView(
            StreamsBuilder builder,
            String store,
            String topic,
            Consumed<byte[], byte[]> consumed,
            ProcessorSupplier<byte[], byte[], Void, Void> reader) {
        builder.addGlobalStore(new EmptyStore.Builder<>(store, EmptyStore.View::new), topic, consumed, reader);
    }

    private static Consumed<byte[], SequenceUpdate> sequences(Outputs outputs) {
        return Consumed.with(Serdes.ByteArray(), SequencerTopology.updateSerde())
                .withTimestampExtractor(outputs.times())
                .withName(SEQUENCES_SOURCE);
    }

    private static Consumed<byte[], byte[]> bytesFrom(String name, Outputs outputs) {
        return Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                .withTimestampExtractor(outputs.times())
                .withName(name);
    }

    private static Produced<byte[], byte[]> bytesTo(String sink) {
        return Produced.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(sink);
    }
}
