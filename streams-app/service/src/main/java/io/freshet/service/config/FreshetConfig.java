package io.freshet.service.config;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.EncoderChoice;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.service.config.validation.HostNamesValidator;
import io.freshet.service.config.validation.NearestName;
import io.freshet.service.variant.UserSplit;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.S3Settings;
import io.freshet.store.StoreLocation;
import io.freshet.store.event.EventTypes;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of one Freshet process: every key with a valid, typed value.
 *
 * <p>Values come from the defaults, a {@code .properties} file, the environment ({@code sequencer.window} is
 * {@code FRESHET_SEQUENCER_WINDOW}) and explicit settings; later sources override earlier ones. Unknown keys are refused
 * with a message that names the nearest known key. Only {@code kafka.*} keys are passed to the Kafka clients unchanged
 * ({@link KafkaProperties}). Immutable.
 */
public final class FreshetConfig {
    private static final Logger LOG = LoggerFactory.getLogger(FreshetConfig.class);
    private static final String ENVIRONMENT_PREFIX = "FRESHET_";
    private static final String KAFKA_ENVIRONMENT_PREFIX = "FRESHET_KAFKA_";

    private final Map<String, Object> values;
    private final KafkaProperties kafka;

    private FreshetConfig(Map<String, Object> values, KafkaProperties kafka) {
        this.values = values;
        this.kafka = kafka;
    }

    /** Returns the defaults, overridden by the given settings. */
    public static FreshetConfig of(Map<String, String> given) {
        Map<String, String> settings = withPresentNames(given);
        settings.keySet().forEach(FreshetConfig::requireKnown);
        Map<String, Object> values = ConfigKeys.definition().parse(settings);
        Map<String, String> kafka = new TreeMap<>();
        kafka.put(ConfigKeys.BOOTSTRAP_SERVERS, (String) values.get(ConfigKeys.BOOTSTRAP_SERVERS));
        settings.forEach((key, value) -> {
            if (key.startsWith(KafkaProperties.PREFIX)) {
                kafka.put(key, value);
            }
        });
        FreshetConfig config = new FreshetConfig(Map.copyOf(values), new KafkaProperties(kafka));
        config.requireConsistent();
        return config;
    }

    /**
     * Reads a configuration.
     *
     * @param file a {@code .properties} file in UTF-8, or null for none
     * @param environment the process's environment
     * @param overrides settings that override both
     * @throws ConfigException if a key is unknown or a value is invalid; the message names the key
     */
    public static FreshetConfig load(
            @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) throws IOException {
        return of(settings(file, environment, overrides, FreshetConfig::warnOfEarlierName));
    }

    /**
     * Returns the settings of all three sources, later ones overriding earlier ones. They are not validated yet.
     *
     * @param earlier receives each earlier name of a key that a source uses, and its present name
     * @throws ConfigException if a source sets a key by both of its names
     */
    static Map<String, String> settings(
            @Nullable Path file,
            Map<String, String> environment,
            Map<String, String> overrides,
            BiConsumer<String, String> earlier)
            throws IOException {
        Map<String, String> settings = new HashMap<>();
        if (file != null) {
            settings.putAll(RenamedKeys.renamed(readFile(file), earlier));
        }
        settings.putAll(RenamedKeys.renamed(readEnvironment(environment), earlier));
        settings.putAll(RenamedKeys.renamed(overrides, earlier));
        return settings;
    }

    /**
     * Returns the settings of one source with the present names of keys that were renamed.
     *
     * @throws ConfigException if a key is set by both names
     */
    public static Map<String, String> withPresentNames(Map<String, String> settings) {
        return RenamedKeys.renamed(settings, FreshetConfig::warnOfEarlierName);
    }

    private static void warnOfEarlierName(String old, String now) {
        LOG.warn("{}. The earlier name works until the next minor version.", RenamedKeys.describe(old, now));
    }

