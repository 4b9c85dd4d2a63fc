package io.freshet.service.config.key;

import io.freshet.service.clickformat.ClickFormats;
import io.freshet.service.clickformat.FieldPath;
import io.freshet.service.clickformat.Framing;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigDef;

/** Keys of the format of clicks on their topics. */
public final class ClickKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<ClickFormats> FORMAT = KEYS.text("clicks.format", "json")
            .requires(ConfigDef.ValidString.in(
                    "json", "cloudevents", "debezium", "connect", "avro", "protobuf", "json-schema"))
            .as(name -> ClickFormats.valueOf(constant(name)))
            .doc(
                    "Format of the records on the topics of clicks: `json`, `cloudevents` (CloudEvents 1.0 with data in JSON, in"
                            + " structured or binary mode), `debezium` (the envelope of Debezium's changes, in JSON), `connect`"
                            + " (the envelope of Kafka Connect's JsonConverter with `schemas.enable`), or, with a schema"
                            + " registry, `avro`, `protobuf` or `json-schema`.");
    public static final ConfigKey<Framing> FRAMING = KEYS.text("clicks.framing", "confluent")
            .requires(ConfigDef.ValidString.in("confluent", "apicurio", "apicurio-global", "apicurio-headers"))
            .as(name -> Framing.valueOf(constant(name)))
            .doc("How records of the formats `avro`, `protobuf` and `json-schema` name their schema: `confluent` (as"
                    + " Confluent's serializers do), `apicurio` (the default of Apicurio's from version 3 on: 4 bytes with"
                    + " a content id), `apicurio-global` (the default of earlier ones: 8 bytes with a global id), or"
                    + " `apicurio-headers` (a content id or a global id in a header).");
    public static final ConfigKey<FieldPath> USER = KEYS.text("clicks.field.user", "user_id")
            .as(FieldPath::parse)
            .doc(
                    "Where a click has its user: names with dots, as in `customer.id`, or a JSON Pointer, as in"
                            + " `/customer/id`. The path begins in the record, in the data of CloudEvents, in `after` of Debezium, or"
                            + " in `payload` of Kafka Connect. With `cloudevents`, `ce_subject` is the attribute `subject`, and so on.");
    public static final ConfigKey<FieldPath> ITEM =
            KEYS.text("clicks.field.item", "item_id").as(FieldPath::parse).doc("Where a click has its item.");
    public static final ConfigKey<Optional<FieldPath>> TIME = KEYS.optional("clicks.field.time", FieldPath::parse)
            .doc("Where a click has its time; if empty, `timestamp`, and with `cloudevents` the event's `time`.");
    public static final ConfigKey<Optional<FieldPath>> TYPE = KEYS.optional("clicks.field.type", FieldPath::parse)
            .doc(
                    "Where a click has its event type; if empty, `event_type`, and with `cloudevents` the event's `type`.");
    public static final ConfigKey<Optional<FieldPath>> ID = KEYS.optional("clicks.field.id", FieldPath::parse)
            .doc(
                    "Where a click has the id by which duplicates are found; if empty, `event_id`, and with `cloudevents` the"
                            + " event's `source` and `id` together.");
    public static final ConfigKey<TimeUnit> TIME_UNIT = KEYS.text("clicks.time.unit", "ms")
            .requires(ConfigDef.ValidString.in("s", "ms", "us", "ns"))
            .as(ClickKeys::unit)
            .doc(
                    "Unit of times that are integers: `s`, `ms`, `us` or `ns` since 1970. Times that are texts are in ISO-8601,"
                            + " whatever the unit.");

    public static final ConfigKey<Optional<String>> EVENT_TYPE = KEYS.optional("clicks.type", TextForms::eventType)
            .doc("Event type of all clicks, for records that have none; if empty, a click has the type of its record."
                    + " Clicks in records with the header `freshet.format` keep their own type.");

    /** The keys that can also be set for one topic of clicks. The name of such a setting is {@link ConfigKey#nameFor}. */
    public static final List<ConfigKey<?>> PER_TOPIC =
            List.of(FORMAT, FRAMING, USER, ITEM, TIME, TYPE, ID, TIME_UNIT, EVENT_TYPE);

    private ClickKeys() {}

    /** Returns the text that stands for a constant in the configuration. {@link #constant} is the reverse. */
    public static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String constant(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static TimeUnit unit(String text) {
        return switch (text) {
            case "s" -> TimeUnit.SECONDS;
            case "us" -> TimeUnit.MICROSECONDS;
            case "ns" -> TimeUnit.NANOSECONDS;
            default -> TimeUnit.MILLISECONDS;
        };
    }
}
