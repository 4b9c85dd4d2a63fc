package io.freshet.service.config;

import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.search.Scorer;
import io.freshet.service.config.validation.BucketUrlValidator;
import io.freshet.service.config.validation.EncoderValidator;
import io.freshet.service.config.validation.EndpointValidator;
import io.freshet.service.config.validation.FileNameValidator;
import io.freshet.service.config.validation.HostAndPortValidator;
import io.freshet.service.config.validation.HostNamesValidator;
import io.freshet.service.config.validation.OrEmpty;
import io.freshet.service.config.validation.TokenValidator;
import io.freshet.service.config.validation.TopicNameValidator;
import io.freshet.store.S3Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** All configuration keys, in the order of the configuration guide. */
final class ConfigKeys {
    static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";

    static final String APPLICATION_ID = "application.id";
    static final String APPLICATION_REPLACES = "application.replaces";
    static final String STATE_DIR = "state.dir";
    static final String MODEL_NAME = "model.name";
    static final String MODEL_STORE_PATH = "model.store.path";
    static final String MODEL_STORE_URL = "model.store.url";
    static final String MODEL_STORE_S3_ENDPOINT = "model.store.s3.endpoint";
    static final String MODEL_STORE_S3_REGION = "model.store.s3.region";
    static final String MODEL_STORE_S3_PATH_STYLE = "model.store.s3.path.style";
    static final String MODEL_STORE_S3_PART_BYTES = "model.store.s3.part.bytes";

    static final String TOPIC_CLICKS = "topics.clicks";
    static final String TOPIC_CLICKS_REKEYED = "topics.clicks-rekeyed";
    static final String TOPIC_ITEMS = "topics.items";
    static final String TOPIC_REQUESTS = "topics.recommendation-requests";
    static final String TOPIC_SEQUENCES = "topics.sequences";
    static final String TOPIC_MODEL_LOG = "topics.model-log";
    static final String TOPIC_MODEL_MANIFESTS = "topics.model-manifests";
    static final String TOPIC_POPULAR_ITEMS = "topics.popular-items";
    static final String TOPIC_RECOMMENDATIONS = "topics.recommendations";
    static final String TOPIC_DEAD_LETTERS = "topics.dead-letters";
    static final String TOPIC_SHADOW = "topics.shadow";
    static final String TOPICS_CREATE = "topics.create";
    static final String TOPICS_PARTITIONS = "topics.partitions";
    static final String TOPICS_REPLICATION_FACTOR = "topics.replication.factor";
    static final String TOPICS_RETENTION_MS = "topics.retention.ms";

    static final String SEQUENCER_WINDOW = "sequencer.window";
    static final String SEQUENCER_IDLE_RETENTION_MS = "sequencer.idle.retention.ms";
    static final String SEQUENCER_FUTURE_BOUND_MS = "sequencer.future.bound.ms";
    static final String SEQUENCER_EARLIEST_CLICK_MS = "sequencer.earliest.click.ms";
    static final String SEQUENCER_EXPIRY_INTERVAL_MS = "sequencer.expiry.interval.ms";
    static final String SEQUENCER_EXPIRY_SLICE = "sequencer.expiry.slice";

    static final String EVENTS_WEIGHTS = "events.weights";
    static final String EVENTS_FILTER_ONLY = "events.filter.only";
    static final String EVENTS_NEGATIVE = "events.negative";
    static final String EVENTS_SEEN_RETURN_MS = "events.seen.return.ms";

    static final String ITEMS_CATALOGUE = "items.catalogue";

    static final String RECORDS_PASSED_HEADERS = "records.passed.headers";
    static final String RECORDS_DEAD_LETTER_BYTES = "records.dead.letter.bytes";

    static final String SCORING_TOP_K = "scoring.top.k";
    static final String SCORING_WORKERS = "scoring.workers";
    static final String SCORING_APPROXIMATE_ITEMS = "scoring.approximate.items";
    static final String SCORING_POPULARITY_HALF_LIFE_MS = "scoring.popularity.half.life.ms";
    static final String SCORING_POPULARITY_ITEMS = "scoring.popularity.items";

    static final String RECOMMENDATIONS_MAX_K = "recommendations.max.k";
    static final String RECOMMENDATIONS_MAX_HISTORY = "recommendations.max.history";
    static final String RECOMMENDATIONS_MAX_IDS = "recommendations.max.ids";
    static final String RECOMMENDATIONS_WHY_ITEMS = "recommendations.why.items";

    static final String VARIANTS_NAME = "variants.name";
    static final String VARIANTS_SHARES = "variants.shares";
    static final String VARIANTS_MODELS = "variants.models";
    static final String VARIANTS_SALT = "variants.salt";
    static final String VARIANTS_METRICS_USERS = "variants.metrics.users";
    static final String SCORER_SHADOW = "scorer.shadow";