    /** Returns all keys as a Markdown table, for the configuration guide. */
    public static String markdownTable() {
        StringBuilder table = new StringBuilder("| key | default | unit | what it does |\n| --- | --- | --- | --- |\n");
        ConfigKeys.ALL.forEach(key -> table.append(key.markdownRow()));
        return table.toString();
    }

    public String applicationId() {
        return text(ConfigKeys.APPLICATION_ID);
    }

    /** Returns the id of the application that this one replaces; empty if there is none. */
    public String replacedApplicationId() {
        return text(ConfigKeys.APPLICATION_REPLACES);
    }

    /** Returns the longest time for which a role's loop may make no progress. */
    public Duration stallBound() {
        return millis(ConfigKeys.HEALTH_STALL_MS);
    }

    public Path stateDir() {
        return Path.of(text(ConfigKeys.STATE_DIR));
    }

    /** Returns the folder of the Kafka Streams state stores. */
    public Path streamsStateDir() {
        return stateDir().resolve("streams");
    }

    public String modelName() {
        return text(ConfigKeys.MODEL_NAME);
    }

    /** Returns the location of the model store. */
    public StoreLocation modelStore() {
        String url = text(ConfigKeys.MODEL_STORE_URL);
        return url.isEmpty() ? new StoreLocation.Folder(modelStorePath()) : StoreLocation.Bucket.parse(url);
    }

    /** Returns the settings of the S3 client. */
    public S3Settings s3() {
        String endpoint = text(ConfigKeys.MODEL_STORE_S3_ENDPOINT);
        return new S3Settings(
                endpoint.isEmpty() ? null : URI.create(endpoint),
                text(ConfigKeys.MODEL_STORE_S3_REGION),
                (Boolean) value(ConfigKeys.MODEL_STORE_S3_PATH_STYLE),
                integer(ConfigKeys.MODEL_STORE_S3_PART_BYTES));
    }

    /** Returns the root folder of the model store; used if the store is not a bucket. */
    public Path modelStorePath() {
        String path = text(ConfigKeys.MODEL_STORE_PATH);
        return path.isEmpty() ? stateDir().resolve("models") : Path.of(path);
    }

    public Topics topics() {
        return new Topics(
                text(ConfigKeys.TOPIC_CLICKS),
                text(ConfigKeys.TOPIC_CLICKS_REKEYED),
                text(ConfigKeys.TOPIC_ITEMS),
                text(ConfigKeys.TOPIC_REQUESTS),
                text(ConfigKeys.TOPIC_SEQUENCES),
                text(ConfigKeys.TOPIC_MODEL_LOG),
                text(ConfigKeys.TOPIC_MODEL_MANIFESTS),
                text(ConfigKeys.TOPIC_POPULAR_ITEMS),
                text(ConfigKeys.TOPIC_RECOMMENDATIONS),
                text(ConfigKeys.TOPIC_DEAD_LETTERS));
    }

    public TopicConfig topicCreation() {
        return new TopicConfig(
                (Boolean) value(ConfigKeys.TOPICS_CREATE),
                integer(ConfigKeys.TOPICS_PARTITIONS),
                (Short) value(ConfigKeys.TOPICS_REPLICATION_FACTOR),
                millis(ConfigKeys.TOPICS_RETENTION_MS),
                hasCatalogue());
    }

    public SequencerConfig sequencer() {
        return new SequencerConfig(
                integer(ConfigKeys.SEQUENCER_WINDOW),
                millis(ConfigKeys.SEQUENCER_IDLE_RETENTION_MS),
                millis(ConfigKeys.SEQUENCER_FUTURE_BOUND_MS),
                Instant.ofEpochMilli((Long) value(ConfigKeys.SEQUENCER_EARLIEST_CLICK_MS)),
                millis(ConfigKeys.SEQUENCER_EXPIRY_INTERVAL_MS),
                integer(ConfigKeys.SEQUENCER_EXPIRY_SLICE),
                eventTypes());
    }

