package io.freshet.service.config;

import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.clickformat.FieldMap;
import io.freshet.service.clickformat.FieldPath;
import io.freshet.service.config.key.ClickKeys;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ConfigKeys;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ModelKeys;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.Repeats;
import io.freshet.service.config.key.SchemaKeys;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.config.validation.NearestName;
import io.freshet.service.schema.SchemaRegistry;
import io.freshet.service.variant.UserSplit;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.S3Settings;
import io.freshet.store.StoreLocation;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
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
 * ({@link KafkaProperties}). Immutable, except that it keeps the schemas that were read from the registry.
 */
public final class FreshetConfig {
    private static final Logger LOG = LoggerFactory.getLogger(FreshetConfig.class);
    private static final String ENVIRONMENT_PREFIX = "FRESHET_";
    private static final String KAFKA_ENVIRONMENT_PREFIX = "FRESHET_KAFKA_";

    /** Freshet's own keys with secrets, whose values are never printed. */
    private static final Set<String> SECRETS = Set.of(HttpKeys.TOKEN.name(), SchemaKeys.PASSWORD.name());

    private final Map<String, Object> values;
    private final KafkaProperties kafka;
    private final SchemaRegistry schemas;

    private FreshetConfig(Map<String, Object> values, KafkaProperties kafka) {
        this(
                values,
                kafka,
                new SchemaRegistry(
                        SchemaKeys.URL.in(values).orElse(null),
                        SchemaKeys.USER.in(values),
                        () -> registryPassword(values)));
    }

    private FreshetConfig(Map<String, Object> values, KafkaProperties kafka, SchemaRegistry schemas) {
        this.values = values;
        this.kafka = kafka;
        this.schemas = schemas;
    }

    private static String registryPassword(Map<String, Object> values) {
        Optional<Path> file = SchemaKeys.PASSWORD_FILE.in(values);
        if (file.isEmpty()) {
            return SchemaKeys.PASSWORD.in(values);
        }
        try (Stream<String> lines = Files.lines(file.get())) {
            return lines.findFirst().orElse("").strip();
        } catch (IOException | UncheckedIOException e) {
            throw new ConfigException(SchemaKeys.PASSWORD_FILE + " must be a file that can be read: " + e);
        }
    }

    /** Returns the defaults, overridden by the given settings. */
    public static FreshetConfig of(Map<String, String> given) {
        Map<String, String> settings = withPresentNames(given);
        settings.keySet().forEach(FreshetConfig::requireKnown);
        Map<String, Object> values =
                ClickTopicKeys.definition(settings.keySet()).parse(withTopicNames(settings));
        Map<String, String> kafka = new TreeMap<>();
        kafka.put(ProcessKeys.BOOTSTRAP_SERVERS.name(), ProcessKeys.BOOTSTRAP_SERVERS.in(values));
        settings.forEach((key, value) -> {
            if (key.startsWith(KafkaProperties.PREFIX)) {
                kafka.put(key, value);
            }
        });
        FreshetConfig config = new FreshetConfig(Map.copyOf(values), new KafkaProperties(kafka));
        config.requireConsistent();
        return config;
    }

    /** Returns the settings with the name of each topic: its own setting, or the prefix and the name by default. */
    private static Map<String, String> withTopicNames(Map<String, String> settings) {
        Map<String, String> named = new HashMap<>();
        String prefix = settings.getOrDefault(TopicKeys.PREFIX.name(), "");
        TopicKeys.NAMES.forEach(key -> named.put(key.name(), prefix + key.defaultText()));
        named.putAll(settings);
        return named;
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
        return merged(sources(file, environment, overrides, earlier));
    }

    private static Map<String, String> merged(Map<EffectiveSetting.Origin, Map<String, String>> sources) {
        Map<String, String> settings = new HashMap<>();
        sources.values().forEach(settings::putAll);
        return settings;
    }

