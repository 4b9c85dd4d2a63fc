package io.freshet.service.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.freshet.client.click.Click;
import io.freshet.client.click.MalformedClickException;
import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.clickformat.ClickFormats;
import io.freshet.service.config.key.ClickKeys;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ConfigKeys;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.Repeats;
import io.freshet.service.config.key.SchemaKeys;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.variant.UserSplit;
import io.freshet.store.RetentionPolicy;
import io.freshet.store.S3Settings;
import io.freshet.store.StoreLocation;
import io.freshet.store.event.EventTypes;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.NewItems;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.config.RankSampling;
import io.freshet.training.learner.TrainingConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FreshetConfigTest {
    private static final List<String> DEFAULT_TOPICS = List.of(
            "clicks",
            "clicks-rekeyed",
            "items",
            "recommendation-requests",
            "sequences",
            "model-log",
            "model-deltas",
            "model-manifests",
            "popular-items",
            "recommendations",
            "dead-letters");

    @Test
    void shouldHaveDefaultsWhenNothingIsSet() {
        FreshetConfig config = FreshetConfig.of(Map.of());

        assertThat(config.get(ProcessKeys.APPLICATION_ID)).isEqualTo("freshet");
        assertThat(config.get(ProcessKeys.STATE_DIR)).isEqualTo(Path.of("freshet-state"));
        assertThat(config.get(ModelStoreKeys.MODEL_NAME)).isEqualTo("default");
        assertThat(config.modelStore()).isEqualTo(new StoreLocation.Folder(Path.of("freshet-state", "models")));
        assertThat(config.s3()).isEqualTo(new S3Settings(null, "", false, 16 << 20));
        assertThat(config.topics()).containsExactlyElementsOf(DEFAULT_TOPICS);
        assertThat(config.get(TopicKeys.CREATE)).isTrue();
        assertThat(config.get(TopicKeys.PARTITIONS)).isEqualTo(32);
        assertThat(config.get(TopicKeys.REPLICATION_FACTOR)).isEqualTo(-1);
        assertThat(config.get(TopicKeys.RETENTION)).isEqualTo(Duration.ofDays(7));
        assertThat(config.get(SequencerKeys.WINDOW)).isEqualTo(50);
        assertThat(config.get(SequencerKeys.IDLE_RETENTION)).isEqualTo(Duration.ofDays(90));
        assertThat(config.get(SequencerKeys.FUTURE_BOUND)).isEqualTo(Duration.ofDays(1));
        assertThat(config.get(SequencerKeys.EARLIEST_CLICK)).isEqualTo(Instant.parse("2000-01-01T00:00:00Z"));
        assertThat(config.get(SequencerKeys.EXPIRY_INTERVAL)).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.get(SequencerKeys.EXPIRY_SLICE)).isEqualTo(200);
        assertThat(config.eventTypes()).isEqualTo(EventTypes.ALIKE);
        assertThat(config.get(RecordKeys.EVENTS_SEEN_RETURN)).isEqualTo(RepeatPolicy.OF_NOTHING);
        assertThat(config.get(RecordKeys.CATALOGUE)).isFalse();
        assertThat(config.get(RecordKeys.PASSED_HEADERS)).isEmpty();
        assertThat(config.get(RecordKeys.DEAD_LETTER_BYTES)).isEqualTo(524_288);
        assertThat(config.get(ScoringKeys.TOP_K)).isEqualTo(10);
        assertThat(config.get(ScoringKeys.WORKERS)).isEqualTo(1);
        assertThat(config.get(ScoringKeys.APPROXIMATE_ITEMS)).isEqualTo(2_000_000);
        assertThat(config.get(ScoringKeys.EXPLORE_SHARE)).isZero();
        assertThat(config.get(ScoringKeys.POPULARITY_HALF_LIFE)).isEqualTo(Duration.ofDays(1));
        assertThat(config.get(ScoringKeys.POPULARITY_ITEMS)).isEqualTo(100_000);
        assertThat(config.get(ScoringKeys.REPEATS)).isEqualTo(Repeats.NEVER);
        assertThat(config.repeats()).isEqualTo(RepeatPolicy.OF_NOTHING);
        assertThat(config.get(ScoringKeys.MAX_K)).isEqualTo(1_000);
        assertThat(config.get(ScoringKeys.MAX_HISTORY)).isEqualTo(200);
        assertThat(config.get(ScoringKeys.MAX_IDS)).isEqualTo(1_000);
        assertThat(config.get(ScoringKeys.WHY_ITEMS)).isEqualTo(20);
        assertThat(config.get(StreamsKeys.THREADS)).isEqualTo(1);
        assertThat(config.get(StreamsKeys.INSTANCE_ID)).isEmpty();
        assertThat(config.get(StreamsKeys.COMMIT_INTERVAL)).isEqualTo(Duration.ofMillis(20));
        assertThat(config.get(StreamsKeys.ROCKSDB_CACHE_BYTES)).isEqualTo(64 << 20);
        assertThat(config.get(StreamsKeys.ROCKSDB_WRITE_BUFFER_BYTES)).isEqualTo(16 << 20);
        assertThat(config.get(StreamsKeys.CLOSE_TIMEOUT)).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.get(HttpKeys.HEALTH_STALL)).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("localhost:9092");
    }

    @Test
    void shouldExploreOnlyWithACatalogue() {
        assertThat(FreshetConfig.of(Map.of("explore.share", "0.2", "items.catalogue", "filter"))
                        .get(ScoringKeys.EXPLORE_SHARE))
                .isEqualTo(.2f);
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("explore.share", "0.2")))
                .hasMessageContaining("set items.catalogue=filter");
        for (String wrong : List.of("-0.1", "1.1")) {
            assertThatThrownBy(() -> FreshetConfig.of(Map.of("explore.share", wrong)))
                    .hasMessageContaining("explore.share");
        }
    }

    @Test
    void shouldBeginNewItemsAsConfigured() {
        assertThat(FreshetConfig.of(Map.of()).trainer().learning().newItems()).isEqualTo(NewItems.NEAR_HISTORY);
        assertThat(FreshetConfig.of(Map.of("online.new.items", "random"))
                        .trainer()
                        .learning()
                        .newItems())
                .isEqualTo(NewItems.RANDOM);
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("online.new.items", "zero")))
                .hasMessageContaining("online.new.items");
    }

    @Test
    void shouldBoundOutputsByWhatTheProducersSend() {
        FreshetConfig bounded = FreshetConfig.of(Map.of(
                "records.passed.headers", "b3, tenant",
                "records.dead.letter.bytes", "2048",
                "kafka.max.request.size", "9000000",
                "kafka.producer.max.request.size", "5000000"));

        assertThat(FreshetConfig.of(Map.of()).kafka().longestRequest()).isEqualTo(1 << 20);
        assertThat(bounded.get(RecordKeys.PASSED_HEADERS)).containsExactlyInAnyOrder("b3", "tenant");
        assertThat(bounded.get(RecordKeys.DEAD_LETTER_BYTES)).isEqualTo(2_048);
        assertThat(bounded.kafka().longestRequest()).isEqualTo(5_000_000);
    }

    @Test
    void shouldRefuseNamesOfHeadersThatAreNone() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("records.passed.headers", "b3,,tenant")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("records.passed.headers");
    }

    @Test
    void shouldHaveTheTrainersOwnDefaultsWhenNothingIsSet() {
        FreshetConfig config = FreshetConfig.of(Map.of());
        int workers = Runtime.getRuntime().availableProcessors();

        assertThat(config.trainer().model()).isEqualTo(ModelConfig.defaults(42));
        assertThat(config.trainer().training()).isEqualTo(TrainingConfig.defaults(workers));
        assertThat(config.trainer().learning()).isEqualTo(LearningConfig.DEFAULT);
        assertThat(config.trainer().publishing().retention()).isEqualTo(new RetentionPolicy(3, 0));
        assertThat(config.trainer().topics()).isEqualTo(OnlineConfig.Topics.DEFAULT);
        assertThat(config.trainer().clients().transactionalId()).isEqualTo("freshet-trainer-default");
    }

    @Test
    void shouldTakeEachValueWhenItIsSet() {
        FreshetConfig config = FreshetConfig.of(Map.of(
                "topics.clicks", "shop.clicks",
                "topics.replication.factor", "3",
                "sequencer.window", "20",
                "sequencer.idle.retention.ms", "60000",
                "scoring.top.k", "5",
                "streams.instance.id", "freshet-0",
                "model.store.path", "/models",
                "kafka.bootstrap.servers", "a:1,b:2"));

        assertThat(config.get(TopicKeys.CLICKS)).isEqualTo("shop.clicks");
        assertThat(config.get(TopicKeys.REPLICATION_FACTOR)).isEqualTo((short) 3);
        assertThat(config.get(SequencerKeys.WINDOW)).isEqualTo(20);
        assertThat(config.get(SequencerKeys.IDLE_RETENTION)).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.get(ScoringKeys.TOP_K)).isEqualTo(5);
        assertThat(config.get(StreamsKeys.INSTANCE_ID)).isEqualTo("freshet-0");
        assertThat(config.modelStorePath()).isEqualTo(Path.of("/models"));
        assertThat(config.kafka().bootstrapServers()).isEqualTo("a:1,b:2");
    }

    @Test
    void shouldKeepTheModelStoreInABucketWhenOneIsNamed() {
        FreshetConfig config = FreshetConfig.of(Map.of(
                "model.store.path", "/models",
                "model.store.url", "s3://models/shop",
                "model.store.s3.endpoint", "http://minio:9000",
                "model.store.s3.region", "eu-central-1",
                "model.store.s3.path.style", "true",
                "model.store.s3.part.bytes", "8388608",
                "online.snapshots.kept", "5",
                "online.snapshots.kept.days", "30"));

        assertThat(config.modelStore()).isEqualTo(new StoreLocation.Bucket("models", "shop"));
        assertThat(config.s3())
                .isEqualTo(new S3Settings(URI.create("http://minio:9000"), "eu-central-1", true, 8 << 20));
        assertThat(config.trainer().publishing().retention()).isEqualTo(new RetentionPolicy(5, 30));
    }

    @ParameterizedTest
    @CsvSource({
        "model.store.url, gs://models",
        "model.store.url, models",
        "model.store.s3.endpoint, minio:9000",
        "model.store.s3.endpoint, ftp://minio",
        "model.store.s3.part.bytes, 5242879",
        "online.snapshots.kept.days, -1",
    })
    void shouldRefuseAModelStoreThatThereCannotBe(String key, String value) {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void shouldLetSeenItemsComeBackWhenTheirTimeHasPassed() {
        RepeatPolicy seen = FreshetConfig.of(Map.of("events.seen.return.ms", "view=10, shown=0 ,*=20"))
                .get(RecordKeys.EVENTS_SEEN_RETURN);

        assertThat(seen).isEqualTo(new RepeatPolicy(Map.of("view", 10L, "shown", 0L), 20));
        assertThat(seen.hides(new Interaction("a", 100, "view", 0), 109)).isTrue();
        assertThat(seen.hides(new Interaction("a", 100, "view", 0), 110)).isFalse();
        assertThat(seen.hides(new Interaction("a", 100, "shown", 0), 100)).isFalse();
        assertThat(seen.hides(new Interaction("a", 100, "other", 0), 119)).isTrue();
        assertThat(seen.hides(new Interaction("a", 100, null, 0), 120)).isFalse();
        assertThat(RepeatPolicy.OF_NOTHING.hides(new Interaction("a", 0, null, 0), Long.MAX_VALUE))
                .isTrue();
    }

    @Test
    void shouldLetItemsOfTheHistoryReturnWhenRepeatsAreAllowed() {
        Map<String, String> settings = Map.of(
                "events.seen.return.ms", "buy=10",
                "events.filter.only", "shown",
                "events.negative", "dislike,hate");

        assertThat(FreshetConfig.of(settings).repeats())
                .isEqualTo(new RepeatPolicy(Map.of("buy", 10L), RepeatPolicy.NEVER));
        assertThat(with(settings, "recommend.repeats", "always").repeats())
                .isEqualTo(new RepeatPolicy(
                        Map.of(
                                "buy", 10L,
                                "shown", RepeatPolicy.NEVER,
                                "dislike", RepeatPolicy.NEVER,
                                "hate", RepeatPolicy.NEVER),
                        0));
        assertThat(FreshetConfig.of(Map.of("recommend.repeats", "learned")).repeats())
                .isEqualTo(RepeatPolicy.OF_ALL);
        assertThat(FreshetConfig.of(Map.of("recommend.repeats", "learned", "events.seen.return.ms", "*=5"))
                        .repeats())
                .isEqualTo(new RepeatPolicy(Map.of(), 5));
    }

    private static FreshetConfig with(Map<String, String> settings, String key, String value) {
        Map<String, String> more = new HashMap<>(settings);
        more.put(key, value);
        return FreshetConfig.of(more);
    }

    @Test
    void shouldRefuseLearnedRepeatsWithoutAMemory() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("recommend.repeats", "learned", "model.memory.window", "0")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("recommend.repeats=learned needs a memory")
                .hasMessageContaining("model.memory.window must be above 0");
    }

    @Test
    void shouldHaveACatalogueWhenItIsSaid() {
        FreshetConfig config = FreshetConfig.of(Map.of("items.catalogue", "filter", "recommendations.max.k", "20"));

        assertThat(config.get(RecordKeys.CATALOGUE)).isTrue();
        assertThat(config.get(ScoringKeys.MAX_K)).isEqualTo(20);
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("items.catalogue", "on")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("items.catalogue")
                .hasMessageContaining("off, filter");
    }

    @Test
    void shouldRankTheShareThatIsSet() {
        assertThat(FreshetConfig.of(Map.of()).get(TrainerKeys.RANK_SHARE)).isEqualTo(RankSampling.AUTO);
        assertThat(FreshetConfig.of(Map.of("online.rank.share", "1"))
                        .trainer()
                        .learning()
                        .metrics()
                        .ranked())
                .isEqualTo(RankSampling.ALL);
        assertThat(FreshetConfig.of(Map.of("online.rank.share", "0.05"))
                        .get(TrainerKeys.RANK_SHARE)
                        .fixed())
                .isEqualTo(RankShare.of(.05));
        for (String wrong : List.of("0", "1.5", "-1", "all", "NaN", "")) {
            assertThatThrownBy(() -> FreshetConfig.of(Map.of("online.rank.share", wrong)))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("online.rank.share");
        }
    }

    @Test
    void shouldHaveOneVariantWhenNothingIsSet() {
        FreshetConfig config = FreshetConfig.of(Map.of());
        VariantConfig variants = config.variants();

        assertThat(variants.name()).isEmpty();
        assertThat(variants.models()).containsExactly(Map.entry("", "default"));
        assertThat(variants.split().isOn()).isFalse();
        assertThat(variants.shadow()).isFalse();
        assertThat(config.get(VariantKeys.METRICS_USERS)).isEqualTo(10_000);
        assertThat(config.get(TrainerKeys.METRICS_K)).isEqualTo(10);
        assertThat(config.get(TrainerKeys.METRICS_WINDOW)).isEqualTo(5_000);
    }

    @Test
    void shouldSayWhichVariantsAProcessAnswersWhenTheyAreSet() {
        VariantConfig variants = FreshetConfig.of(Map.of(
                        "variants.name", "a",
                        "variants.shares", "a=50, b=30.5 ,c=0",
                        "variants.models", "b=wide",
                        "variants.salt", "winter"))
                .variants();

        assertThat(variants.models()).containsExactly(Map.entry("a", "default"), Map.entry("b", "wide"));
        assertThat(variants.routing().here()).containsExactlyInAnyOrder("a", "b");
        assertThat(variants.split().salt()).isEqualTo("winter");
        assertThat(variants.split().shares())
                .containsExactly(
                        new UserSplit.Share("a", 50), new UserSplit.Share("b", 30.5), new UserSplit.Share("c", 0));
    }

    @Test
    void shouldRunAScorerUnderANameOfItsOwn() {
        Map<String, String> settings = Map.of("variants.name", "b", "model.name", "wide");
        FreshetConfig scorer = FreshetConfig.of(settings).asScorer();

        assertThat(scorer.get(ProcessKeys.APPLICATION_ID)).isEqualTo("freshet-scorer-b");
        assertThat(scorer.topics()).containsExactlyElementsOf(DEFAULT_TOPICS);
        assertThat(scorer.variants().models()).containsExactly(Map.entry("b", "wide"));
        assertThatThrownBy(() -> FreshetConfig.of(Map.of()).asScorer())
                .isInstanceOf(ConfigException.class)
                .hasMessage("variants.name must be set where a process has the role scorer");
    }

    @Test
    void shouldKeepAShadowAwayFromWhatIsServed() {
        FreshetConfig shadow = FreshetConfig.of(Map.of("variants.name", "s", "scorer.shadow", "true"));
        FreshetConfig named =
                FreshetConfig.of(Map.of("variants.name", "s", "scorer.shadow", "true", "topics.shadow", "try"));

        assertThat(shadow.asScorer().get(TopicKeys.RECOMMENDATIONS)).isEqualTo("recommendations-shadow-s");
        assertThat(named.asScorer().get(TopicKeys.RECOMMENDATIONS)).isEqualTo("try");
        assertRefused(
                Map.of("variants.name", "s", "scorer.shadow", "true", "topics.shadow", "recommendations"),
                "Each topic must have a name of its own");
        assertRefused(
                Map.of("variants.name", "a", "scorer.shadow", "true", "variants.shares", "a=1"),
                "A shadow serves no users and must have no share: variants.name=a");
    }

    @Test
    void shouldRefuseVariantsThatCannotBe() {
        assertRefused(Map.of("variants.shares", "a"), "must be variant=share with commas: \"a\" has no =");
        assertRefused(Map.of("variants.shares", "a=1,"), "must be variant=share with commas: \"\" has no =");
        assertRefused(Map.of("variants.shares", "a=1,a=2"), "must name each variant once: a");
        assertRefused(Map.of("variants.shares", "a=many"), "a share must be a number, 0 or more: \"many\"");
        assertRefused(Map.of("variants.shares", "a=-1"), "a share must be a number, 0 or more: \"-1\"");
        assertRefused(Map.of("variants.shares", "a=0,b=0"), "some variant must have a share above 0");
        assertRefused(Map.of("variants.shares", "a b=1"), "must be 1 to 100 of A-Z a-z 0-9 . _ -");
        assertRefused(Map.of("variants.name", "a/b"), "must be 1 to 100 of A-Z a-z 0-9 . _ -");
        assertRefused(
                Map.of("variants.shares", "a=1,b=1"),
                "A process's own variant must have a share, even if it is 0: variants.name=");
        assertRefused(
                Map.of("variants.name", "a", "variants.shares", "a=1", "variants.models", "b=wide"),
                "Each variant of variants.models must have a share: variant=b");
        assertRefused(
                Map.of("variants.name", "a", "variants.shares", "a=1", "variants.models", "a=wide"),
                "the process's own variant, a, has the model of model.name");
    }

    private static void assertRefused(Map<String, String> settings, String message) {
        assertThatThrownBy(() -> FreshetConfig.of(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseMoreItemsByDefaultThanMayBeAskedFor() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("scoring.top.k", "30", "recommendations.max.k", "20")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("scoring.top.k must be at most recommendations.max.k: top.k=30 max.k=20");
    }

    @Test
    void shouldBoundTheMemoryWhenItsKeysAreSet() {
        FreshetConfig bounded = FreshetConfig.of(Map.of(
                "model.memory.window", "3", "model.memory.neighbours", "20", "model.memory.halving.clicks", "50"));
        FreshetConfig off = FreshetConfig.of(Map.of("model.memory.window", "0"));

        assertThat(bounded.trainer().learning().memory()).isEqualTo(new CooccurrenceConfig(3, 20, 50));
        assertThat(off.trainer().learning().memory().isOn()).isFalse();
    }

    @Test
    void shouldGiveEveryRoleTheSameTypesOfEvents() {
        FreshetConfig config = FreshetConfig.of(Map.of(
                "events.weights", " purchase = 4, view=0.5 ,odd=type=0",
                "events.filter.only", "impression",
                "events.negative", "dislike, return"));
        EventTypes expected = new EventTypes(
                Map.of("purchase", 4f, "view", .5f, "odd=type", 0f), Set.of("impression"), Set.of("dislike", "return"));

        assertThat(config.eventTypes()).isEqualTo(expected);
        assertThat(config.trainer().learning().types()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        events.weights     | purchase          | "purchase" has no =
        events.weights     | a=1,b=x           | must be a number: "b=x"
        events.weights     | a=-1              | 0 or from 0.000001 to 1000000: "a=-1"
        events.weights     | a=NaN             | 0 or from 0.000001 to 1000000: "a=NaN"
        events.weights     | a=1e-9            | 0 or from 0.000001 to 1000000: "a=1e-9"
        events.weights     | =1                | must have a name
        events.weights     | a=1,,b=2          | before and after each comma
        events.weights     | a=1,a=2           | each type once: a
        events.filter.only | a,b,a             | each type once: a
        events.negative    | a,                | before and after each comma
        recommend.repeats     | sometimes      | recommend.repeats
        events.seen.return.ms | view           | "view" has no =
        events.seen.return.ms | view=-1        | 0 or more: "view=-1"
        events.seen.return.ms | view=1d        | a whole number of ms
        events.seen.return.ms | *=1,*=2        | each type once: *
        """)
    void shouldNameThePartOfEventTypesThatDoesNotHold(String key, String value, String message) {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseATypeOfEventsThatHasTwoMeaningsOrTooLongAName() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("events.weights", "view=1", "events.negative", "view")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("view is in events.weights and in events.negative");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("events.filter.only", "x", "events.negative", "y,x")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("x is in events.filter.only and in events.negative");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("events.negative", "ü".repeat(33))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("at most 64 bytes");
    }

    @Test
    void shouldReadClicksInFreshetsOwnJsonWhenNothingIsSet() {
        FreshetConfig config = FreshetConfig.of(Map.of());

        assertThat(config.get(ClickKeys.FORMAT)).isEqualTo(ClickFormats.JSON);
        assertThat(config.get(ClickKeys.TIME_UNIT)).isEqualTo(TimeUnit.MILLISECONDS);
        assertThat(config.clickFormat()).isSameAs(ClickFormat.OWN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        clicks.format     | xml            | json, cloudevents, debezium, connect, avro, protobuf, json-schema
        clicks.time.unit  | minutes        | s, ms, us, ns
        clicks.field.user | ''             | a path must have 1 to 1024 characters
        clicks.field.user | a..b           | a path must have a name before and after each dot
        clicks.field.item | $.a            | a path must be names with dots, as in customer.id
        clicks.field.item | a[0]           | or a JSON Pointer that begins with /
        clicks.field.time | a/b            | or a JSON Pointer that begins with /
        clicks.field.id   | /a~b           | a path must have ~0 for ~ and ~1 for /
        clicks.field.type | a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q | a path must have at most 16 names
        clicks.field.user | item_id.x      | no path may lead into the value of another path
        """)
    void shouldNameTheKeyAndThePartOfAFormatOfClicksThatDoesNotHold(String key, String value, String message)
            throws IOException {
        String shownKey = message.startsWith("no path") ? "clicks.field.*" : key;
        assertThatThrownBy(() -> FreshetConfig.of(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(shownKey)
                .hasMessageContaining(message);
        assertThat(ConfigMistake.all(null, Map.of(), Map.of(key, value)))
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.weight()).isEqualTo(ConfigMistake.Weight.REFUSED))
                .satisfies(mistake -> assertThat(mistake.message()).contains(shownKey, message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce_", "ce_data", "ce_Subject", "ce_my-user"})
    void shouldRefuseAnAttributeOfCloudEventsThatCannotBe(String path) {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("clicks.format", "cloudevents", "clicks.field.user", path)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("clicks.field.*")
                .hasMessageContaining("an attribute of CloudEvents must be ce_ and a name of a-z and 0-9");
    }

    @Test
    void shouldNameTheNearestKeyWhenAKeyIsUnknown() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("sequencer.windows", "20")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("sequencer.windows")
                .hasMessageContaining("sequencer.window");
    }

    @Test
    void shouldHaveSettingsForOneOfSeveralTopicsOfClicks(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("topics.properties"), "topics.clicks=web-clicks, purchases\nclicks.field.item=sku\n");
        Map<String, String> environment =
                Map.of("FRESHET_CLICKS_FORMAT_WEB_CLICKS", "cloudevents", "FRESHET_CLICKS_TYPE_PURCHASES", "purchase");
        Map<String, String> options = Map.of("clicks.time.unit.purchases", "s");
        FreshetConfig config = FreshetConfig.load(file, environment, options);

        assertThat(config.clickTopics()).containsExactly("web-clicks", "purchases");
        assertThat(config.get(TopicKeys.CLICKS)).isEqualTo("web-clicks");
        assertThat(config.topics()).startsWith("web-clicks", "purchases", "clicks-rekeyed");
        assertThat(config.clickFormat().getClass().getSimpleName()).isEqualTo("CloudEvents");
        byte[] purchase =
                "{\"user_id\":\"u\",\"sku\":\"a\",\"timestamp\":1700000000,\"event_type\":\"x\"}".getBytes(UTF_8);
        assertThat(config.clickFormats()).containsOnlyKeys("web-clicks", "purchases");
        assertThat(read(config, "purchases", purchase))
                .isEqualTo(new Click("u", "a", 1_700_000_000_000L, "purchase", null));
        assertThat(FreshetConfig.effective(file, environment, options))
                .contains(
                        new EffectiveSetting(
                                "clicks.format.web-clicks",
                                Optional.of("cloudevents"),
                                EffectiveSetting.Origin.ENVIRONMENT),
                        new EffectiveSetting(
                                "clicks.time.unit.purchases", Optional.of("s"), EffectiveSetting.Origin.OPTION));
        assertThat(ConfigMistake.all(file, environment, options)).isEmpty();
    }

    private static @Nullable Click read(FreshetConfig config, String topic, byte[] value) {
        try {
            return Objects.requireNonNull(config.clickFormats().get(topic)).read(value, new RecordHeaders());
        } catch (MalformedClickException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a,b   | clicks.format.c      | json     | clicks.format.c must end with a topic of topics.clicks: topic=c topics.clicks=a,b
        clicks | clicks.type.b       | x        | clicks.type.b must end with a topic of topics.clicks: topic=b topics.clicks=clicks
        a,b   | clicks.format.b      | xml      | clicks.format.b
        a,b   | clicks.field.user.b  | a..b     | clicks.field.user.b
        a,b   | clicks.type.b        | 12345678901234567890123456789012345678901234567890123456789012345 | at most 64 bytes
        a,b   | clicks.field.user.b  | item_id.x | with clicks.format on topic b: no path may lead into the value of another path
        a,b   | clicks.formats.b     | json     | the nearest known one is
        a,b,a | clicks.time.unit.a   | s        | must name each topic once
        a,    | clicks.time.unit.a   | s        | topics.clicks
        a,sequences | clicks.time.unit.a | s    | Each topic must have a name of its own
        """)
    void shouldRefuseASettingOfOneTopicThatDoesNotHold(String topics, String key, String value, String message)
            throws IOException {
        Map<String, String> settings = Map.of("topics.clicks", topics, key, value);
        assertThatThrownBy(() -> FreshetConfig.of(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
        assertThat(ConfigMistake.all(null, Map.of(), settings)).anySatisfy(mistake -> {
            assertThat(mistake.weight()).isEqualTo(ConfigMistake.Weight.REFUSED);
            assertThat(mistake.message() + mistake.remedy()).contains(message);
        });
    }

    @Test
    void shouldRefuseAVariableForATopicThatIsNoTopicOfClicksOrMayBeSeveral() {
        assertThatThrownBy(() -> FreshetConfig.load(null, Map.of("FRESHET_CLICKS_TIME_UNIT_SHOP_B", "s"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("clicks.time.unit.shop_b must end with a topic of topics.clicks");
        Map<String, String> environment =
                Map.of("FRESHET_TOPICS_CLICKS", "a.b,a-b", "FRESHET_CLICKS_TIME_UNIT_A_B", "s");
        assertThatThrownBy(() -> FreshetConfig.load(null, environment, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("may be for [a.b, a-b]: set clicks.time.unit.a.b in a file");
    }

    @Test
    void shouldRefuseAFixedTypeBesideAPathToTheType() {
        Map<String, String> common = Map.of("topics.clicks", "a,b", "clicks.field.type", "kind", "clicks.type.b", "x");
        assertThat(FreshetConfig.of(common).clickTopics()).containsExactly("a", "b");
        Map<String, String> both = new HashMap<>(common);
        both.put("clicks.field.type.b", "kind");
        assertThatThrownBy(() -> FreshetConfig.of(both))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("One of clicks.field.type.b and clicks.type.b must be empty");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("clicks.field.type", "kind", "clicks.type", "x")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("One of clicks.field.type and clicks.type must be empty");
    }

    @Test
    void shouldHaveATopicOfDifferencesWithSeveralLearnersOnly() {
        FreshetConfig config = FreshetConfig.of(Map.of("learners.count", "3", "learners.merge.steps", "5"));

        assertThat(config.topics()).contains("model-merges");
        TopicPlan plan = new TopicPlan(config);
        assertThat(plan.newTopic("model-log", 8).numPartitions()).isEqualTo(3);
        assertThat(plan.newTopic("model-merges", 8).numPartitions()).isEqualTo(3);
        assertThat(plan.newTopic("model-deltas", 8).numPartitions()).isEqualTo(1);
        assertThat(plan.newTopic("sequences", 8).numPartitions()).isEqualTo(8);
        OnlineConfig second = config.trainer().ofLearner(1);
        assertThat(second.learners()).isEqualTo(new OnlineConfig.Learners(1, 3, 5, "default"));
        assertThat(second.modelName()).isEqualTo("default-learner-1");
        assertThat(second.clients().transactionalId()).isEqualTo("freshet-trainer-default-learner-1");
        assertThat(second.ofTheModel().modelName()).isEqualTo("default");
        assertThat(config.trainer().ofLearner(0)).isEqualTo(config.trainer());
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("learners.count", "2", "model.item.retention.ms", "1000")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("model.item.retention.ms must be 0 with several learners");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("learners.count", "2", "online.lease.timeout.ms", "0")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("online.lease.timeout.ms must be above 0 with several learners");
    }

    @Test
    void shouldRequireThatARoundOfSeveralLearnersFitsIntoATransaction() {
        Map<String, String> settings = Map.of("learners.count", "2", "online.publish.interval.ms", "5000");
        assertThatThrownBy(() -> FreshetConfig.of(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("online.publish.interval.ms must be below half of the producer's")
                .hasMessageContaining("online.publish.interval.ms=5000 transaction.timeout.ms=10000 learners.count=2");

        Map<String, String> longer = new HashMap<>(settings);
        longer.put("kafka.producer.transaction.timeout.ms", "20000");
        assertThat(FreshetConfig.of(longer).trainer().publishing().deltaInterval())
                .isEqualTo(Duration.ofSeconds(5));
        assertThat(FreshetConfig.of(Map.of("online.publish.interval.ms", "5000"))
                        .trainer()
                        .learners()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldPutThePrefixBeforeTheNamesThatAreNotSet() throws IOException {
        Map<String, String> settings = Map.of("topics.prefix", "shop.", "topics.clicks", "all-clicks");
        FreshetConfig config = FreshetConfig.of(settings);

        assertThat(config.topics())
                .startsWith("all-clicks", "shop.clicks-rekeyed", "shop.items")
                .endsWith("shop.recommendations", "shop.dead-letters");
        assertThat(config.trainer().topics().modelLog()).isEqualTo("shop.model-log");
        assertThat(FreshetConfig.effective(null, Map.of("FRESHET_TOPICS_PREFIX", "shop."), Map.of()))
                .contains(new EffectiveSetting(
                        "topics.items", Optional.of("shop.items"), EffectiveSetting.Origin.ENVIRONMENT));
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("topics.prefix", "my shop/")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("topics.prefix");
    }

    @Test
    void shouldRefuseWhenAValueDoesNotHold() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("sequencer.window", "0")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("sequencer.window");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("scoring.top.k", "ten")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("scoring.top.k");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("topics.clicks", "no spaces")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("topics.clicks");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("topics.clicks", "x", "topics.sequences", "x")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("name of its own");
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("model.name", "../up")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("model.name");
    }

    @Test
    void shouldHaveAnHttpServerForThisMachineOnlyWhenNothingIsSet() {
        FreshetConfig config = FreshetConfig.of(Map.of());

        assertThat(config.http()).isEqualTo(new HttpAddress("127.0.0.1", 0, "", false));
        assertThat(config.http().isOn()).isFalse();
        assertThat(config.get(HttpKeys.HOSTS)).isEmpty();
        assertThat(config.get(HttpKeys.MAX_BODY_BYTES)).isEqualTo(1 << 20);
        assertThat(config.get(HttpKeys.MAX_CLICKS)).isEqualTo(5_000);
        assertThat(config.get(HttpKeys.MAX_CONNECTIONS)).isZero();
        assertThat(config.get(HttpKeys.MAX_REQUEST_RATE)).isZero();
        assertThat(config.get(HttpKeys.CLICKS_TIMEOUT)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void shouldTakeTheSettingsOfTheHttpServerWhenTheyAreSet() {
        FreshetConfig config = FreshetConfig.of(Map.of(
                "http.port", "8443",
                "http.hosts", "Shop.example, *.svc",
                "http.tls.certificate", "chain.pem",
                "http.tls.key", "key.pem",
                "http.clicks.timeout.ms", "500"));

        assertThat(config.http().tls()).isTrue();
        assertThat(config.http().url()).isEqualTo("https://127.0.0.1:8443/");
        assertThat(config.http().advertisedAddress()).isEqualTo("127.0.0.1:8443");
        assertThat(config.get(HttpKeys.HOSTS)).containsExactly("shop.example", "*.svc");
        assertThat(config.get(HttpKeys.CLICKS_TIMEOUT)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void shouldNotRepeatATokenThatItRefuses() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("http.token", "secret token")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.token")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "http.hosts, shop.example:8080",
        "http.hosts, freshet.*",
        "http.hosts, https://shop.example",
        "http.tls.key, key.pem",
        "http.tls.certificate, chain.pem"
    })
    void shouldNameTheKeyOfTheHttpServerThatDoesNotHold(String key, String value) {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void shouldLetTheEnvironmentWinOverTheFileAndOverridesOverBoth(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("freshet.properties");
        Files.writeString(file, "sequencer.window=10\nscoring.top.k=10\ntopics.clicks=from-file\n");

        FreshetConfig config = FreshetConfig.load(
                file,
                Map.of(
                        "FRESHET_SCORING_TOP_K", "20",
                        "FRESHET_TOPICS_CLICKS", "from-environment",
                        "FRESHET_KAFKA_SECURITY_PROTOCOL", "SSL",
                        "FRESHET_SERVICE_HOST", "10.0.0.1",
                        "PATH", "/bin"),
                Map.of("topics.clicks", "from-override"));

        assertThat(config.get(SequencerKeys.WINDOW)).isEqualTo(10);
        assertThat(config.get(ScoringKeys.TOP_K)).isEqualTo(20);
        assertThat(config.get(TopicKeys.CLICKS)).isEqualTo("from-override");
        assertThat(config.kafka().forAdmin()).containsEntry("security.protocol", "SSL");
    }

    @Test
    void shouldHaveAnEnvironmentVariableOfItsOwnForEachKey() {
        assertThat(ConfigKeys.BY_ENVIRONMENT_NAME).hasSameSizeAs(ConfigKeys.ALL);
        assertThat(ConfigKeys.BY_ENVIRONMENT_NAME).containsKey("FRESHET_TOPICS_CLICKS_REKEYED");
    }

    @Test
    void shouldTakeEachKeyFromTheFileAndFromTheEnvironment(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("freshet.properties");
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            Map<String, String> beside = beside(key);
            Object usual = key.in(ConfigKeys.definition().parse(beside));
            String other = otherValue(key, beside, usual);
            Files.writeString(file, key.name() + "=" + other + "\n");

            Object fromFile = FreshetConfig.load(file, Map.of(), beside).get(key);
            Object fromEnvironment = FreshetConfig.load(null, Map.of(key.environmentName(), other), beside)
                    .get(key);

            assertThat(fromFile).as(key.name()).isNotEqualTo(usual);
            assertThat(fromEnvironment).as(key.environmentName()).isEqualTo(fromFile);
        }
    }

    /** Returns the other keys that some keys require. */
    private static Map<String, String> beside(ConfigKey<?> key) {
        return switch (key.name()) {
            case "variants.name" -> Map.of();
            case "variants.models" -> Map.of("variants.name", "mine", "variants.shares", "mine=1,other=1");
            case "http.tls.certificate" -> Map.of("variants.name", "other", "http.tls.key", "key.pem");
            case "http.tls.key" -> Map.of("variants.name", "other", "http.tls.certificate", "chain.pem");
            case "explore.share" -> Map.of("variants.name", "other", "items.catalogue", "filter");
            case "recommendations.format" -> Map.of("variants.name", "other", "schema.registry.url", "http://registry");
            case "schema.registry.password", "schema.registry.password.file" ->
                Map.of("variants.name", "other", "schema.registry.user", "me");
            default -> Map.of("variants.name", "other");
        };
    }

    /** Returns a valid value that differs from the default. */
    private static String otherValue(ConfigKey<?> key, Map<String, String> beside, Object usual) {
        String candidates =
                "true false 1 2 16 6000000 100000000 0.5 0.25 other=1 other=wide other other:1 s3://other http://other"
                        + " filter gru4rec connect us apicurio avro random always";
        return Stream.of(candidates.split(" ", -1))
                .filter(text -> isTaken(key, text, beside, usual))
                .findFirst()
                .orElseThrow(() -> new AssertionError("a value must be found for " + key.name()));
    }

    private static boolean isTaken(ConfigKey<?> key, String value, Map<String, String> beside, Object usual) {
        Map<String, String> settings = new HashMap<>(beside);
        settings.put(key.name(), value);
        try {
            return !FreshetConfig.of(settings).get(key).equals(usual);
        } catch (ConfigException e) {
            return false;
        }
    }

    @Test
    void shouldPassKafkaKeysToTheClientsTheyAreFor() {
        KafkaProperties kafka = FreshetConfig.of(Map.of(
                        "kafka.bootstrap.servers", "a:1",
                        "kafka.security.protocol", "SSL",
                        "kafka.linger.ms", "7",
                        "kafka.num.standby.replicas", "1",
                        "kafka.producer.linger.ms", "9",
                        "kafka.consumer.max.poll.records", "11",
                        "kafka.my.interceptor.option", "x"))
                .kafka();

        assertThat(kafka.forProducer())
                .containsOnly(
                        Map.entry("bootstrap.servers", "a:1"),
                        Map.entry("security.protocol", "SSL"),
                        Map.entry("linger.ms", "9"),
                        Map.entry("my.interceptor.option", "x"));
        assertThat(kafka.forConsumer())
                .containsOnly(
                        Map.entry("bootstrap.servers", "a:1"),
                        Map.entry("security.protocol", "SSL"),
                        Map.entry("max.poll.records", "11"),
                        Map.entry("my.interceptor.option", "x"));
        assertThat(kafka.forStreams())
                .containsEntry("num.standby.replicas", "1")
                .containsEntry("producer.linger.ms", "9")
                .containsEntry("consumer.max.poll.records", "11");
    }

    /** Covers every prefix that reaches a client. */
    @ParameterizedTest
    @ValueSource(
            strings = {"", "consumer.", "producer.", "admin.", "main.consumer.", "restore.consumer.", "global.consumer."
            })
    void shouldRefuseAKafkaSettingThatTheProgramDecides(String prefix) {
        Map<String, String> decided = Map.of(
                "application.id", "set application.id",
                "processing.guarantee", "must be exactly_once_v2",
                "isolation.level", "must be read_committed",
                "group.id", "set that",
                "auto.offset.reset", "must be earliest",
                "enable.idempotence", "must be true",
                "acks", "must be -1 or all",
                "transactional.id", "fences a second trainer",
                "rocksdb.config.setter", "set streams.rocksdb.*");
        decided.forEach((name, why) -> {
            String key = "kafka." + prefix + name;
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> FreshetConfig.of(Map.of(key, "other")))
                    .withMessageContaining(key + " must ")
                    .withMessageContaining(why);
        });
        Map<String, String> same = Map.of(
                "kafka." + prefix + "processing.guarantee", "exactly_once_v2",
                "kafka." + prefix + "acks", "all",
                "kafka." + prefix + "isolation.level", "read_committed");
        assertThat(FreshetConfig.of(same).kafka().forStreams()).containsEntry(prefix + "acks", "all");
    }

    @Test
    void shouldNameEachKafkaSettingThatTheProgramDecidesWhenAskedForMistakes() throws IOException {
        assertThat(ConfigMistake.all(null, Map.of(), Map.of("kafka.acks", "1", "kafka.consumer.group.id", "x")))
                .extracting(ConfigMistake::weight, ConfigMistake::remedy)
                .containsExactlyInAnyOrder(
                        tuple(ConfigMistake.Weight.REFUSED, "take kafka.acks out"),
                        tuple(ConfigMistake.Weight.REFUSED, "take kafka.consumer.group.id out"));
    }

    /** Covers the variables that Kubernetes sets for services named freshet-http and freshet-kafka. */
    @Test
    void shouldPassOverTheServiceLinksOfKubernetes() throws IOException {
        Map<String, String> links = Map.of(
                "FRESHET_HTTP_PORT", "tcp://10.0.0.7:8080",
                "FRESHET_HTTP_PORT_8080_TCP", "tcp://10.0.0.7:8080",
                "FRESHET_HTTP_PORT_8080_TCP_ADDR", "10.0.0.7",
                "FRESHET_HTTP_SERVICE_HOST", "10.0.0.7",
                "FRESHET_HTTP_SERVICE_PORT_HTTP", "8080",
                "FRESHET_KAFKA_SERVICE_PORT", "9092");
        FreshetConfig config = FreshetConfig.load(null, links, Map.of());

        assertThat(config.http().port()).isZero();
        assertThat(config.kafka().forStreams()).containsOnlyKeys("bootstrap.servers");
        assertThat(ConfigMistake.all(null, links, Map.of()))
                .hasSize(links.size())
                .allSatisfy(mistake -> {
                    assertThat(mistake.weight()).isEqualTo(ConfigMistake.Weight.PASSED_OVER);
                    assertThat(mistake.message()).contains("service links");
                    assertThat(mistake.remedy()).contains("enableServiceLinks: false");
                });
        assertThat(FreshetConfig.load(null, Map.of("FRESHET_HTTP_PORT", "8081"), Map.of())
                        .http()
                        .port())
                .isEqualTo(8081);
    }

    @Test
    void shouldShowEachKeyInTheMarkdownTable() {
        String table = ConfigKeys.markdownTable();

        assertThat(table.lines()).hasSize(ConfigKeys.ALL.size() + 2);
        assertThat(table)
                .contains("| `sequencer.window` | `50` | clicks | The most clicks kept per user: the newest by click"
                        + " time. Events of `events.filter.only` and `events.negative` are counted separately. |\n");
    }

    @Test
    void shouldTakeEarlierNamesOfKeysFromEachSource(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("freshet.properties"), "online.hurry.clicks=1\n");
        Map<String, String> variable = Map.of("FRESHET_ONLINE_HURRY_CLICKS", "2");

        assertThat(catchUpClicks(file, Map.of(), Map.of())).isEqualTo(1);
        assertThat(catchUpClicks(file, variable, Map.of())).isEqualTo(2);
        assertThat(catchUpClicks(file, variable, Map.of("online.catchup.clicks", "3")))
                .isEqualTo(3);
        assertThat(catchUpClicks(
                        null, Map.of("FRESHET_ONLINE_CATCHUP_CLICKS", "4"), Map.of("online.hurry.clicks", "5")))
                .isEqualTo(5);
        assertThat(ConfigMistake.all(file, Map.of(), Map.of()))
                .extracting(ConfigMistake::weight, ConfigMistake::message)
                .containsExactly(tuple(
                        ConfigMistake.Weight.DEPRECATED, "online.hurry.clicks is now called online.catchup.clicks"));
    }

    @Test
    void shouldRefuseAKeyThatIsSetByBothOfItsNames() {
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("online.hurry.clicks", "1", "online.catchup.clicks", "1")))
                .hasMessageContainingAll("online.hurry.clicks", "online.catchup.clicks", "remove");
    }

    private static int catchUpClicks(
            @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) throws IOException {
        return FreshetConfig.load(file, environment, overrides)
                .trainer()
                .steps()
                .catchUpClicks();
    }

    @Test
    void shouldRequireASchemaRegistryForFormatsThatNeedOne() {
        String url = "http://registry:8080/apis/ccompat/v7";
        for (Map<String, String> needing : List.of(
                Map.of("clicks.format", "avro"),
                Map.of("clicks.format", "protobuf"),
                Map.of("recommendations.format", "avro"))) {
            assertThatThrownBy(() -> FreshetConfig.of(needing)).hasMessageContaining("schema.registry.url must be set");
            Map<String, String> with = new HashMap<>(needing);
            with.put("schema.registry.url", url);
            assertThat(FreshetConfig.of(with).get(SchemaKeys.URL)).isPresent();
        }
        assertThat(FreshetConfig.of(Map.of("clicks.format", "json-schema")).get(ClickKeys.FORMAT))
                .isEqualTo(ClickFormats.JSON_SCHEMA);
        assertThatThrownBy(() -> FreshetConfig.of(Map.of(
                        "clicks.format", "avro",
                        "clicks.framing", "apicurio-global",
                        "schema.registry.url", "http://registry:8081")))
                .hasMessageContaining("must end with /apis/ccompat/v7")
                .hasMessageContaining("clicks.framing.clicks=apicurio-global");
        for (String password : List.of("schema.registry.password", "schema.registry.password.file")) {
            assertThatThrownBy(() -> FreshetConfig.of(Map.of(password, "secret")))
                    .hasMessageContaining("schema.registry.user must be set")
                    .hasMessageNotContaining("secret");
        }
        assertThatThrownBy(() -> FreshetConfig.of(Map.of("schema.registry.url", "http://me:secret@registry:8081")))
                .hasMessageContaining("schema.registry.user")
                .hasMessageNotContaining("secret");
        // Java finds no host in these.
        for (String address : List.of("http://me:secret@a_b_:x", "http://me:secret@[", "me:secret@registry:8081")) {
            assertThatThrownBy(() -> FreshetConfig.of(Map.of("schema.registry.url", address)))
                    .hasMessageContaining("schema.registry.url")
                    .hasMessageContaining("must be the address of a server")
                    .hasMessageNotContaining("secret");
        }
        assertThatThrownBy(() ->
                        FreshetConfig.of(Map.of("schema.registry.password", "a", "schema.registry.password.file", "b")))
                .hasMessageContaining("must be empty");
    }

    @Test
    void shouldNotShowThePasswordOfTheSchemaRegistry() throws IOException {
        Map<String, String> environment =
                Map.of("FRESHET_SCHEMA_REGISTRY_USER", "me", "FRESHET_SCHEMA_REGISTRY_PASSWORD", "secret");
        assertThat(FreshetConfig.effective(null, environment, Map.of()))
                .filteredOn(setting -> setting.key().equals("schema.registry.password"))
                .singleElement()
                .satisfies(setting -> assertThat(setting.value()).isEmpty());
    }
}
