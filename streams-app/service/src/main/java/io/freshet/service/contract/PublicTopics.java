package io.freshet.service.contract;

import io.freshet.client.click.Click;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.client.item.CatalogueItem;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.json.Field;
import io.freshet.service.json.Schema;
import io.freshet.service.request.RequestCodec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The schemas of the records of the public topics. They use only keywords that mean the same in JSON Schema 2020-12 and in
 * draft 7, from which AsyncAPI's own format is derived. Immutable.
 */
public final class PublicTopics {
    /** A click as {@link io.freshet.client.click.ClickCodec} reads it. */
    public static final Schema CLICK = Schema.object(List.of(
                    Field.required("user_id", Schema.id(), ""),
                    Field.required("item_id", Schema.id(), ""),
                    Field.required("timestamp", Schema.timestamp(), ""),
                    Field.optional("event_type", Schema.optionalText(Click.MAX_EVENT_TYPE_BYTES), ""),
                    Field.optional(
                            "event_id",
                            Schema.optionalText(Click.MAX_EVENT_ID_BYTES),
                            "A second click of the user with the same id is dropped.")))
            .named("Click");

    /** A recommendation as {@link io.freshet.client.recommendation.RecommendationCodec} writes it. */
    static final Schema RECOMMENDATION = Schema.of(Recommendation.class);

    /** An item as {@link io.freshet.client.item.CatalogueItemCodec} reads it. */
    static final Schema ITEM = Schema.object(
                    List.of(
                            Field.optional(
                                    "categories",
                                    Schema.type("string", "integer").list().orNull(),
                                    "None if absent or null. An integer counts as the text of its digits."),
                            Field.optional(
                                    "available",
                                    Schema.type("boolean").orNull(),
                                    "Whether the item may be recommended. True if absent or null."),
                            Field.optional(
                                    "title",
                                    Schema.type("string").orNull(),
                                    "Words that describe the item. With `explore.share`, they decide which new items a user gets."),
                            Field.optional(
                                    "embedding",
                                    Schema.type("number")
                                            .list()
                                            .with("maxItems", CatalogueItem.MAX_EMBEDDING)
                                            .orNull(),
                                    "Numbers that describe the item, used like the title. All embeddings must have the same length.")))
            .named("CatalogueItem");

    /** The headers of a dead letter as {@link io.freshet.client.deadletter.DeadLetter} reads them. */
    static final Schema DEAD_LETTER_HEADERS = Schema.object(List.of(
                    header(DeadLetterHeaders.REASON, "The reason, in kebab case.", true),
                    header(DeadLetterHeaders.DETAIL, "The violated condition, for a person.", true),
                    header(
                            DeadLetterHeaders.ORIGIN_TOPIC,
                            "Topic of the record that could not be used. A record has all headers of the origin or none.",
                            false),
                    number(DeadLetterHeaders.ORIGIN_PARTITION, "Partition of this record."),
                    number(DeadLetterHeaders.ORIGIN_OFFSET, "Offset of this record."),
                    number(DeadLetterHeaders.ORIGIN_TIMESTAMP, "Milliseconds since 1970."),
                    header(
                            DeadLetterHeaders.REFUSED_TOPIC,
                            "The topic that refused the record, if Freshet made the record.",
                            false),
                    header(
                            ClickFormat.HEADER,
                            "`json` if the value is a click in Freshet's own format, although the configuration names another.",
                            false),
                    number(DeadLetterHeaders.KEY_LENGTH, "Bytes of the key as received, if it was cut."),
                    header(DeadLetterHeaders.KEY_SHA256, "SHA-256 of the key as received, if it was cut.", false),
                    number(DeadLetterHeaders.VALUE_LENGTH, "Bytes of the value as received, if it was cut."),
                    header(DeadLetterHeaders.VALUE_SHA256, "SHA-256 of the value as received, if it was cut.", false)))
            .named("DeadLetterHeaders");

    private PublicTopics() {}

    private static Field header(String name, String description, boolean required) {
        return new Field(name, Schema.type("string"), description, required);
    }

    private static Field number(String name, String description) {
        return Field.optional(name, Schema.type("string").with("pattern", "^-?[0-9]+$"), description);
    }

    /**
     * Returns the schemas by the name of their file, without its ending.
     *
     * @param config has the limits of requests
     */
    static Map<String, Schema> schemas(FreshetConfig config) {
        Map<String, Schema> schemas = new LinkedHashMap<>();
        schemas.put("click", CLICK);
        schemas.put("recommendation", RECOMMENDATION);
        schemas.put("recommendation-request", new RequestCodec(config).onTopic());
        schemas.put("catalogue-item", ITEM);
        schemas.put("dead-letter-headers", DEAD_LETTER_HEADERS);
        return schemas;
    }
}