    /** Returns the limits of the records that the topology writes. */
    public OutputConfig outputs() {
        return new OutputConfig(
                HeaderNamesParser.parse(ConfigKeys.RECORDS_PASSED_HEADERS, text(ConfigKeys.RECORDS_PASSED_HEADERS)),
                integer(ConfigKeys.RECORDS_DEAD_LETTER_BYTES),
                kafka.longestRequest());
    }

    public ScoringConfig scoring() {
        return new ScoringConfig(
                integer(ConfigKeys.SCORING_TOP_K),
                integer(ConfigKeys.SCORING_WORKERS),
                integer(ConfigKeys.SCORING_APPROXIMATE_ITEMS),
                millis(ConfigKeys.SCORING_POPULARITY_HALF_LIFE_MS),
                integer(ConfigKeys.SCORING_POPULARITY_ITEMS),
                eventTypes(),
                EventTypesParser.repeats(text(ConfigKeys.EVENTS_SEEN_RETURN_MS)),
                hasCatalogue(),
                integer(ConfigKeys.RECOMMENDATIONS_WHY_ITEMS));
    }

    /** Returns the variants, and which of them this process answers. */
    public VariantConfig variants() {
        String name = text(ConfigKeys.VARIANTS_NAME);
        return new VariantConfig(
                name,
                VariantsParser.models(text(ConfigKeys.VARIANTS_MODELS), name, modelName()),
                new UserSplit(text(ConfigKeys.VARIANTS_SALT), VariantsParser.shares(text(ConfigKeys.VARIANTS_SHARES))),
                (Boolean) value(ConfigKeys.SCORER_SHADOW),
                integer(ConfigKeys.VARIANTS_METRICS_USERS),
                integer(ConfigKeys.ONLINE_METRICS_K),
                integer(ConfigKeys.ONLINE_METRICS_WINDOW));
    }

    /**
     * Returns this process's configuration changed for a separate scorer, which answers its own variant only and has an
     * application id of its own. A shadow writes its answers to the shadow topic.
     *
     * @throws ConfigException if the variant has no name
     */
    public FreshetConfig asScorer() {
        String variant = text(ConfigKeys.VARIANTS_NAME);
        if (variant.isEmpty()) {
            throw new ConfigException(ConfigKeys.VARIANTS_NAME + " must be set where a process has the role scorer");
        }
        Map<String, Object> scorers = new HashMap<>(values);
        scorers.put(ConfigKeys.APPLICATION_ID, applicationId() + "-scorer-" + variant);
        scorers.put(ConfigKeys.VARIANTS_MODELS, "");
        if ((Boolean) value(ConfigKeys.SCORER_SHADOW)) {
            scorers.put(ConfigKeys.TOPIC_RECOMMENDATIONS, shadowTopic());
        }
        return new FreshetConfig(Map.copyOf(scorers), kafka);
    }

    private String shadowTopic() {
        String topic = text(ConfigKeys.TOPIC_SHADOW);
        return topic.isEmpty()
                ? text(ConfigKeys.TOPIC_RECOMMENDATIONS) + "-shadow-" + text(ConfigKeys.VARIANTS_NAME)
                : topic;
    }

    /** Returns the limits of a request. */
    public RequestLimits requests() {
        return new RequestLimits(
                integer(ConfigKeys.SCORING_TOP_K),
                integer(ConfigKeys.RECOMMENDATIONS_MAX_K),
                integer(ConfigKeys.RECOMMENDATIONS_MAX_HISTORY),
                integer(ConfigKeys.RECOMMENDATIONS_MAX_IDS),
                hasCatalogue());
    }

    private boolean hasCatalogue() {
        return text(ConfigKeys.ITEMS_CATALOGUE).equals(ConfigKeys.CATALOGUE_FILTER);
    }

    /** Returns the meaning of the types of events. */
    public EventTypes eventTypes() {
        return EventTypesParser.parse(
                text(ConfigKeys.EVENTS_WEIGHTS), text(ConfigKeys.EVENTS_FILTER_ONLY), text(ConfigKeys.EVENTS_NEGATIVE));
    }

