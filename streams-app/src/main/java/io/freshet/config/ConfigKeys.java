package io.freshet.config;

import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import io.freshet.memory.MemoryConfig;
import io.freshet.model.Scorer;
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
    static final String ONLINE_HURRY_CLICKS = "online.hurry.clicks";
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
            text(BOOTSTRAP_SERVERS, "localhost:9092", NON_EMPTY, "Brokers to connect to first, host:port with commas."),
            text(
                    APPLICATION_ID,
                    "freshet",
                    NON_EMPTY,
                    "Name of this recommender on its Kafka: consumer group, internal topics, transactional ids."),
            text(
                    APPLICATION_REPLACES,
                    "",
                    null,
                    "The `application.id` that used these topics before. Without it Freshet refuses to start, because it"
                            + " would sequence and learn every click twice."),
            text(STATE_DIR, "freshet-state", NON_EMPTY, "Folder for everything that this process keeps on disk."),
            text(MODEL_NAME, "default", new FileNameValidator(), "Name of the model in the model store and the log."),
            text(MODEL_STORE_PATH, "", null, "Folder of the model store; empty is `models` in the state folder."),
            text(
                    MODEL_STORE_URL,
                    "",
                    new BucketUrlValidator(),
                    "Bucket that is the model store in place of a folder, as in `s3://bucket/prefix`. Credentials come from"
                            + " where AWS's clients look for them: `AWS_ACCESS_KEY_ID` and the like, a web identity, a"
                            + " profile."),
            text(
                    MODEL_STORE_S3_ENDPOINT,
                    "",
                    new EndpointValidator(),
                    "Address of an S3 that is not AWS's, as in `http://minio:9000`."),
            text(
                    MODEL_STORE_S3_REGION,
                    "",
                    null,
                    "Region of the bucket; empty is what `AWS_REGION` or a profile says, and `us-east-1` with an endpoint."),
            key(
                    MODEL_STORE_S3_PATH_STYLE,
                    ConfigDef.Type.BOOLEAN,
                    "false",
                    null,
                    "",
                    "Whether the bucket stands in the path and not in the host's name, as MinIO and others want it."),
            key(
                    MODEL_STORE_S3_PART_BYTES,
                    ConfigDef.Type.INT,
                    "16777216",
                    between(S3Settings.LEAST_PART_BYTES, S3Settings.MOST_PART_BYTES),
                    BYTES,
                    "Length of the parts that a longer file is sent in; the trainer holds one in memory."),
            text(TOPIC_CLICKS, Topics.DEFAULT.clicks(), TOPIC_NAME, "Topic that clicks come in on."),
            text(
                    TOPIC_CLICKS_REKEYED,
                    Topics.DEFAULT.clicksRekeyed(),
                    TOPIC_NAME,
                    "Topic for clicks whose key was not their user; as many partitions as the clicks."),
            text(
                    TOPIC_ITEMS,
                    Topics.DEFAULT.items(),
                    TOPIC_NAME,
                    "Topic of the catalogue; needed where `items.catalogue` is not off."),
            text(
                    TOPIC_REQUESTS,
                    Topics.DEFAULT.requests(),
                    TOPIC_NAME,
                    "Topic that recommendations are asked for on; as many partitions as the clicks."),
            text(TOPIC_SEQUENCES, Topics.DEFAULT.sequences(), TOPIC_NAME, "Topic of updated sequences."),
            text(TOPIC_MODEL_LOG, Topics.DEFAULT.modelLog(), TOPIC_NAME, "Topic of the model's journal and deltas."),
            text(TOPIC_MODEL_MANIFESTS, Topics.DEFAULT.modelManifests(), TOPIC_NAME, "Topic of snapshot manifests."),
            text(
                    TOPIC_POPULAR_ITEMS,
                    Topics.DEFAULT.popularItems(),
                    TOPIC_NAME,
                    "Topic of what is popular among the clicks of each partition."),
            text(TOPIC_RECOMMENDATIONS, Topics.DEFAULT.recommendations(), TOPIC_NAME, "Topic of recommendations."),
            text(
                    TOPIC_DEAD_LETTERS,
                    Topics.DEFAULT.deadLetters(),
                    TOPIC_NAME,
                    "Topic of clicks and requests that are refused."),
            text(
                    TOPIC_SHADOW,
                    "",
                    new OrEmpty(TOPIC_NAME),
                    "Topic of what a shadow answers; empty is `topics.recommendations` with `-shadow-` and `variants.name`"
                            + " behind it."),
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
                    "The most clicks kept of a user, the newest by click time; `events.filter.only` and `events.negative`"
                            + " are counted apart."),
            millis(
                    SEQUENCER_IDLE_RETENTION_MS,
                    "7776000000",
                    1,
                    "A user whose newest click is older than this, by the clicks' own times, is forgotten."),
            millis(
                    SEQUENCER_FUTURE_BOUND_MS,
                    "86400000",
                    0,
                    "A click timed later than its Kafka record, or than the wall clock, by more than this goes to the dead letters."),
            millis(
                    SEQUENCER_EARLIEST_CLICK_MS,
                    "946684800000",
                    0,
                    "A click timed before this, in milliseconds since 1970, goes to the dead letters: most often its timestamp is in"
                            + " seconds. The default is 2000-01-01 in UTC."),
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
                    "The most users looked at in one slice of that search."),
            text(
                    EVENTS_WEIGHTS,
                    "",
                    EventTypesParser.WEIGHTS,
                    "How much types of events count as something to learn, as in `purchase=4,view=0.5`. A type that is not"
                            + " named counts 1; one with 0 stands in the history only."),
            text(
                    EVENTS_FILTER_ONLY,
                    "",
                    EventTypesParser.TYPES,
                    "Types of events, with commas, that only mark the item as seen."),
            text(
                    EVENTS_NEGATIVE,
                    "",
                    EventTypesParser.TYPES,
                    "Types of events, with commas, that take back what the user did with the item before."),
            text(
                    EVENTS_SEEN_RETURN_MS,
                    "",
                    EventTypesParser.RETURNS,
                    "How long after an event its item may come back to the user, by the event's type, as in"
                            + " `view=86400000,impression=0,*=2592000000`; `*` is every other type, and none. 0 is at once,"
                            + " and a type that is not named is never, as long as the event is in the window."),
            key(
                    ITEMS_CATALOGUE,
                    ConfigDef.Type.STRING,
                    CATALOGUE_OFF,
                    ConfigDef.ValidString.in(CATALOGUE_OFF, CATALOGUE_FILTER),
                    "",
                    "`filter` lets only items come back that the catalogue has and that are available; `off` reads none."),
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
                    "The most items of a recommendation that follows a click, or a request without `k`."),
            key(
                    SCORING_WORKERS,
                    ConfigDef.Type.INT,
                    "1",
                    between(1, 256),
                    "threads",
                    "Threads that share the search for one recommendation; one for each 65,536 items at most."),
            key(
                    SCORING_APPROXIMATE_ITEMS,
                    ConfigDef.Type.INT,
                    "2000000",
                    between(0, Integer.MAX_VALUE),
                    "items",
                    "From so many items on the best are looked for in clusters of items, which finds nearly all of them, in place of"
                            + " among all items; 0 for never."),
            millis(
                    SCORING_POPULARITY_HALF_LIFE_MS,
                    "86400000",
                    1,
                    "Click time in which a click's weight in the fallback popularity halves."),
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
                    "The most events of a request's history."),
            key(
                    RECOMMENDATIONS_MAX_IDS,
                    ConfigDef.Type.INT,
                    "1000",
                    between(1, 100_000),
                    "items",
                    "The most values of each of a request's lists."),
            key(
                    RECOMMENDATIONS_WHY_ITEMS,
                    ConfigDef.Type.INT,
                    "20",
                    between(1, Scorer.MAX_HISTORIES - 1),
                    "items",
                    "The newest items of a history that are looked at where a request asks why."),
            text(
                    VARIANTS_NAME,
                    "",
                    new OrEmpty(new FileNameValidator()),
                    "Variant that this process answers as, with the model `model.name`; its answers carry the name."),
            text(
                    VARIANTS_SHARES,
                    "",
                    VariantsParser.SHARES,
                    "How users are split, for the streams role, as in `a=50,b=50`: each variant gets its part of the sum."
                            + " Empty for one variant."),
            text(
                    VARIANTS_MODELS,
                    "",
                    VariantsParser.MODELS,
                    "Other variants that the streams role answers itself, each with a model of its own, as in `b=wide`."
                            + " The rest is answered by processes with the role scorer."),
            text(
                    VARIANTS_SALT,
                    "",
                    null,
                    "Name of the experiment: another one splits the users anew, independently of the one before."),
            key(
                    VARIANTS_METRICS_USERS,
                    ConfigDef.Type.INT,
                    "10000",
                    atLeast(0),
                    "users",
                    "The most users whose last answer a task remembers, to find their next click in; 0 for no figures of"
                            + " what was served."),
            key(
                    SCORER_SHADOW,
                    ConfigDef.Type.BOOLEAN,
                    "false",
                    null,
                    "",
                    "Whether the role scorer is a shadow: it answers everybody, on a topic of its own."),
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
                    "Static membership: differs between processes, stays over restarts; empty for none."),
            millis(
                    STREAMS_COMMIT_INTERVAL_MS,
                    "20",
                    1,
                    "Time between commits; a recommendation is visible after the next one."),
            bytes(STREAMS_ROCKSDB_CACHE_BYTES, "67108864", "Block cache shared by all state stores of the process."),
            bytes(STREAMS_ROCKSDB_WRITE_BUFFER_BYTES, "16777216", "The part of that cache that memtables may take."),
            millis(STREAMS_CLOSE_TIMEOUT_MS, "4000", 0, "The longest wait for a clean close of the stream threads."),
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
                    "Port of the HTTP API and the page; 0 for none. `demo` takes 8080, or the next one that is free."),
            text(
                    HTTP_HOST,
                    "127.0.0.1",
                    NON_EMPTY,
                    "Address that the HTTP server listens on; `0.0.0.0` is every one of this machine."),
            text(
                    HTTP_ADVERTISED,
                    "",
                    new HostAndPortValidator(),
                    "host:port under which other instances reach this one, to pass on requests about users that it holds."
                            + " Empty is `http.host` and `http.port`, where that is one address."),
            text(
                    HTTP_HOSTS,
                    "",
                    new HostNamesValidator(),
                    "Names that clients may use for this server beside `localhost`, IP addresses, `http.host` and"
                            + " `http.advertised`: names with commas between them, `*.example.com` for every name that"
                            + " ends so, `*` for any. A request for another name gets 421, so that a page of another site"
                            + " cannot reach the API by DNS rebinding. `/health` answers under every name."),
            text(
                    HTTP_TOKEN,
                    "",
                    new TokenValidator(),
                    "Bearer token, with every scope, that all requests but those for `/health` must carry; empty for"
                            + " none."),
            text(
                    HTTP_TOKEN_FILE,
                    "",
                    null,
                    "File of bearer tokens, in place of `http.token`. Each line is a token, optionally followed by a"
                            + " space and its scopes with commas between them: `read`, `click`, `admin`, `metrics`; a"
                            + " token without scopes has all. Blank lines and lines that start with `#` are ignored. The"
                            + " file is read again when it changes. A mistake in it prevents the start; later it is"
                            + " reported and the tokens stay as they were."),
            text(
                    HTTP_TLS_CERTIFICATE,
                    "",
                    null,
                    "PEM file with the server's certificate, followed by the rest of its chain; with `http.tls.key` the"
                            + " server speaks TLS only. Both files are read again when they change. A mistake in them"
                            + " prevents the start; later it is reported and the certificate stays as it was."),
            text(
                    HTTP_TLS_KEY,
                    "",
                    null,
                    "PEM file with the certificate's private key, not encrypted: PKCS #8, or OpenSSL's own forms for"
                            + " RSA and EC keys."),
            text(
                    HTTP_TLS_TRUSTED,
                    "",
                    null,
                    "PEM file with the certificates that may vouch for other instances, when this one passes a request"
                            + " on to them over TLS; empty is what the JVM trusts."),
            key(
                    HTTP_MAX_BODY_BYTES,
                    ConfigDef.Type.INT,
                    "1048576",
                    between(1_024, 1 << 30),
                    BYTES,
                    "The longest request body that is taken; a longer one gets 413."),
            key(
                    HTTP_MAX_CLICKS,
                    ConfigDef.Type.INT,
                    "5000",
                    between(1, 1_000_000),
                    "clicks",
                    "The most clicks of one request; a longer array gets 413, and none of its clicks is taken."),
            key(
                    HTTP_MAX_CONNECTIONS,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 1_000_000),
                    "connections",
                    "The most connections that are served at once. Further ones get 503, and connections that are idle"
                            + " for two seconds are closed until there is room. At most half of the process's file"
                            + " descriptors (`ulimit -n`); 0 is half of those that are free at the start, at most 4,096."),
            key(
                    HTTP_MAX_REQUEST_RATE,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 1_000_000),
                    "requests/s",
                    "The most requests of one client that an instance answers in a second, on average and at once."
                            + " Further ones get 429 with `Retry-After`. A client is a token, or an IP address where there"
                            + " is none. `/health` is not limited. 0 for no limit."),
            millis(
                    HTTP_CLICKS_TIMEOUT_MS,
                    "10000",
                    100,
                    "The longest that a request with clicks waits for Kafka. Clicks that Kafka has not acknowledged by"
                            + " then are answered as refused, although Kafka may still take them."),
            millis(
                    HTTP_FORWARD_TIMEOUT_MS,
                    "2000",
                    1,
                    "The longest wait for the instance that a request is passed on to."),
            key(
                    HTTP_STALE_READS,
                    ConfigDef.Type.BOOLEAN,
                    "false",
                    null,
                    "",
                    "Whether a user's sequence may be read from a standby copy while its own instance is away. Such"
                            + " copies are made with `kafka.num.standby.replicas=1`."),
            text(
                    MODEL_ENCODER,
                    "sasrec",
                    new EncoderValidator(),
                    "The network: `sasrec` (self-attention), `gru4rec` (a gated recurrent network), `lrurec` (a linear"
                            + " recurrent one), `fmlprec` (filters in the frequency domain), `bsarec` (filters beside"
                            + " attention), `bert4rec` (attention in both directions), `caser` (convolutions over five clicks), or `dl4j:FILE`, a network that a file of"
                            + " Deeplearning4j describes."),
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
            key(MODEL_SEED, ConfigDef.Type.LONG, "42", null, "", "Seed of every random number of the model's life."),
            key(
                    MODEL_MEMORY_WINDOW,
                    ConfigDef.Type.INT,
                    "10",
                    between(0, MemoryConfig.MAX_WINDOW),
                    "clicks",
                    "Newest clicks of a user that the memory takes for neighbours of the next one; 0 for no memory beside the"
                            + " network."),
            key(
                    MODEL_MEMORY_NEIGHBOURS,
                    ConfigDef.Type.INT,
                    "64",
                    between(1, MemoryConfig.MAX_NEIGHBOURS),
                    "items",
                    "Neighbours that the memory keeps of each item."),
            key(
                    MODEL_MEMORY_HALVING_CLICKS,
                    ConfigDef.Type.INT,
                    "256",
                    between(1, MemoryConfig.MAX_HALVING_CLICKS),
                    "clicks",
                    "Neighbouring clicks of an item at which the memory halves what it knows of it."),
            millis(
                    MODEL_ITEM_RETENTION_MS,
                    "0",
                    0,
                    "An item that nobody has clicked for so long, by the clicks' times, is forgotten, and its row goes to a"
                            + " new one; 0 for never."),
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
            decimal(TRAINING_ALPHA, "0", atLeast(0), "Weight of the negatives; 0 is (items - 1) / negatives."),
            key(
                    TRAINING_WORKERS,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 1_024),
                    "threads",
                    "Threads of an optimiser step; 0 is one for each processor."),
            key(
                    TRAINING_SHARDS,
                    ConfigDef.Type.INT,
                    "8",
                    between(1, 256),
                    "",
                    "Gradient shards, summed in a fixed order: more threads than shards are of no use. Part of what the"
                            + " model's bits depend on."),
            decimal(
                    TRAINING_MAX_GRADIENT_NORM,
                    "0",
                    atLeast(0),
                    "Global norm that a step's gradients are scaled down to where they are larger; 0 is no bound."),
            key(
                    TRAINING_SEQUENCE_TARGETS,
                    ConfigDef.Type.INT,
                    "4",
                    atLeast(0),
                    "",
                    "Most targets of a sequence that a step learns with `fmlprec`, `bsarec`, `bert4rec`, `caser` or `dl4j:FILE`, which encode the sequence again for"
                            + " each target: the newest of an updated sequence, random ones of a replayed one; 0 is all. Other"
                            + " networks encode all positions at once and learn all targets."),
            key(
                    ONLINE_STEP_CLICKS,
                    ConfigDef.Type.INT,
                    "128",
                    atLeast(1),
                    "clicks",
                    "The most new clicks of one step."),
            key(
                    ONLINE_HURRY_CLICKS,
                    ConfigDef.Type.INT,
                    "128",
                    atLeast(0),
                    "clicks",
                    "When so many clicks wait, a step takes up to four times as many. Where they are more than"
                            + " online.step.clicks it makes a single optimiser step, over no more of a sequence than of a"
                            + " replayed one, so that learning keeps up; 0 for never."),
            millis(ONLINE_STEP_LINGER_MS, "10", 0, "The longest wait for a step to fill, once a click is there."),
            key(
                    ONLINE_BATCH_CLICKS,
                    ConfigDef.Type.INT,
                    "0",
                    atLeast(0),
                    "clicks",
                    "Clicks of each step, whatever the timing; they wait until so many are there. 0 lets time decide, by"
                            + " the two keys above."),
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
                    "Newest clicks of an updated sequence that are learned from."),
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
                    "Newest clicks of a replayed sequence."),
            key(
                    ONLINE_REPLAY_CAPACITY,
                    ConfigDef.Type.INT,
                    "50000",
                    atLeast(1),
                    "users",
                    "Users that replay remembers."),
            millis(ONLINE_PUBLISH_INTERVAL_MS, "200", 0, "Time between two deltas of the model."),
            key(
                    ONLINE_DELTA_PART_BYTES,
                    ConfigDef.Type.INT,
                    "524288",
                    atLeast(1_024),
                    BYTES,
                    "Size that a delta is cut at into records."),
            millis(ONLINE_SNAPSHOT_INTERVAL_MS, "60000", 1, "Time between two snapshots of the model."),
            key(
                    ONLINE_SNAPSHOTS_KEPT,
                    ConfigDef.Type.INT,
                    "3",
                    atLeast(1),
                    "snapshots",
                    "Newest snapshots kept in the model store; one that a rollback serves stays as well."),
            key(
                    ONLINE_SNAPSHOTS_KEPT_DAYS,
                    ConfigDef.Type.INT,
                    "0",
                    between(0, 3_650),
                    "days",
                    "Newest days, in UTC, of which the last snapshot is kept beside those; days without one do not count."),
            decimal(
                    ONLINE_GATE_SHARE,
                    "0.5",
                    between(0, 0.95),
                    "What is learned is held back while the NDCG of the moving prequential figures is below this share of"
                            + " the best of the newest 20 published windows, and what was published before stays served; 0"
                            + " for never."),
            millis(
                    ONLINE_LEASE_TIMEOUT_MS,
                    "6000",
                    0,
                    "The longest silence of the trainer that learns before one that stands by takes over; 0 lets nobody"
                            + " stand by: the trainer that starts last learns."),
            key(
                    ONLINE_METRICS_K,
                    ConfigDef.Type.INT,
                    "10",
                    atLeast(1),
                    "items",
                    "Length of a list that counts as a hit."),
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