    static final String STREAMS_THREADS = "streams.threads";
    static final String STREAMS_INSTANCE_ID = "streams.instance.id";
    static final String STREAMS_COMMIT_INTERVAL_MS = "streams.commit.interval.ms";
    static final String STREAMS_ROCKSDB_CACHE_BYTES = "streams.rocksdb.cache.bytes";
    static final String STREAMS_ROCKSDB_WRITE_BUFFER_BYTES = "streams.rocksdb.write.buffer.bytes";
    static final String STREAMS_CLOSE_TIMEOUT_MS = "streams.close.timeout.ms";

    static final String HEALTH_STALL_MS = "health.stall.ms";

    static final String HTTP_PORT = "http.port";
    static final String HTTP_HOST = "http.host";
    static final String HTTP_ADVERTISED = "http.advertised";
    static final String HTTP_HOSTS = "http.hosts";
    static final String HTTP_TOKEN = "http.token";
    static final String HTTP_TOKEN_FILE = "http.token.file";
    static final String HTTP_TLS_CERTIFICATE = "http.tls.certificate";
    static final String HTTP_TLS_KEY = "http.tls.key";
    static final String HTTP_TLS_TRUSTED = "http.tls.trusted";
    static final String HTTP_MAX_BODY_BYTES = "http.max.body.bytes";
    static final String HTTP_MAX_CLICKS = "http.max.clicks";
    static final String HTTP_MAX_CONNECTIONS = "http.max.connections";
    static final String HTTP_MAX_REQUEST_RATE = "http.max.request.rate";
    static final String HTTP_CLICKS_TIMEOUT_MS = "http.clicks.timeout.ms";
    static final String HTTP_FORWARD_TIMEOUT_MS = "http.forward.timeout.ms";
    static final String HTTP_STALE_READS = "http.stale.reads";

    static final String MODEL_ENCODER = "model.encoder";
    static final String MODEL_DIM = "model.dim";
    static final String MODEL_MAX_LENGTH = "model.max.length";
    static final String MODEL_BLOCKS = "model.blocks";
    static final String MODEL_HEADS = "model.heads";
    static final String MODEL_ITEM_DEVIATION = "model.item.deviation";
    static final String MODEL_SEED = "model.seed";

    static final String TRAINING_LEARNING_RATE = "training.learning.rate";
    static final String TRAINING_BETA1 = "training.beta1";
    static final String TRAINING_BETA2 = "training.beta2";
    static final String TRAINING_EPSILON = "training.epsilon";
    static final String TRAINING_WEIGHT_DECAY = "training.weight.decay";
    static final String TRAINING_DROPOUT = "training.dropout";
    static final String TRAINING_NEGATIVES = "training.negatives";
    static final String TRAINING_ALPHA = "training.alpha";
    static final String TRAINING_WORKERS = "training.workers";
    static final String TRAINING_SHARDS = "training.shards";
    static final String TRAINING_MAX_GRADIENT_NORM = "training.max.gradient.norm";
    static final String TRAINING_SEQUENCE_TARGETS = "training.sequence.targets";

    static final String MODEL_MEMORY_WINDOW = "model.memory.window";
    static final String MODEL_MEMORY_NEIGHBOURS = "model.memory.neighbours";
    static final String MODEL_MEMORY_HALVING_CLICKS = "model.memory.halving.clicks";
    static final String MODEL_ITEM_RETENTION_MS = "model.item.retention.ms";

    static final String ONLINE_STEP_CLICKS = "online.step.clicks";
    static final String ONLINE_CATCHUP_CLICKS = "online.catchup.clicks";
    static final String ONLINE_STEP_LINGER_MS = "online.step.linger.ms";
    static final String ONLINE_BATCH_CLICKS = "online.batch.clicks";
    static final String ONLINE_OPTIMIZER_STEPS = "online.optimizer.steps";
    static final String ONLINE_NEW_LENGTH = "online.new.length";
    static final String ONLINE_REPLAY_SEQUENCES = "online.replay.sequences";
    static final String ONLINE_REPLAY_LENGTH = "online.replay.length";
    static final String ONLINE_REPLAY_CAPACITY = "online.replay.capacity";
    static final String ONLINE_PUBLISH_INTERVAL_MS = "online.publish.interval.ms";
    static final String ONLINE_DELTA_PART_BYTES = "online.delta.part.bytes";
    static final String ONLINE_SNAPSHOT_INTERVAL_MS = "online.snapshot.interval.ms";
    static final String ONLINE_SNAPSHOTS_KEPT = "online.snapshots.kept";
    static final String ONLINE_SNAPSHOTS_KEPT_DAYS = "online.snapshots.kept.days";
    static final String ONLINE_GATE_SHARE = "online.gate.share";
    static final String ONLINE_LEASE_TIMEOUT_MS = "online.lease.timeout.ms";
    static final String ONLINE_METRICS_K = "online.metrics.k";
    static final String ONLINE_METRICS_WINDOW = "online.metrics.window";

