package io.freshet.service.config.key;

import io.freshet.store.sequence.RepeatPolicy;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;

/** Keys on the meaning of events and items, and on headers and dead letters. */
public final class RecordKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<Map<String, Float>> EVENTS_WEIGHTS = KEYS.text("events.weights", "")
            .as(EventTypesParser::weights)
            .doc("Weights of event types in learning, as in `purchase=4,view=0.5`. A type that is not named has"
                    + " weight 1; events of a type with weight 0 are only part of the history.");
    public static final ConfigKey<Set<String>> EVENTS_FILTER_ONLY = KEYS.text("events.filter.only", "")
            .as(EventTypesParser::types)
            .doc("Event types, separated by commas, that only mark the item as seen.");
    public static final ConfigKey<Set<String>> EVENTS_NEGATIVE = KEYS.text("events.negative", "")
            .as(EventTypesParser::types)
            .doc("Event types, separated by commas, that remove the user's earlier events on the item.");
    public static final ConfigKey<RepeatPolicy> EVENTS_SEEN_RETURN = KEYS.text("events.seen.return.ms", "")
            .as(EventTypesParser::repeats)
            .doc("Time after an event until its item may be recommended to the user again, by event type, as in"
                    + " `view=86400000,impression=0,*=2592000000`; `*` stands for all other types, and for"
                    + " events without a type. 0 is at once. Items of a type that is not named do not return"
                    + " as long as the event is in the window, unless `recommend.repeats` lets them.");
    public static final ConfigKey<Boolean> CATALOGUE = KEYS.text("items.catalogue", "off")
            .requires(ConfigDef.ValidString.in("off", "filter"))
            .as("filter"::equals)
            .doc("`filter` recommends only items that are in the catalogue and available; `off` reads no"
                    + " catalogue.");
    public static final ConfigKey<Set<String>> PASSED_HEADERS = KEYS.text("records.passed.headers", "")
            .as(TextForms::headerNames)
            .doc("Names of headers, separated by commas, that Freshet copies from clicks and requests to its outputs,"
                    + " besides `traceparent`, `tracestate`, `baggage` and `correlation-id`. It drops all others.");
    public static final ConfigKey<Integer> DEAD_LETTER_BYTES = KEYS.integer(
                    "records.dead.letter.bytes", 524_288, "bytes")
            .between(1_024, 1 << 30)
            .doc("The longest value of a dead letter. Freshet cuts longer values and writes their length and SHA-256"
                    + " into the headers. Never more than fits into `kafka.producer.max.request.size`.");

    private RecordKeys() {}
}