    /** Returns the settings of each source with the present names of their keys, in the order in which they override. */
    private static Map<EffectiveSetting.Origin, Map<String, String>> sources(
            @Nullable Path file,
            Map<String, String> environment,
            Map<String, String> overrides,
            BiConsumer<String, String> earlier)
            throws IOException {
        Map<EffectiveSetting.Origin, Map<String, String>> sources = new EnumMap<>(EffectiveSetting.Origin.class);
        if (file != null) {
            sources.put(EffectiveSetting.Origin.FILE, RenamedKeys.renamed(readFile(file), earlier));
        }
        sources.put(EffectiveSetting.Origin.ENVIRONMENT, RenamedKeys.renamed(readEnvironment(environment), earlier));
        sources.put(EffectiveSetting.Origin.OPTION, RenamedKeys.renamed(overrides, earlier));
        Map<String, String> ofTopics =
                ClickTopicKeys.ofEnvironment(environment, ClickTopicKeys.topics(merged(sources)));
        sources.computeIfPresent(EffectiveSetting.Origin.ENVIRONMENT, (_, settings) -> {
            Map<String, String> all = new HashMap<>(settings);
            all.putAll(ofTopics);
            return all;
        });
        return sources;
    }

    /**
     * Returns every setting of a process with its origin: Freshet's own keys in the order of the guide, then the
     * keys of single topics and the {@code kafka.} keys that are set, in alphabetical order. For the parameters and errors
     * see {@link #load}.
     */
    public static List<EffectiveSetting> effective(
            @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) throws IOException {
        Map<EffectiveSetting.Origin, Map<String, String>> sources =
                sources(file, environment, overrides, FreshetConfig::warnOfEarlierName);
        Map<String, String> settings = merged(sources);
        of(settings);
        return Stream.concat(
                        ConfigKeys.ALL.stream().map(ConfigKey::name),
                        settings.keySet().stream()
                                .filter(key -> !ConfigKeys.BY_NAME.containsKey(key))
                                .sorted())
                .map(key -> effective(key, sources))
                .toList();
    }