    public StreamsRuntimeConfig streams() {
        return new StreamsRuntimeConfig(
                integer(ConfigKeys.STREAMS_THREADS),
                text(ConfigKeys.STREAMS_INSTANCE_ID),
                millis(ConfigKeys.STREAMS_COMMIT_INTERVAL_MS),
                (Long) value(ConfigKeys.STREAMS_ROCKSDB_CACHE_BYTES),
                (Long) value(ConfigKeys.STREAMS_ROCKSDB_WRITE_BUFFER_BYTES),
                millis(ConfigKeys.STREAMS_CLOSE_TIMEOUT_MS));
    }

    /** Returns the settings of the HTTP server. */
    public HttpConfig http() {
        return new HttpConfig(
                integer(ConfigKeys.HTTP_PORT),
                text(ConfigKeys.HTTP_HOST),
                text(ConfigKeys.HTTP_ADVERTISED),
                HostNamesValidator.namesIn(text(ConfigKeys.HTTP_HOSTS)),
                text(ConfigKeys.HTTP_TOKEN),
                text(ConfigKeys.HTTP_TOKEN_FILE),
                new HttpConfig.Tls(
                        text(ConfigKeys.HTTP_TLS_CERTIFICATE),
                        text(ConfigKeys.HTTP_TLS_KEY),
                        text(ConfigKeys.HTTP_TLS_TRUSTED)),
                new HttpConfig.Limits(
                        integer(ConfigKeys.HTTP_MAX_BODY_BYTES),
                        integer(ConfigKeys.HTTP_MAX_CLICKS),
                        integer(ConfigKeys.HTTP_MAX_CONNECTIONS),
                        integer(ConfigKeys.HTTP_MAX_REQUEST_RATE),
                        millis(ConfigKeys.HTTP_CLICKS_TIMEOUT_MS)),
                millis(ConfigKeys.HTTP_FORWARD_TIMEOUT_MS),
                (Boolean) value(ConfigKeys.HTTP_STALE_READS));
    }

    /** Returns the configuration of the trainer's online loop. */
    public OnlineConfig trainer() {
        Topics topics = topics();
        return new OnlineConfig(
                modelName(),
                new OnlineConfig.Topics(topics.sequences(), topics.modelLog(), topics.modelManifests()),
                applicationId() + "-trainer-" + modelName(),
                model(),
                training(),
                learning(),
                integer(ConfigKeys.ONLINE_STEP_CLICKS),
                integer(ConfigKeys.ONLINE_CATCHUP_CLICKS),
                millis(ConfigKeys.ONLINE_STEP_LINGER_MS),
                integer(ConfigKeys.ONLINE_BATCH_CLICKS),
                millis(ConfigKeys.ONLINE_PUBLISH_INTERVAL_MS),
                integer(ConfigKeys.ONLINE_DELTA_PART_BYTES),
                millis(ConfigKeys.ONLINE_SNAPSHOT_INTERVAL_MS),
                new RetentionPolicy(
                        integer(ConfigKeys.ONLINE_SNAPSHOTS_KEPT), integer(ConfigKeys.ONLINE_SNAPSHOTS_KEPT_DAYS)),
                (Double) value(ConfigKeys.ONLINE_GATE_SHARE),
                millis(ConfigKeys.ONLINE_LEASE_TIMEOUT_MS),
                kafka.forConsumer(),
                kafka.forProducer());
    }

    private ModelConfig model() {
        EncoderShape encoder = EncoderChoice.parse((String) value(ConfigKeys.MODEL_ENCODER))
                .shape(Map.of(
                        "dim", integer(ConfigKeys.MODEL_DIM),
                        "max_length", integer(ConfigKeys.MODEL_MAX_LENGTH),
                        "blocks", integer(ConfigKeys.MODEL_BLOCKS),
                        "heads", integer(ConfigKeys.MODEL_HEADS)));
        return new ModelConfig(encoder, decimal(ConfigKeys.MODEL_ITEM_DEVIATION), (Long) value(ConfigKeys.MODEL_SEED));
    }

