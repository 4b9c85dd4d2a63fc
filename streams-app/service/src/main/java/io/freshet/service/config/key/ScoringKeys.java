package io.freshet.service.config.key;

import io.freshet.model.search.Scorer;
import java.time.Duration;
import org.apache.kafka.common.config.ConfigDef;

/** Keys of the scorer, and of requests for recommendations. */
public final class ScoringKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<Integer> TOP_K = KEYS.integer("scoring.top.k", 10, "items")
            .between(1, 1_000)
            .doc("The most items in a recommendation after a click, or in an answer to a request without `k`.");
    public static final ConfigKey<Integer> WORKERS = KEYS.integer("scoring.workers", 1, "threads")
            .between(1, 256)
            .doc("Threads that share the search for one recommendation; at most one for each 65,536 items.");
    public static final ConfigKey<Integer> APPROXIMATE_ITEMS = KEYS.integer(
                    "scoring.approximate.items", 2_000_000, "items")
            .between(0, Integer.MAX_VALUE)
            .doc("From this number of items on, Freshet searches for the best items in clusters, which finds nearly"
                    + " all of them, instead of among all items; 0 for never.");
    public static final ConfigKey<Float> EXPLORE_SHARE = KEYS.decimal("explore.share", "0")
            .between(0, 1)
            .doc(
                    "Mean share of the places of a recommendation, from 0 to 1, for items of the catalogue that the served model"
                            + " does not know, mostly because no user has clicked them. They are the last items of the"
                            + " recommendation and have the score 0. If items of the catalogue have titles or embeddings,"
                            + " these decide which new items a user gets. Above 0, it needs `items.catalogue=filter`.");
    public static final ConfigKey<Duration> POPULARITY_HALF_LIFE = KEYS.millis(
                    "scoring.popularity.half.life.ms", Duration.ofDays(1))
            .atLeast(1)
            .doc("Half-life, in click time, of a click's weight in the fallback popularity.");
    public static final ConfigKey<Integer> POPULARITY_ITEMS = KEYS.integer("scoring.popularity.items", 100_000, "items")
            .atLeast(2_000)
            .doc("The most items whose popularity a task keeps in memory.");
    public static final ConfigKey<Boolean> AVRO = KEYS.text("recommendations.format", "json")
            .requires(ConfigDef.ValidString.in("json", "avro"))
            .as("avro"::equals)
            .doc(
                    "Format of the records on `topics.recommendations`: `json`, or `avro` with the framing of Confluent. With"
                            + " `avro` the schema is registered at the start, under the name of the topic and `-value`. HTTP always"
                            + " answers in JSON.");
    public static final ConfigKey<Repeats> REPEATS = KEYS.text("recommend.repeats", "never")
            .requires(ConfigDef.ValidString.in("never", "learned", "always"))
            .as(Repeats::named)
            .doc(
                    "Whether items of the user's history are recommended again: `never`; `always`, by the model's scores like"
                            + " all other items; `learned`, with the probability of a repeat that the model has learned."
                            + " `events.seen.return.ms` takes precedence for each type that it names, and for all types if it names"
                            + " `*`. Events in `events.filter.only` and `events.negative` hide their items unless it names them."
                            + " `learned` needs a memory (`model.memory.window` above 0).");
    public static final ConfigKey<Integer> MAX_K = KEYS.integer("recommendations.max.k", 1_000, "items")
            .between(1, 10_000)
            .doc("The most items that a request may ask for.");
    public static final ConfigKey<Integer> MAX_HISTORY = KEYS.integer("recommendations.max.history", 200, "events")
            .between(1, 10_000)
            .doc("The most events in the history of a request.");
    public static final ConfigKey<Integer> MAX_IDS = KEYS.integer("recommendations.max.ids", 1_000, "items")
            .between(1, 100_000)
            .doc("The most values in each list of a request.");
    public static final ConfigKey<Integer> WHY_ITEMS = KEYS.integer("recommendations.why.items", 20, "items")
            .between(1, Scorer.MAX_HISTORIES - 1)
            .doc("Number of newest items of a history that are considered as reasons, if a request asks why.");

    private ScoringKeys() {}
}
