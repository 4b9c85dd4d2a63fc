package io.freshet.service.request;

import io.freshet.client.click.Click;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.json.Field;
import io.freshet.service.json.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields of requests in JSON and in URLs. The readers refuse all other fields, and the description of the HTTP API has
 * these. Immutable.
 *
 * @param fields fields in JSON
 * @param ofUser parameters of a URL about a user
 * @param ofItems parameters of a URL that is not about a user
 */
record RequestSchema(List<Field> fields, List<Field> ofUser, List<Field> ofItems) {
    /** Name of {@link RequestFields#CATEGORIES} in a URL, where each value has a parameter of its own. */
    static final String CATEGORY = "category";

    static final String ITEM_ID = "item_id";
    static final String TIMESTAMP = "timestamp";
    static final String EVENT_TYPE = "event_type";

    /** Fields of an event of a history. */
    static final List<Field> OF_EVENT = List.of(
            Field.required(ITEM_ID, Schema.id(), ""),
            Field.optional(TIMESTAMP, Schema.timestamp().orNull(), ""),
            Field.optional(EVENT_TYPE, Schema.text(Click.MAX_EVENT_TYPE_BYTES).orNull(), ""));

    private static final Field WHY_FIELD = Field.optional(
            RequestFields.WHY,
            Schema.type("boolean"),
            "Whether each returned item includes the user's past items that led to it.");

    static RequestSchema of(FreshetConfig config) {
        Schema event = Schema.oneOf(Schema.id(), Schema.object(OF_EVENT).closed());
        List<Field> fields = new ArrayList<>(List.of(
                Field.optional(RequestFields.USER_ID, Schema.id(), ""),
                Field.optional(
                        RequestFields.HISTORY,
                        some(event.list()).with("maxItems", config.get(ScoringKeys.MAX_HISTORY)),
                        "Oldest first.")));
        fields.addAll(conditions(config, Schema.id(), RequestFields.CATEGORIES, ""));
        fields.add(WHY_FIELD);
        List<Field> ofItems = conditions(config, Schema.text(Click.MAX_ID_BYTES), CATEGORY, " May be repeated.");
        List<Field> ofUser = new ArrayList<>(ofItems);
        ofUser.add(WHY_FIELD);
        return new RequestSchema(List.copyOf(fields), List.copyOf(ofUser), ofItems);
    }

    /** @param repeated addition to the description of a list */
    private static List<Field> conditions(FreshetConfig config, Schema id, String categories, String repeated) {
        Schema ids = id.list().with("maxItems", config.get(ScoringKeys.MAX_IDS));
        Schema count = Schema.type("integer").with("minimum", 1);
        Schema share = Schema.type("number").with("minimum", 0).with("maximum", 1);
        String needs = " Needs " + code(RecordKeys.CATALOGUE) + ".";
        return List.of(
                Field.optional(
                        RequestFields.K,
                        count.with("maximum", config.get(ScoringKeys.MAX_K))
                                .with("default", config.get(ScoringKeys.TOP_K)),
                        "Maximum number of items to return. At most " + code(ScoringKeys.MAX_K) + "; the default is "
                                + code(ScoringKeys.TOP_K) + "."),
                Field.optional(RequestFields.EXCLUDE, ids, "Items that must not be returned." + repeated),
                Field.optional(
                        RequestFields.INCLUDE_ONLY,
                        some(ids),
                        "Items that may be returned; all other items may not." + repeated),
                Field.optional(
                        categories, some(ids), "Items must have at least one of these categories." + repeated + needs),
                Field.optional(
                        RequestFields.MAX_PER_CATEGORY, count, "Maximum number of items of one category." + needs),
                Field.optional(RequestFields.MIN_SCORE, share, "Minimum score of an item."));
    }

    private static Schema some(Schema list) {
        return list.with("minItems", 1);
    }

    private static String code(ConfigKey<?> key) {
        return "`" + key.name() + "`";
    }

    /**
     * Returns the schema of a request on its topic. Unlike {@link #body}, it says that fields may be null, and that a request
     * has either a user or a history.
     */
    Schema onTopic() {
        Schema object = Schema.object(fields.stream()
                .map(field -> Field.optional(field.name(), field.schema().orNull(), field.description()))
                .toList());
        return object.closed()
                .with(
                        "oneOf",
                        List.of(
                                present(RequestFields.USER_ID, List.of("string", "integer")),
                                present(RequestFields.HISTORY, "array")))
                .described("Has either a `user_id` or a `history`. A field that is null counts as absent.")
                .named("RecommendationRequest");
    }

    /** @param type the types in JSON, as a text or a list of texts */
    private static Map<String, Object> present(String field, Object type) {
        return new TreeMap<>(Map.of("required", List.of(field), "properties", Map.of(field, Map.of("type", type))));
    }

    /** Returns the schema of a request in JSON. */
    Schema body() {
        return Schema.object(fields)
                .closed()
                .described("Has either a `user_id` or a `history`. A field that is null counts as absent.")
                .named("Request");
    }
}