    private TrainingConfig training() {
        Adam.Settings optimizer = new Adam.Settings(
                decimal(ConfigKeys.TRAINING_LEARNING_RATE),
                decimal(ConfigKeys.TRAINING_BETA1),
                decimal(ConfigKeys.TRAINING_BETA2),
                decimal(ConfigKeys.TRAINING_EPSILON),
                decimal(ConfigKeys.TRAINING_WEIGHT_DECAY));
        int workers = integer(ConfigKeys.TRAINING_WORKERS);
        return new TrainingConfig(
                optimizer,
                decimal(ConfigKeys.TRAINING_DROPOUT),
                LossConfig.scaledCrossEntropy(
                        integer(ConfigKeys.TRAINING_NEGATIVES), decimal(ConfigKeys.TRAINING_ALPHA)),
                workers > 0 ? workers : Runtime.getRuntime().availableProcessors(),
                integer(ConfigKeys.TRAINING_SHARDS),
                decimal(ConfigKeys.TRAINING_MAX_GRADIENT_NORM),
                integer(ConfigKeys.TRAINING_SEQUENCE_TARGETS));
    }

    private LearningConfig learning() {
        boolean neverCatchesUp =
                integer(ConfigKeys.ONLINE_CATCHUP_CLICKS) == 0 || integer(ConfigKeys.ONLINE_BATCH_CLICKS) > 0;
        return new LearningConfig(
                integer(ConfigKeys.ONLINE_OPTIMIZER_STEPS),
                neverCatchesUp ? Integer.MAX_VALUE : integer(ConfigKeys.ONLINE_STEP_CLICKS),
                integer(ConfigKeys.ONLINE_NEW_LENGTH),
                integer(ConfigKeys.ONLINE_REPLAY_SEQUENCES),
                integer(ConfigKeys.ONLINE_REPLAY_LENGTH),
                integer(ConfigKeys.ONLINE_REPLAY_CAPACITY),
                integer(ConfigKeys.ONLINE_METRICS_K),
                integer(ConfigKeys.ONLINE_METRICS_WINDOW),
                new CooccurrenceConfig(
                        integer(ConfigKeys.MODEL_MEMORY_WINDOW),
                        integer(ConfigKeys.MODEL_MEMORY_NEIGHBOURS),
                        integer(ConfigKeys.MODEL_MEMORY_HALVING_CLICKS)),
                millis(ConfigKeys.MODEL_ITEM_RETENTION_MS),
                eventTypes());
    }

    /** Returns the settings that are passed to the Kafka clients. */
    public KafkaProperties kafka() {
        return kafka;
    }

    private void requireConsistent() {
        eventTypes();
        VariantsParser.requireConsistent(variants());
        List<String> names = new ArrayList<>(topics().all());
        names.add(shadowTopic());
        if (names.stream().distinct().count() != names.size()) {
            throw new ConfigException("Each topic must have a name of its own: topics=" + names);
        }
        RequestLimits requests = requests();
        if (requests.defaultK() > requests.maxK()) {
            throw new ConfigException(ConfigKeys.SCORING_TOP_K + " must be at most " + ConfigKeys.RECOMMENDATIONS_MAX_K
                    + ": top.k=" + requests.defaultK() + " max.k=" + requests.maxK());
        }
        StreamsRuntimeConfig streams = streams();
        if (streams.rocksDbWriteBufferBytes() >= streams.rocksDbCacheBytes()) {
            throw new ConfigException(ConfigKeys.STREAMS_ROCKSDB_WRITE_BUFFER_BYTES + " must be below "
                    + ConfigKeys.STREAMS_ROCKSDB_CACHE_BYTES + ": write_buffer=" + streams.rocksDbWriteBufferBytes()
                    + " cache=" + streams.rocksDbCacheBytes());
        }
        if (!text(ConfigKeys.HTTP_TOKEN).isEmpty()
                && !text(ConfigKeys.HTTP_TOKEN_FILE).isEmpty()) {
            throw new ConfigException(
                    "One of " + ConfigKeys.HTTP_TOKEN + " and " + ConfigKeys.HTTP_TOKEN_FILE + " must be empty");
        }
        if (text(ConfigKeys.HTTP_TLS_CERTIFICATE).isEmpty()
                != text(ConfigKeys.HTTP_TLS_KEY).isEmpty()) {
            throw new ConfigException(ConfigKeys.HTTP_TLS_CERTIFICATE + " and " + ConfigKeys.HTTP_TLS_KEY
                    + " must be set together: certificate=" + text(ConfigKeys.HTTP_TLS_CERTIFICATE) + " key="
                    + text(ConfigKeys.HTTP_TLS_KEY));
        }
    }