    private static EffectiveSetting effective(String key, Map<EffectiveSetting.Origin, Map<String, String>> sources) {
        ConfigKey<?> own = ConfigKeys.BY_NAME.get(key);
        String value = own == null ? "" : own.defaultText();
        EffectiveSetting.Origin origin = EffectiveSetting.Origin.DEFAULT;
        for (var source : sources.entrySet()) { // later ones override earlier ones
            String prefix = source.getValue().get(TopicKeys.PREFIX.name());
            if (prefix != null && own != null && TopicKeys.NAMES.contains(own)) {
                value = prefix + own.defaultText();
                origin = source.getKey();
            }
        }
        for (var source : sources.entrySet()) {
            String set = source.getValue().get(key);
            if (set != null) {
                value = set;
                origin = source.getKey();
            }
        }
        boolean secret = key.startsWith(KafkaProperties.PREFIX) ? KafkaProperties.isSecret(key) : SECRETS.contains(key);
        return new EffectiveSetting(key, secret && !value.isEmpty() ? Optional.empty() : Optional.of(value), origin);
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

    /** Returns the value of a key. */
    public <T> T get(ConfigKey<T> key) {
        return key.in(values);
    }

    /** Returns the value of a key of {@link ClickKeys#PER_TOPIC} for one topic of clicks. */
    public <T> T get(ConfigKey<T> key, String topic) {
        return key.in(values, topic);
    }

    /** Returns the folder of the Kafka Streams state stores. */
    public Path streamsStateDir() {
        return get(ProcessKeys.STATE_DIR).resolve("streams");
    }

    /** Returns the location of the model store. */
    public StoreLocation modelStore() {
        Optional<StoreLocation.Bucket> bucket = get(ModelStoreKeys.URL);
        return bucket.isPresent() ? bucket.get() : new StoreLocation.Folder(modelStorePath());
    }

    /** Returns the settings of the S3 client. */
    public S3Settings s3() {
        return new S3Settings(
                get(ModelStoreKeys.S3_ENDPOINT).orElse(null),
                get(ModelStoreKeys.S3_REGION),
                get(ModelStoreKeys.S3_PATH_STYLE),
                get(ModelStoreKeys.S3_PART_BYTES));
    }

    /** Returns the root folder of the model store; used if the store is not a bucket. */
    public Path modelStorePath() {
        return get(ModelStoreKeys.PATH)
                .orElseGet(() -> get(ProcessKeys.STATE_DIR).resolve("models"));
    }

    /** Returns the names of the topics that Freshet reads and writes, in the order of the data flow. */
    public List<String> topics() {
        return TopicKeys.NAMES.stream()
                .filter(key -> get(TrainerKeys.LEARNERS) > 1 || !key.equals(TopicKeys.MODEL_MERGES))
                .flatMap(key -> key.equals(TopicKeys.CLICKS) ? clickTopics().stream() : Stream.of(get(key)))
                .toList();
    }

    /**
     * Returns the names of the topics of clicks. Freshet's own programs write to the first, which is also the value of
     * {@link TopicKeys#CLICKS}.
     */
    public List<String> clickTopics() {
        return TopicKeys.clickTopics(String.valueOf(values.get(TopicKeys.CLICKS.name())));
    }

    /**
     * Returns the variants, and which of them this process answers.
     *
     * @throws ConfigException if the keys do not determine whom the process answers
     */
    public VariantConfig variants() {
        String name = get(VariantKeys.NAME);
        Map<String, String> others = get(VariantKeys.MODELS);
        if (others.containsKey(name)) {
            throw new ConfigException(VariantKeys.MODELS + " must name other variants: the process's own variant, "
                    + name + ", has the model of " + ModelStoreKeys.MODEL_NAME);
        }
        Map<String, String> models = new LinkedHashMap<>();
        models.put(name, get(ModelStoreKeys.MODEL_NAME));
        models.putAll(others);
        UserSplit split = new UserSplit(get(VariantKeys.SALT), get(VariantKeys.SHARES));
        return new VariantConfig(name, models, split, get(VariantKeys.SHADOW));
    }

    /**
     * Returns this process's configuration changed for a separate scorer, which answers its own variant only and has an
     * application id of its own. A shadow writes its answers to the shadow topic.
     *
     * @throws ConfigException if the variant has no name
     */
    public FreshetConfig asScorer() {
        String variant = get(VariantKeys.NAME);
        if (variant.isEmpty()) {
            throw new ConfigException(VariantKeys.NAME + " must be set where a process has the role scorer");
        }
        Map<String, Object> scorers = new HashMap<>(values);
        scorers.put(ProcessKeys.APPLICATION_ID.name(), get(ProcessKeys.APPLICATION_ID) + "-scorer-" + variant);
        scorers.put(VariantKeys.MODELS.name(), "");
        if (get(VariantKeys.SHADOW)) {
            scorers.put(TopicKeys.RECOMMENDATIONS.name(), shadowTopic());
        }
        return new FreshetConfig(Map.copyOf(scorers), kafka, schemas);
    }

    private String shadowTopic() {
        return get(TopicKeys.SHADOW)
                .orElseGet(() -> get(TopicKeys.RECOMMENDATIONS) + "-shadow-" + get(VariantKeys.NAME));
    }

    /**
     * Returns the meaning of the types of events.
     *
     * @throws ConfigException if a type is in two of the keys
     */
    public EventTypes eventTypes() {
        Map<String, Float> weights = get(RecordKeys.EVENTS_WEIGHTS);
        Set<String> filterOnly = get(RecordKeys.EVENTS_FILTER_ONLY);
        Set<String> negative = get(RecordKeys.EVENTS_NEGATIVE);
        requireApart(RecordKeys.EVENTS_WEIGHTS, weights.keySet(), RecordKeys.EVENTS_FILTER_ONLY, filterOnly);
        requireApart(RecordKeys.EVENTS_WEIGHTS, weights.keySet(), RecordKeys.EVENTS_NEGATIVE, negative);
        requireApart(RecordKeys.EVENTS_FILTER_ONLY, filterOnly, RecordKeys.EVENTS_NEGATIVE, negative);
        return new EventTypes(weights, filterOnly, negative);
    }

    /** Returns which seen items may be recommended again. */
    public RepeatPolicy repeats() {
        RepeatPolicy policy = get(RecordKeys.EVENTS_SEEN_RETURN);
        return get(ScoringKeys.REPEATS) == Repeats.NEVER ? policy : policy.returningAtOnce(eventTypes());
    }

    private static void requireApart(
            ConfigKey<?> key, Set<String> types, ConfigKey<?> otherKey, Set<String> otherTypes) {
        for (String type : types) {
            if (otherTypes.contains(type)) {
                throw new ConfigException(
                        "An event type must be in one key only: " + type + " is in " + key + " and in " + otherKey);
            }
        }
    }

    /** Returns the format of the topic of clicks to which Freshet's own programs write. */
    public ClickFormat clickFormat() {
        return clickFormat(get(TopicKeys.CLICKS));
    }

    /** Returns the format of the records on each topic of clicks, by the name of the topic. */
    public Map<String, ClickFormat> clickFormats() {
        Map<String, ClickFormat> formats = new LinkedHashMap<>();
        clickTopics().forEach(topic -> formats.put(topic, clickFormat(topic)));
        return formats;
    }

    /**
     * Returns the format of the records on one topic of clicks.
     *
     * @throws ConfigException if the paths of two fields contradict each other
     */
    private ClickFormat clickFormat(String topic) {
        Map<Field, FieldPath> paths = new EnumMap<>(Field.class);
        paths.put(Field.USER, get(ClickKeys.USER, topic));
        paths.put(Field.ITEM, get(ClickKeys.ITEM, topic));
        get(ClickKeys.TIME, topic).ifPresent(path -> paths.put(Field.TIME, path));
        get(ClickKeys.TYPE, topic).ifPresent(path -> paths.put(Field.TYPE, path));
        get(ClickKeys.ID, topic).ifPresent(path -> paths.put(Field.EVENT_ID, path));
        try {
            ClickFormat format = get(ClickKeys.FORMAT, topic)
                    .with(new FieldMap(paths, get(ClickKeys.TIME_UNIT, topic)), get(ClickKeys.FRAMING, topic), schemas);
            return get(ClickKeys.EVENT_TYPE, topic)
                    .map(type -> ClickFormat.ofType(type, format))
                    .orElse(format);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("The keys clicks.field.* must go together with each other and with "
                    + ClickKeys.FORMAT + (clickTopics().size() == 1 ? "" : " on topic " + topic) + ": "
                    + e.getMessage());
        }
    }

    /** Refuses a fixed event type beside a path to the type, for one topic or for all. */
    private void requireOneType() {
        Stream.concat(Stream.of(""), clickTopics().stream().map(topic -> "." + topic))
                .filter(topic -> isSet(ClickKeys.TYPE + topic) && isSet(ClickKeys.EVENT_TYPE + topic))
                .forEach(topic -> {
                    throw new ConfigException("One of " + ClickKeys.TYPE + topic + " and " + ClickKeys.EVENT_TYPE
                            + topic + " must be empty");
                });
    }

    private boolean isSet(String setting) {
        return values.get(setting) instanceof String text && !text.isEmpty();
    }

    /** Returns the schemas of the registry. They are the same for all formats of this configuration. */
    public SchemaRegistry schemas() {
        return schemas;
    }

    private void requireRegistry() {
        List<String> withSchemas = clickTopics().stream()
                .filter(topic -> get(ClickKeys.FORMAT, topic).needsSchemas())
                .toList();
        boolean isNeeded = !withSchemas.isEmpty() || get(ScoringKeys.AVRO);
        Optional<URI> url = get(SchemaKeys.URL);
        if (isNeeded && url.isEmpty()) {
            throw new ConfigException(SchemaKeys.URL + " must be set with " + ClickKeys.FORMAT + "=avro, "
                    + ClickKeys.FORMAT + "=protobuf and recommendations.format=avro");
        }
        withSchemas.stream()
                .filter(topic -> get(ClickKeys.FRAMING, topic).isApicurio())
                .filter(_ -> !SchemaRegistry.isApicurio(url.orElseThrow()))
                .findFirst()
                .ifPresent(topic -> {
                    throw new ConfigException(SchemaKeys.URL + " must end with /apis/ccompat/v7, so that Apicurio's own"
                            + " ids can be looked up at /apis/registry/v3 beside it: " + SchemaKeys.URL + "="
                            + url.orElseThrow() + ", " + ClickKeys.FRAMING.nameFor(topic) + "="
                            + ClickKeys.text(get(ClickKeys.FRAMING, topic)));
                });
        if (!get(SchemaKeys.PASSWORD).isEmpty() && get(SchemaKeys.PASSWORD_FILE).isPresent()) {
            throw new ConfigException(
                    "One of " + SchemaKeys.PASSWORD + " and " + SchemaKeys.PASSWORD_FILE + " must be empty");
        }
        boolean hasPassword = !get(SchemaKeys.PASSWORD).isEmpty()
                || get(SchemaKeys.PASSWORD_FILE).isPresent();
        if (hasPassword && get(SchemaKeys.USER).isEmpty()) {
            throw new ConfigException(
                    SchemaKeys.USER + " must be set with " + SchemaKeys.PASSWORD + " or " + SchemaKeys.PASSWORD_FILE);
        }
    }

    /** Returns the address of the HTTP server. */
    public HttpAddress http() {
        return new HttpAddress(
                get(HttpKeys.HOST),
                get(HttpKeys.PORT),
                get(HttpKeys.ADVERTISED),
                !get(HttpKeys.TLS_CERTIFICATE).isEmpty());
    }

    /** Returns the configuration of the trainer's online loop. */
    public OnlineConfig trainer() {
        String modelName = get(ModelStoreKeys.MODEL_NAME);
        return new OnlineConfig(
                        modelName,
                        new OnlineConfig.Topics(
                                get(TopicKeys.SEQUENCES),
                                get(TopicKeys.MODEL_LOG),
                                get(TopicKeys.MODEL_DELTAS),
                                get(TopicKeys.MODEL_MERGES),
                                get(TopicKeys.MODEL_MANIFESTS)),
                        new OnlineConfig.Clients(
                                kafka.forConsumer(),
                                get(ProcessKeys.APPLICATION_ID) + "-trainer-" + modelName,
                                kafka.forProducer()),
                        model(),
                        training(),
                        learning(),
                        OnlineConfig.Steps.upTo(get(TrainerKeys.STEP_CLICKS), get(TrainerKeys.STEP_LINGER))
                                .withCatchUpFrom(get(TrainerKeys.CATCHUP_CLICKS))
                                .withBatchesOf(get(TrainerKeys.BATCH_CLICKS)),
                        new OnlineConfig.Publishing(
                                get(TrainerKeys.PUBLISH_INTERVAL),
                                get(TrainerKeys.DELTA_PART_BYTES),
                                get(TrainerKeys.PUBLISH_BYTES),
                                get(TrainerKeys.SNAPSHOT_INTERVAL),
                                new RetentionPolicy(
                                        get(TrainerKeys.SNAPSHOTS_KEPT), get(TrainerKeys.SNAPSHOTS_KEPT_DAYS)),
                                get(TrainerKeys.GATE_SHARE)),
                        get(TrainerKeys.LEASE_TIMEOUT))
                .withLearners(get(TrainerKeys.LEARNERS), get(TrainerKeys.MERGE_STEPS));
    }

    private ModelConfig model() {
        EncoderShape encoder = get(ModelKeys.ENCODER)
                .shape(Map.of(
                        "dim", get(ModelKeys.DIM),
                        "max_length", get(ModelKeys.MAX_LENGTH),
                        "blocks", get(ModelKeys.BLOCKS),
                        "heads", get(ModelKeys.HEADS)));
        return new ModelConfig(encoder, get(ModelKeys.ITEM_DEVIATION), get(ModelKeys.SEED));
    }

    private TrainingConfig training() {
        Adam.Settings optimizer = new Adam.Settings(
                get(TrainerKeys.LEARNING_RATE),
                get(TrainerKeys.BETA1),
                get(TrainerKeys.BETA2),
                get(TrainerKeys.EPSILON),
                get(TrainerKeys.WEIGHT_DECAY));
        int workers = get(TrainerKeys.WORKERS);
        return new TrainingConfig(
                optimizer,
                get(TrainerKeys.DROPOUT),
                LossConfig.scaledCrossEntropy(get(TrainerKeys.NEGATIVES), get(TrainerKeys.ALPHA)),
                workers > 0 ? workers : Runtime.getRuntime().availableProcessors(),
                get(TrainerKeys.SHARDS),
                get(TrainerKeys.MAX_GRADIENT_NORM),
                get(TrainerKeys.SEQUENCE_TARGETS));
    }

    private LearningConfig learning() {
        boolean neverCatchesUp = get(TrainerKeys.CATCHUP_CLICKS) == 0 || get(TrainerKeys.BATCH_CLICKS) > 0;
        return new LearningConfig(
                get(TrainerKeys.OPTIMIZER_STEPS),
                get(TrainerKeys.NEW_LENGTH),
                new LearningConfig.Replay(
                        get(TrainerKeys.REPLAY_SEQUENCES),
                        get(TrainerKeys.REPLAY_LENGTH),
                        get(TrainerKeys.REPLAY_CAPACITY)),
                new LearningConfig.Metrics(
                        get(TrainerKeys.METRICS_K), get(TrainerKeys.METRICS_WINDOW), get(TrainerKeys.RANK_SHARE)),
                neverCatchesUp ? Integer.MAX_VALUE : get(TrainerKeys.STEP_CLICKS),
                new CooccurrenceConfig(
                        get(ModelKeys.MEMORY_WINDOW),
                        get(ModelKeys.MEMORY_NEIGHBOURS),
                        get(ModelKeys.MEMORY_HALVING_CLICKS)),
                get(ModelKeys.ITEM_RETENTION),
                eventTypes(),
                get(TrainerKeys.NEW_ITEMS));
    }

    /** Returns the settings that are passed to the Kafka clients. */
    public KafkaProperties kafka() {
        return kafka;
    }

    private void requireConsistent() {
        eventTypes();
        ClickTopicKeys.requireTopics(values.keySet(), clickTopics());
        clickFormats();
        requireOneType();
        requireRegistry();
        variants().requireConsistent();
        List<String> names = new ArrayList<>(topics());
        names.add(shadowTopic());
        if (names.stream().distinct().count() != names.size()) {
            throw new ConfigException("Each topic must have a name of its own: topics=" + names);
        }
        if (get(ScoringKeys.TOP_K) > get(ScoringKeys.MAX_K)) {
            throw new ConfigException(ScoringKeys.TOP_K + " must be at most " + ScoringKeys.MAX_K + ": top.k="
                    + get(ScoringKeys.TOP_K) + " max.k=" + get(ScoringKeys.MAX_K));
        }
        if (get(ScoringKeys.EXPLORE_SHARE) > 0 && !get(RecordKeys.CATALOGUE)) {
            throw new ConfigException(ScoringKeys.EXPLORE_SHARE + " needs a catalogue of items: set "
                    + RecordKeys.CATALOGUE + "=filter, or " + ScoringKeys.EXPLORE_SHARE + "=0: "
                    + ScoringKeys.EXPLORE_SHARE + "=" + get(ScoringKeys.EXPLORE_SHARE));
        }
        if (get(ScoringKeys.REPEATS) == Repeats.LEARNED && get(ModelKeys.MEMORY_WINDOW) == 0) {
            throw new ConfigException(
                    ScoringKeys.REPEATS + "=learned needs a memory, which learns how often users return"
                            + " to items: " + ModelKeys.MEMORY_WINDOW + " must be above 0, or " + ScoringKeys.REPEATS
                            + " must be never or always");
        }
        long cache = get(StreamsKeys.ROCKSDB_CACHE_BYTES);
        long buffer = get(StreamsKeys.ROCKSDB_WRITE_BUFFER_BYTES);
        if (buffer >= cache) {
            throw new ConfigException(StreamsKeys.ROCKSDB_WRITE_BUFFER_BYTES + " must be below "
                    + StreamsKeys.ROCKSDB_CACHE_BYTES + ": write_buffer=" + buffer + " cache=" + cache);
        }
        if (get(TrainerKeys.LEARNERS) > 1) {
            requireConsistentLearners();
        }
        if (!get(HttpKeys.TOKEN).isEmpty() && !get(HttpKeys.TOKEN_FILE).isEmpty()) {
            throw new ConfigException("One of " + HttpKeys.TOKEN + " and " + HttpKeys.TOKEN_FILE + " must be empty");
        }
        if (get(HttpKeys.TLS_CERTIFICATE).isEmpty() != get(HttpKeys.TLS_KEY).isEmpty()) {
            throw new ConfigException(HttpKeys.TLS_CERTIFICATE + " and " + HttpKeys.TLS_KEY
                    + " must be set together: certificate=" + get(HttpKeys.TLS_CERTIFICATE) + " key="
                    + get(HttpKeys.TLS_KEY));
        }
    }

    private void requireConsistentLearners() {
        String learners = TrainerKeys.LEARNERS + "=" + get(TrainerKeys.LEARNERS);
        Duration retention = get(ModelKeys.ITEM_RETENTION);
        if (!retention.isZero()) {
            throw new ConfigException(ModelKeys.ITEM_RETENTION + " must be 0 with several learners: "
                    + ModelKeys.ITEM_RETENTION + "=" + retention.toMillis() + " " + learners);
        }
        if (get(TrainerKeys.LEASE_TIMEOUT).isZero()) {
            throw new ConfigException(TrainerKeys.LEASE_TIMEOUT + " must be above 0 with several learners, because a"
                    + " process has the learners whose leases it holds: " + TrainerKeys.LEASE_TIMEOUT + "=0 "
                    + learners);
        }
        Duration publish = get(TrainerKeys.PUBLISH_INTERVAL);
        Duration transaction = KafkaClients.transactionTimeout(trainer());
        if (publish.multipliedBy(2).compareTo(transaction) >= 0) {
            throw new ConfigException(TrainerKeys.PUBLISH_INTERVAL
                    + " must be below half of the producer's transaction.timeout.ms with several learners, because the steps"
                    + " before a merge are one transaction: " + TrainerKeys.PUBLISH_INTERVAL + "=" + publish.toMillis()
                    + " transaction.timeout.ms=" + transaction.toMillis() + " " + learners);
        }
    }

    private static void requireKnown(String key) {
        if (!isKnown(key)) {
            throw new ConfigException("Unknown key " + key + ": the nearest known one is "
                    + NearestName.among(ConfigKeys.BY_NAME.keySet(), key));
        }
    }

    /** Returns whether the key is one of Freshet's own, for all topics or for one, or is for a Kafka client. */
    static boolean isKnown(String key) {
        return ConfigKeys.BY_NAME.containsKey(key)
                || ClickTopicKeys.keyOf(key) != null
                || key.startsWith(KafkaProperties.PREFIX);
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
            ConfigKey<?> key = ConfigKeys.BY_ENVIRONMENT_NAME.get(name);
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
                && ClickTopicKeys.keyOfVariable(environmentName) == null
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
}