    static final String CATALOGUE_OFF = "off";
    static final String CATALOGUE_FILTER = "filter";

    private static final String MS = "ms";
    private static final String BYTES = "bytes";
    private static final ConfigDef.Validator TOPIC_NAME = new TopicNameValidator();
    private static final ConfigDef.Validator NON_EMPTY = new ConfigDef.NonEmptyString();

    static final List<ConfigKey> ALL = List.of(
            text(
                    BOOTSTRAP_SERVERS,
                    "localhost:9092",
                    NON_EMPTY,
                    "Brokers to connect to first, as host:port, separated by commas."),
            text(
                    APPLICATION_ID,
                    "freshet",
                    NON_EMPTY,
                    "Name of this recommender in Kafka, used for its consumer groups, internal topics and"
                            + " transactional ids."),
            text(
                    APPLICATION_REPLACES,
                    "",
                    null,
                    "The `application.id` that used these topics before. Without it Freshet refuses to start, because it"
                            + " would sequence and learn every click twice."),
            text(STATE_DIR, "freshet-state", NON_EMPTY, "Folder for everything that this process keeps on disk."),
            text(MODEL_NAME, "default", new FileNameValidator(), "Name of the model in the model store and the log."),
            text(MODEL_STORE_PATH, "", null, "Folder of the model store; if empty, `models` in the state folder."),
            text(
                    MODEL_STORE_URL,
                    "",
                    new BucketUrlValidator(),
                    "Bucket to use as the model store instead of a folder, as in `s3://bucket/prefix`. Credentials"
                            + " come from the places where AWS's clients look for them: `AWS_ACCESS_KEY_ID` and"
                            + " similar variables, a web identity, or a profile."),
            text(
                    MODEL_STORE_S3_ENDPOINT,
                    "",
                    new EndpointValidator(),
                    "Address of an S3 service other than AWS, as in `http://minio:9000`."),
            text(
                    MODEL_STORE_S3_REGION,
                    "",
                    null,
                    "Region of the bucket; if empty, the region from `AWS_REGION` or a profile, or with an endpoint"
                            + " `us-east-1`."),
            key(
                    MODEL_STORE_S3_PATH_STYLE,
                    ConfigDef.Type.BOOLEAN,
                    "false",
                    null,
                    "",
                    "Whether URLs have the bucket in the path instead of the host name, as MinIO and others require."),
            key(
                    MODEL_STORE_S3_PART_BYTES,
                    ConfigDef.Type.INT,
                    "16777216",
                    between(S3Settings.LEAST_PART_BYTES, S3Settings.MOST_PART_BYTES),
                    BYTES,
                    "Length of the parts in which a longer file is uploaded; the trainer holds one part in memory."),
            text(TOPIC_CLICKS, Topics.DEFAULT.clicks(), TOPIC_NAME, "Topic of incoming clicks."),
            text(
                    TOPIC_CLICKS_REKEYED,
                    Topics.DEFAULT.clicksRekeyed(),
                    TOPIC_NAME,
                    "Topic for clicks that arrive with a key other than their user; needs as many partitions as"
                            + " `topics.clicks`."),
            text(
                    TOPIC_ITEMS,
                    Topics.DEFAULT.items(),
                    TOPIC_NAME,
                    "Topic of the catalogue; needed unless `items.catalogue` is `off`."),
            text(
                    TOPIC_REQUESTS,
                    Topics.DEFAULT.requests(),
                    TOPIC_NAME,
                    "Topic of requests for recommendations; needs as many partitions as `topics.clicks`."),
            text(TOPIC_SEQUENCES, Topics.DEFAULT.sequences(), TOPIC_NAME, "Topic of updated sequences."),
            text(TOPIC_MODEL_LOG, Topics.DEFAULT.modelLog(), TOPIC_NAME, "Topic of the model's journal and deltas."),
            text(TOPIC_MODEL_MANIFESTS, Topics.DEFAULT.modelManifests(), TOPIC_NAME, "Topic of snapshot manifests."),
            text(
                    TOPIC_POPULAR_ITEMS,
                    Topics.DEFAULT.popularItems(),
                    TOPIC_NAME,
                    "Topic of the popular items in each partition of the clicks."),
            text(TOPIC_RECOMMENDATIONS, Topics.DEFAULT.recommendations(), TOPIC_NAME, "Topic of recommendations."),
            text(TOPIC_DEAD_LETTERS, Topics.DEFAULT.deadLetters(), TOPIC_NAME, "Topic of refused clicks and requests."),
            text(
                    TOPIC_SHADOW,
                    "",
                    new OrEmpty(TOPIC_NAME),
                    "Topic of a shadow's answers; if empty, `topics.recommendations` followed by `-shadow-` and"
                            + " `variants.name`."),
            key(
                    TOPICS_CREATE,
                    ConfigDef.Type.BOOLEAN,
                    "true",
                    null,
                    "",
                    "Whether missing topics are created at start."),
            key(
                    TOPICS_PARTITIONS,
                    ConfigDef.Type.INT,
                    "4",
                    between(1, 10_000),
                    "partitions",
                    "Partitions of created topics that are keyed by user."),
            key(
                    TOPICS_REPLICATION_FACTOR,
                    ConfigDef.Type.SHORT,
                    "-1",
                    between(-1, 32),
                    "copies",
                    "Replication of created topics; -1 is the broker's default."),
            millis(TOPICS_RETENTION_MS, "604800000", 1, "Retention of created topics that are cleaned by age."),
            key(
                    SEQUENCER_WINDOW,
                    ConfigDef.Type.INT,
                    "50",
                    between(1, 10_000),
                    "clicks",
                    "The most clicks kept per user: the newest by click time. Events of `events.filter.only` and"
                            + " `events.negative` are counted separately."),
            millis(
                    SEQUENCER_IDLE_RETENTION_MS,
                    "7776000000",
                    1,
                    "Freshet forgets a user whose newest click is older than this, measured by the timestamps of"
                            + " clicks."),
            millis(
                    SEQUENCER_FUTURE_BOUND_MS,
                    "86400000",
                    0,
                    "A click whose timestamp is more than this after that of its Kafka record, or after the wall"
                            + " clock, goes to the dead letters."),
            millis(
                    SEQUENCER_EARLIEST_CLICK_MS,
                    "946684800000",
                    0,
                    "A click whose timestamp is before this, in milliseconds since 1970, goes to the dead letters:"
                            + " usually such a timestamp is in seconds. The default is 2000-01-01 in UTC."),
            millis(
                    SEQUENCER_EXPIRY_INTERVAL_MS,
                    "1000",
                    1,
                    "Wall-clock time between two slices of the search for idle users."),
            key(
                    SEQUENCER_EXPIRY_SLICE,
                    ConfigDef.Type.INT,
                    "200",
                    atLeast(1),
                    "users",
                    "The most users that one slice of the search for idle users checks."),
            text(
                    EVENTS_WEIGHTS,
                    "",
                    EventTypesParser.WEIGHTS,
                    "Weights of event types in learning, as in `purchase=4,view=0.5`. A type that is not named has"
                            + " weight 1; events of a type with weight 0 are only part of the history."),
            text(
                    EVENTS_FILTER_ONLY,
                    "",
                    EventTypesParser.TYPES,
                    "Event types, separated by commas, that only mark the item as seen."),
            text(
                    EVENTS_NEGATIVE,
                    "",
                    EventTypesParser.TYPES,
                    "Event types, separated by commas, that remove the user's earlier events on the item."),
            text(
                    EVENTS_SEEN_RETURN_MS,
                    "",
                    EventTypesParser.RETURNS,
                    "Time after an event until its item may be recommended to the user again, by event type, as in"
                            + " `view=86400000,impression=0,*=2592000000`; `*` stands for all other types, and for"
                            + " events without a type. 0 is at once. Items of a type that is not named do not return"
                            + " as long as the event is in the window."),
            key(
                    ITEMS_CATALOGUE,
                    ConfigDef.Type.STRING,
                    CATALOGUE_OFF,
                    ConfigDef.ValidString.in(CATALOGUE_OFF, CATALOGUE_FILTER),
                    "",
                    "`filter` recommends only items that are in the catalogue and available; `off` reads no"
                            + " catalogue."),
            text(
                    RECORDS_PASSED_HEADERS,
                    "",
                    HeaderNamesParser.NAMES,
                    "Names of headers, separated by commas, that Freshet copies from clicks and requests to its outputs,"
                            + " besides `traceparent`, `tracestate`, `baggage` and `correlation-id`. It drops all others."),
            key(
                    RECORDS_DEAD_LETTER_BYTES,
                    ConfigDef.Type.INT,
                    "524288",
                    between(1_024, 1 << 30),
                    BYTES,
                    "The longest value of a dead letter. Freshet cuts longer values and writes their length and SHA-256"
                            + " into the headers. Never more than fits into `kafka.producer.max.request.size`."),
            key(
                    SCORING_TOP_K,
                    ConfigDef.Type.INT,
                    "10",
                    between(1, 1_000),
                    "items",
                    "The most items in a recommendation after a click, or in an answer to a request without `k`."),
            key(
                    SCORING_WORKERS,
                    ConfigDef.Type.INT,
                    "1",
                    between(1, 256),
                    "threads",
                    "Threads that share the search for one recommendation; at most one for each 65,536 items."),
            key(
                    SCORING_APPROXIMATE_ITEMS,
                    ConfigDef.Type.INT,
                    "2000000",
                    between(0, Integer.MAX_VALUE),
                    "items",
                    "From this number of items on, Freshet searches for the best items in clusters, which finds nearly"
                            + " all of them, instead of among all items; 0 for never."),
            millis(
                    SCORING_POPULARITY_HALF_LIFE_MS,
                    "86400000",
                    1,
                    "Half-life, in click time, of a click's weight in the fallback popularity."),
            key(
                    SCORING_POPULARITY_ITEMS,
                    ConfigDef.Type.INT,
                    "100000",
                    atLeast(2_000),
                    "items",
                    "The most items whose popularity a task keeps in memory."),
            key(
                    RECOMMENDATIONS_MAX_K,
                    ConfigDef.Type.INT,
                    "1000",
                    between(1, 10_000),
                    "items",
                    "The most items that a request may ask for."),
            key(
                    RECOMMENDATIONS_MAX_HISTORY,
                    ConfigDef.Type.INT,
                    "200",
                    between(1, 10_000),
                    "events",
                    "The most events in the history of a request."),
            key(
                    RECOMMENDATIONS_MAX_IDS,
                    ConfigDef.Type.INT,
                    "1000",
                    between(1, 100_000),
                    "items",
                    "The most values in each list of a request."),
            key(
                    RECOMMENDATIONS_WHY_ITEMS,
                    ConfigDef.Type.INT,
                    "20",
                    between(1, Scorer.MAX_HISTORIES - 1),
                    "items",
                    "Number of newest items of a history that are considered as reasons, if a request asks why."),
            text(
                    VARIANTS_NAME,
                    "",
                    new OrEmpty(new FileNameValidator()),
                    "Name of the variant that this process serves, with the model `model.name`; its answers contain"
                            + " the name."),
            text(
                    VARIANTS_SHARES,
                    "",
                    VariantsParser.SHARES,
                    "How the streams role splits users among variants, as in `a=50,b=50`: each variant gets its part"
                            + " of the sum. Empty for one variant."),
            text(
                    VARIANTS_MODELS,
                    "",
                    VariantsParser.MODELS,
                    "Other variants that the streams role serves itself, each with its own model, as in `b=wide`."
                            + " Processes with the role scorer serve the rest."),
            text(
                    VARIANTS_SALT,
                    "",
                    null,
                    "Name of the experiment: another name splits the users anew, independently of the previous split."),
            key(
                    VARIANTS_METRICS_USERS,
                    ConfigDef.Type.INT,
                    "10000",
                    atLeast(0),
                    "users",
                    "The most users whose last answer a task remembers, to find their next click in it; 0 for no"
                            + " accuracy figures of served answers."),
            key(
                    SCORER_SHADOW,
                    ConfigDef.Type.BOOLEAN,
                    "false",
                    null,
                    "",
                    "Whether the role scorer is a shadow, which answers all users on a separate topic."),
            key(
                    STREAMS_THREADS,
                    ConfigDef.Type.INT,
                    "1",
                    between(1, 256),
                    "threads",
                    "Stream threads of this process."),
            text(
                    STREAMS_INSTANCE_ID,
                    "",
                    null,
                    "Id for static membership: different for each process, and the same after a restart; empty for"
                            + " none."),
            millis(
                    STREAMS_COMMIT_INTERVAL_MS,
                    "20",
                    1,
                    "Time between commits; a recommendation becomes visible after the next commit."),
            bytes(STREAMS_ROCKSDB_CACHE_BYTES, "67108864", "Block cache shared by all state stores of the process."),
            bytes(STREAMS_ROCKSDB_WRITE_BUFFER_BYTES, "16777216", "Part of the block cache that memtables may use."),
            millis(STREAMS_CLOSE_TIMEOUT_MS, "4000", 0, "The longest wait for a clean shutdown of the stream threads."),
            millis(
                    HEALTH_STALL_MS,
                    "300000",
                    1_000,
                    "How long a loop of a role may make no progress. After that `/health/live` fails and names the loop."
                            + " Set it longer than a snapshot takes to write or read."),
            key(
                    HTTP_PORT,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 65_535),
                    "",
                    "Port of the HTTP API and the page; 0 for none. `demo` uses 8080 or the next free port."),
            text(
                    HTTP_HOST,
                    "127.0.0.1",
                    NON_EMPTY,
                    "Address that the HTTP server listens on; `0.0.0.0` for all addresses of this machine."),
            text(
                    HTTP_ADVERTISED,
                    "",
                    new HostAndPortValidator(),
                    "host:port at which other instances reach this one, to forward requests about users that it holds."
                            + " If empty, `http.host` and `http.port`, provided that `http.host` is a single address."),
            text(
                    HTTP_HOSTS,
                    "",
                    new HostNamesValidator(),
                    "Names that clients may use for this server in addition to `localhost`, IP addresses, `http.host`"
                            + " and `http.advertised`: names separated by commas, `*.example.com` for every name with"
                            + " this ending, `*` for any name. A request for another name gets 421, so that a page of"
                            + " another site cannot reach the API by DNS rebinding. `/health` answers under every"
                            + " name."),
            text(
                    HTTP_TOKEN,
                    "",
                    new TokenValidator(),
                    "Bearer token with all scopes, which all requests except those for `/health` must carry; empty for"
                            + " none."),
            text(
                    HTTP_TOKEN_FILE,
                    "",
                    null,
                    "File of bearer tokens, instead of `http.token`. Each line is a token, optionally followed by a"
                            + " space and its scopes, separated by commas: `read`, `click`, `admin`, `metrics`; a"
                            + " token without scopes has all. Blank lines and lines that start with `#` are ignored."
                            + " The file is read again when it changes. A mistake in it prevents the start; later, it"
                            + " is reported and the previous tokens stay in use."),
            text(
                    HTTP_TLS_CERTIFICATE,
                    "",
                    null,
                    "PEM file with the server's certificate, followed by the rest of its chain; with `http.tls.key`"
                            + " the server speaks TLS only. Both files are read again when they change. A mistake in"
                            + " them prevents the start; later, it is reported and the previous certificate stays in"
                            + " use."),
            text(
                    HTTP_TLS_KEY,
                    "",
                    null,
                    "PEM file with the certificate's private key, not encrypted, in PKCS #8 or in OpenSSL's formats"
                            + " for RSA and EC keys."),
            text(
                    HTTP_TLS_TRUSTED,
                    "",
                    null,
                    "PEM file with the certificates to trust when this instance forwards a request to another one over"
                            + " TLS; if empty, those that the JVM trusts."),
            key(
                    HTTP_MAX_BODY_BYTES,
                    ConfigDef.Type.INT,
                    "1048576",
                    between(1_024, 1 << 30),
                    BYTES,
                    "The longest request body that is accepted; a longer one gets 413."),
            key(
                    HTTP_MAX_CLICKS,
                    ConfigDef.Type.INT,
                    "5000",
                    between(1, 1_000_000),
                    "clicks",
                    "The most clicks in one request; a longer array gets 413, and none of its clicks is accepted."),
            key(
                    HTTP_MAX_CONNECTIONS,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 1_000_000),
                    "connections",
                    "The most connections that are served at once. Further ones get 503, and connections that are idle"
                            + " for two seconds are closed until there is room. At most half of the process's file"
                            + " descriptors (`ulimit -n`); 0 for half of those that are free at the start, at most"
                            + " 4,096."),
            key(
                    HTTP_MAX_REQUEST_RATE,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 1_000_000),
                    "requests/s",
                    "The most requests of one client that an instance answers per second, on average and in a burst."
                            + " Further ones get 429 with `Retry-After`. A client is a token, or an IP address if"
                            + " there is no token. `/health` is not limited. 0 for no limit."),
            millis(
                    HTTP_CLICKS_TIMEOUT_MS,
                    "10000",
                    100,
                    "The longest time that a request with clicks waits for Kafka. Clicks that Kafka has not"
                            + " acknowledged by then are reported as refused, although Kafka may still accept them."),
            millis(
                    HTTP_FORWARD_TIMEOUT_MS,
                    "2000",
                    1,
                    "The longest wait for the instance to which a request is forwarded."),
            key(
                    HTTP_STALE_READS,
                    ConfigDef.Type.BOOLEAN,
                    "false",
                    null,
                    "",
                    "Whether a user's sequence may be read from a standby copy while the instance that holds it is"
                            + " unavailable. `kafka.num.standby.replicas=1` creates such copies."),
            text(
                    MODEL_ENCODER,
                    "sasrec",
                    new EncoderValidator(),
                    "The network: `sasrec` (self-attention), `gru4rec` (a gated recurrent network), `lrurec` (a linear"
                            + " recurrent network), `fmlprec` (filters in the frequency domain), `bsarec` (filters and"
                            + " attention), `bert4rec` (attention in both directions), `caser` (convolutions over five"
                            + " clicks), or `dl4j:FILE`, a network described by a file of Deeplearning4j."),
            key(MODEL_DIM, ConfigDef.Type.INT, "64", between(8, 1_024), "floats", "Width of an item's embedding."),
            key(
                    MODEL_MAX_LENGTH,
                    ConfigDef.Type.INT,
                    "50",
                    between(1, 1_000),
                    "clicks",
                    "Positions that the encoder sees."),
            key(
                    MODEL_BLOCKS,
                    ConfigDef.Type.INT,
                    "2",
                    between(1, 16),
                    "",
                    "Blocks of `sasrec`, `lrurec`, `fmlprec`, `bsarec` and `bert4rec`."),
            key(
                    MODEL_HEADS,
                    ConfigDef.Type.INT,
                    "1",
                    between(1, 64),
                    "",
                    "Attention heads of a block of `sasrec`, `bsarec` and `bert4rec`."),
            decimal(MODEL_ITEM_DEVIATION, "0.1", positive(), "Standard deviation of a new item's embedding."),
            key(MODEL_SEED, ConfigDef.Type.LONG, "42", null, "", "Seed of all random numbers that the model uses."),
            key(
                    MODEL_MEMORY_WINDOW,
                    ConfigDef.Type.INT,
                    "10",
                    between(0, CooccurrenceConfig.MAX_WINDOW),
                    "clicks",
                    "Number of a user's newest clicks that the memory counts as neighbours of the next click; 0 for a"
                            + " network without a memory."),
            key(
                    MODEL_MEMORY_NEIGHBOURS,
                    ConfigDef.Type.INT,
                    "64",
                    between(1, CooccurrenceConfig.MAX_NEIGHBOURS),
                    "items",
                    "Neighbours that the memory keeps for each item."),
            key(
                    MODEL_MEMORY_HALVING_CLICKS,
                    ConfigDef.Type.INT,
                    "256",
                    between(1, CooccurrenceConfig.MAX_HALVING_CLICKS),
                    "clicks",
                    "Number of neighbouring clicks of an item above which the memory halves the item's weights."),
            millis(
                    MODEL_ITEM_RETENTION_MS,
                    "0",
                    0,
                    "The model forgets an item without clicks for this long, measured by the timestamps of clicks, and"
                            + " gives its row to a new item; 0 for never."),
            decimal(TRAINING_LEARNING_RATE, "0.002", positive(), "Adam's step size."),
            decimal(TRAINING_BETA1, "0.9", between(0, 0.999999), "Decay of Adam's first moment."),
            decimal(TRAINING_BETA2, "0.999", between(0, 0.99999999), "Decay of Adam's second moment."),
            decimal(TRAINING_EPSILON, "1e-8", positive(), "Floor of Adam's denominator."),
            decimal(TRAINING_WEIGHT_DECAY, "0", atLeast(0), "L2 weight added to the gradients."),
            decimal(TRAINING_DROPOUT, "0.2", between(0, 0.95), "Share of activations dropped while learning."),
            key(
                    TRAINING_NEGATIVES,
                    ConfigDef.Type.INT,
                    "512",
                    atLeast(1),
                    "items",
                    "Negatives shared by one optimiser step."),
            decimal(TRAINING_ALPHA, "0", atLeast(0), "Weight of the negatives; 0 for (items - 1) / negatives."),
            key(
                    TRAINING_WORKERS,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 1_024),
                    "threads",
                    "Threads of an optimiser step; 0 for one per processor."),
            key(
                    TRAINING_SHARDS,
                    ConfigDef.Type.INT,
                    "8",
                    between(1, 256),
                    "",
                    "Gradient shards, summed in a fixed order: more threads than shards are of no use. The exact bits"
                            + " of the model depend on this number."),
            decimal(
                    TRAINING_MAX_GRADIENT_NORM,
                    "0",
                    atLeast(0),
                    "The largest global norm of a step's gradients, to which larger ones are scaled down; 0 for no"
                            + " bound."),
            key(
                    TRAINING_SEQUENCE_TARGETS,
                    ConfigDef.Type.INT,
                    "4",
                    atLeast(0),
                    "",
                    "The most targets of a sequence that a step learns with `fmlprec`, `bsarec`, `bert4rec`, `caser`"
                            + " or `dl4j:FILE`, which encode the sequence again for each target: the newest targets of"
                            + " an updated sequence, random targets of a replayed one; 0 for all. Other networks"
                            + " encode all positions at once and learn all targets."),
            key(
                    ONLINE_STEP_CLICKS,
                    ConfigDef.Type.INT,
                    "128",
                    atLeast(1),
                    "clicks",
                    "The most new clicks in one step."),
            key(
                    ONLINE_CATCHUP_CLICKS,
                    ConfigDef.Type.INT,
                    "128",
                    atLeast(0),
                    "clicks",
                    "When this many clicks wait, a step takes up to four times as many. A step of more than"
                            + " `online.step.clicks` makes a single optimiser step and learns no more of an updated"
                            + " sequence than of a replayed one, so that learning keeps up; 0 for never."),
            millis(ONLINE_STEP_LINGER_MS, "10", 0, "The longest wait for a step to fill, after its first click."),
            key(
                    ONLINE_BATCH_CLICKS,
                    ConfigDef.Type.INT,
                    "0",
                    atLeast(0),
                    "clicks",
                    "Exact number of clicks in each step, whatever the timing; clicks wait until there are enough."
                            + " With 0, the three keys above decide."),
            key(
                    ONLINE_OPTIMIZER_STEPS,
                    ConfigDef.Type.INT,
                    "3",
                    between(1, 100),
                    "",
                    "Optimiser steps for each step's clicks."),
            key(
                    ONLINE_NEW_LENGTH,
                    ConfigDef.Type.INT,
                    "50",
                    atLeast(2),
                    "clicks",
                    "Number of newest clicks of an updated sequence that a step learns from."),
            key(
                    ONLINE_REPLAY_SEQUENCES,
                    ConfigDef.Type.INT,
                    "128",
                    atLeast(0),
                    "sequences",
                    "Remembered sequences mixed into each optimiser step."),
            key(
                    ONLINE_REPLAY_LENGTH,
                    ConfigDef.Type.INT,
                    "20",
                    atLeast(2),
                    "clicks",
                    "Number of newest clicks of a replayed sequence that a step learns from."),
            key(
                    ONLINE_REPLAY_CAPACITY,
                    ConfigDef.Type.INT,
                    "50000",
                    atLeast(1),
                    "users",
                    "Users whose sequences are remembered for replay."),
            millis(ONLINE_PUBLISH_INTERVAL_MS, "200", 0, "Time between two deltas of the model."),
            key(
                    ONLINE_DELTA_PART_BYTES,
                    ConfigDef.Type.INT,
                    "524288",
                    atLeast(1_024),
                    BYTES,
                    "The largest part of a delta in one record; a longer delta is split into several records."),
            millis(ONLINE_SNAPSHOT_INTERVAL_MS, "60000", 1, "Time between two snapshots of the model."),
            key(
                    ONLINE_SNAPSHOTS_KEPT,
                    ConfigDef.Type.INT,
                    "3",
                    atLeast(1),
                    "snapshots",
                    "Number of newest snapshots kept in the model store; a snapshot that a rollback serves is kept as"
                            + " well."),
            key(
                    ONLINE_SNAPSHOTS_KEPT_DAYS,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 3_650),
                    "days",
                    "Number of newest days, in UTC, whose last snapshot is kept as well; days without a snapshot do"
                            + " not count."),
            decimal(
                    ONLINE_GATE_SHARE,
                    "0.5",
                    between(0, 0.95),
                    "The trainer holds learned changes back while the NDCG of the moving prequential figures is below"
                            + " this share of the best of the newest 20 published windows; the model published before"
                            + " stays in use. 0 for never."),
            millis(
                    ONLINE_LEASE_TIMEOUT_MS,
                    "6000",
                    0,
                    "The longest silence of the learning trainer before a standby trainer takes over. With 0 there are"
                            + " no standby trainers: the trainer that starts last learns."),
            key(
                    ONLINE_METRICS_K,
                    ConfigDef.Type.INT,
                    "10",
                    atLeast(1),
                    "items",
                    "Length of the ranked list in which a target counts as a hit."),
            key(
                    ONLINE_METRICS_WINDOW,
                    ConfigDef.Type.INT,
                    "5000",
                    atLeast(1),
                    "events",
                    "Events in the moving prequential figures."));

    static final Map<String, ConfigKey> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    static final Map<String, ConfigKey> BY_ENVIRONMENT_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::environmentName, Function.identity()));

    private ConfigKeys() {}

    static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        ALL.forEach(key -> key.defineIn(definition));
        return definition;
    }

    private static ConfigKey key(
            String name,
            ConfigDef.Type type,
            String defaultText,
            ConfigDef.@Nullable Validator validator,
            String unit,
            String doc) {
        return new ConfigKey(name, type, defaultText, validator, unit, doc);
    }

    private static ConfigKey text(
            String name, String defaultText, ConfigDef.@Nullable Validator validator, String doc) {
        return key(name, ConfigDef.Type.STRING, defaultText, validator, "", doc);
    }

    private static ConfigKey millis(String name, String defaultText, long least, String doc) {
        return key(name, ConfigDef.Type.LONG, defaultText, atLeast(least), MS, doc);
    }

    private static ConfigKey bytes(String name, String defaultText, String doc) {
        return key(name, ConfigDef.Type.LONG, defaultText, atLeast(1 << 20), BYTES, doc);
    }

    private static ConfigKey decimal(String name, String defaultText, ConfigDef.Validator validator, String doc) {
        return key(name, ConfigDef.Type.DOUBLE, defaultText, validator, "", doc);
    }

    private static ConfigDef.Validator positive() {
        return atLeast(Double.MIN_VALUE);
    }
}