    private static void requireKnown(String key) {
        if (!isKnown(key)) {
            throw new ConfigException("Unknown key " + key + ": the nearest known one is "
                    + NearestName.among(ConfigKeys.BY_NAME.keySet(), key));
        }
    }

    /** Returns whether the key is one of Freshet's own or is for a Kafka client. */
    static boolean isKnown(String key) {
        return ConfigKeys.BY_NAME.containsKey(key) || key.startsWith(KafkaProperties.PREFIX);
    }

    private static Map<String, String> readFile(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
        return settings;
    }

    private static Map<String, String> readEnvironment(Map<String, String> environment) {
        Map<String, String> settings = new HashMap<>();
        List<String> serviceLinks = new ArrayList<>();
        environment.forEach((name, value) -> {
            ConfigKey key = ConfigKeys.BY_ENVIRONMENT_NAME.get(name);
            String earlier = RenamedKeys.ofVariable(name);
            if (ServiceLinks.isOne(name, value)) {
                serviceLinks.add(name + "=" + value);
            } else if (key != null) {
                settings.put(key.name(), value);
            } else if (earlier != null) {
                settings.put(earlier, value);
            } else if (name.startsWith(KAFKA_ENVIRONMENT_PREFIX)) {
                settings.put(kafkaKey(name), value);
            } else if (isOfNoKey(name)) {
                warnOfUnknown(name);
            }
        });
        if (!serviceLinks.isEmpty()) {
            serviceLinks.sort(null);
            LOG.warn("{}; {}", ServiceLinks.describe(serviceLinks), ServiceLinks.REMEDY);
        }
        return settings;
    }

    /** Returns whether the variable has Freshet's prefix but sets no key. */
    static boolean isOfNoKey(String environmentName) {
        return environmentName.startsWith(ENVIRONMENT_PREFIX)
                && !environmentName.startsWith(KAFKA_ENVIRONMENT_PREFIX)
                && !ConfigKeys.BY_ENVIRONMENT_NAME.containsKey(environmentName)
                && RenamedKeys.ofVariable(environmentName) == null;
    }

    private static String kafkaKey(String environmentName) {
        String tail = environmentName.substring(KAFKA_ENVIRONMENT_PREFIX.length());
        return KafkaProperties.PREFIX + tail.toLowerCase(Locale.ROOT).replace('_', '.');
    }

    // A warning only, because some variables belong to other programs.
    private static void warnOfUnknown(String environmentName) {
        LOG.warn(
                "Environment variable {} sets no configuration key; the nearest variable that does is {}",
                environmentName,
                NearestName.among(ConfigKeys.BY_ENVIRONMENT_NAME.keySet(), environmentName));
    }

    Object value(String key) {
        Object value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("The key must be defined: key=" + key);
        }
        return value;
    }

    private String text(String key) {
        return (String) value(key);
    }

    private int integer(String key) {
        return (Integer) value(key);
    }

    private float decimal(String key) {
        return ((Double) value(key)).floatValue();
    }

    private Duration millis(String key) {
        return Duration.ofMillis((Long) value(key));
    }
}
