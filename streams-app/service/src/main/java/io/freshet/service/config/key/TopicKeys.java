package io.freshet.service.config.key;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Keys of the topics' names and of the creation of topics. */
public final class TopicKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<String> PREFIX = KEYS.text("topics.prefix", "")
            .as(TextForms::topicPrefix)
            .doc(
                    "Beginning of the name of each topic whose own key is not set, such as `shop.`, which makes `shop.clicks`."
                            + " Recommenders that share a cluster need different prefixes, and different values of"
                            + " `application.id`.");

    /** The first topic of clicks, to which Freshet's own programs write. {@link #clickTopics} returns all of them. */
    public static final ConfigKey<String> CLICKS = KEYS.text("topics.clicks", "clicks")
            .as(TextForms::topicNames)
            .as(List::getFirst)
            .doc("Topic of incoming clicks, or several, separated by commas. All need the same number of partitions."
                    + " Freshet's own programs, such as the HTTP server and `freshet import`, write to the first.");

    public static final ConfigKey<String> CLICKS_REKEYED = topic("topics.clicks-rekeyed", "clicks-rekeyed")
            .doc("Topic for clicks that arrive with a key other than their user; needs as many partitions as"
                    + " `topics.clicks`.");
    public static final ConfigKey<String> ITEMS =
            topic("topics.items", "items").doc("Topic of the catalogue; needed unless `items.catalogue` is `off`.");
    public static final ConfigKey<String> REQUESTS = topic("topics.recommendation-requests", "recommendation-requests")
            .doc("Topic of requests for recommendations; needs as many partitions as `topics.clicks`.");
    public static final ConfigKey<String> SEQUENCES =
            topic("topics.sequences", "sequences").doc("Topic of updated sequences.");
    public static final ConfigKey<String> MODEL_LOG =
            topic("topics.model-log", "model-log").doc("Topic of the model's journal.");
    public static final ConfigKey<String> MODEL_DELTAS = topic("topics.model-deltas", "model-deltas")
            .doc("Topic of the model's deltas: the learned changes, which scorers apply.");
    public static final ConfigKey<String> MODEL_MERGES = topic("topics.model-merges", "model-merges")
            .doc("Topic of the differences that several learners exchange; needed if `learners.count` is above 1.");
    public static final ConfigKey<String> MODEL_MANIFESTS =
            topic("topics.model-manifests", "model-manifests").doc("Topic of snapshot manifests.");
    public static final ConfigKey<String> POPULAR_ITEMS = topic("topics.popular-items", "popular-items")
            .doc("Topic of the popular items in each partition of the clicks.");
    public static final ConfigKey<String> RECOMMENDATIONS =
            topic("topics.recommendations", "recommendations").doc("Topic of recommendations.");
    public static final ConfigKey<String> DEAD_LETTERS =
            topic("topics.dead-letters", "dead-letters").doc("Topic of refused clicks and requests.");
    public static final ConfigKey<Optional<String>> SHADOW = KEYS.optional("topics.shadow", TextForms::topicName)
            .doc("Topic of a shadow's answers; if empty, `topics.recommendations` followed by `-shadow-` and"
                    + " `variants.name`.");
    public static final ConfigKey<Boolean> CREATE =
            KEYS.flag("topics.create", true).doc("Whether missing topics are created at start.");
    public static final ConfigKey<Integer> PARTITIONS = KEYS.integer("topics.partitions", 32, "partitions")
            .between(1, 10_000)
            .doc("Partitions of created topics that are keyed by user.");
    public static final ConfigKey<Integer> REPLICATION_FACTOR = KEYS.integer("topics.replication.factor", -1, "copies")
            .between(-1, 32)
            .doc("Replication of created topics; -1 is the broker's default.");
    public static final ConfigKey<Duration> RETENTION = KEYS.millis("topics.retention.ms", Duration.ofDays(7))
            .atLeast(1)
            .doc("Retention of created topics that are cleaned by age.");
    public static final ConfigKey<Duration> DELTAS_RETENTION = KEYS.millis(
                    "topics.model-deltas.retention.ms", Duration.ofHours(2))
            .atLeast(1)
            .doc(
                    "Retention of a created `topics.model-deltas`. Scorers that start need the deltas since the newest snapshot.");

    public static final ConfigKey<Duration> MERGES_RETENTION = KEYS.millis(
                    "topics.model-merges.retention.ms", Duration.ofHours(6))
            .atLeast(1)
            .doc("Retention of a created `topics.model-merges`. A learner that starts needs the differences since its"
                    + " newest snapshot, so this bounds how long a learner may be down.");

    /** The keys of the topics that Freshet reads and writes, in the order of the data flow. */
    public static final List<ConfigKey<String>> NAMES = List.of(
            CLICKS,
            CLICKS_REKEYED,
            ITEMS,
            REQUESTS,
            SEQUENCES,
            MODEL_LOG,
            MODEL_DELTAS,
            MODEL_MERGES,
            MODEL_MANIFESTS,
            POPULAR_ITEMS,
            RECOMMENDATIONS,
            DEAD_LETTERS);

    private TopicKeys() {}

    /**
     * Returns the names of all topics of clicks.
     *
     * @param text valid value of {@link #CLICKS}, as it was written
     */
    public static List<String> clickTopics(String text) {
        return TextForms.topicNames(text);
    }

    private static ConfigKey.Draft<String> topic(String name, String byDefault) {
        return KEYS.text(name, byDefault).as(TextForms::topicName);
    }
}
