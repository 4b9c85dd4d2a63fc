package io.freshet.client.recommendation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one object of a recommendation. A field that may be absent may not be null.
 *
 * @param object the object
 * @param name what the object is, for messages
 */
record RecommendationReader(JsonNode object, String name) {
    Recommendation recommendation() throws MalformedRecommendationException {
        requireObject();
        List<Recommendation.Item> items = new ArrayList<>();
        for (RecommendationReader item : Objects.requireNonNull(list("items", true))) {
            items.add(item.item());
        }
        RecommendationReader model = field("model").isNull() ? null : of("model");
        RecommendationReader cause = object.has("cause") ? of("cause") : null;
        return new Recommendation(
                optionalText("user_id"),
                items,
                model == null ? null : model.model(),
                Objects.requireNonNullElse(optionalText("variant"), ""),
                optionalText("fallback"),
                cause == null ? null : cause.cause(),
                integer("generated_at"));
    }

    private Recommendation.Item item() throws MalformedRecommendationException {
        List<RecommendationReader> reasons = list("because", false);
        List<Recommendation.Because> because = null;
        if (reasons != null) {
            because = new ArrayList<>();
            for (RecommendationReader reason : reasons) {
                because.add(new Recommendation.Because(reason.text("item_id"), reason.number("weight")));
            }
        }
        return new Recommendation.Item(text("item_id"), number("score"), because);
    }

    private Recommendation.Model model() throws MalformedRecommendationException {
        return new Recommendation.Model(text("version"), integer("step"));
    }

    private Recommendation.Cause cause() throws MalformedRecommendationException {
        return new Recommendation.Cause(
                text("topic"), shortInteger("partition"), integer("offset"), integer("timestamp"));
    }

    private void requireObject() throws MalformedRecommendationException {
        if (!object.isObject()) {
            throw new MalformedRecommendationException(name + " must be a JSON object: it is " + object.getNodeType());
        }
    }

    private JsonNode field(String field) throws MalformedRecommendationException {
        JsonNode value = object.get(field);
        if (value == null) {
            throw new MalformedRecommendationException(name + " must have the field " + field);
        }
        return value;
    }

    private RecommendationReader of(String field) throws MalformedRecommendationException {
        RecommendationReader reader = new RecommendationReader(field(field), field);
        reader.requireObject();
        return reader;
    }

    private @Nullable List<RecommendationReader> list(String field, boolean required)
            throws MalformedRecommendationException {
        if (!required && !object.has(field)) {
            return null;
        }
        JsonNode list = field(field);
        if (!list.isArray()) {
            throw wrongType(field, "an array", list);
        }
        List<RecommendationReader> elements = new ArrayList<>();
        for (JsonNode element : list) {
            RecommendationReader reader = new RecommendationReader(element, field + "[" + elements.size() + "]");
            reader.requireObject();
            elements.add(reader);
        }
        return elements;
    }

    private @Nullable String optionalText(String field) throws MalformedRecommendationException {
        return object.has(field) ? text(field) : null;
    }

    private String text(String field) throws MalformedRecommendationException {
        JsonNode value = field(field);
        if (!value.isTextual()) {
            throw wrongType(field, "a string", value);
        }
        return value.textValue();
    }

    private float number(String field) throws MalformedRecommendationException {
        JsonNode value = field(field);
        if (!value.isNumber()) {
            throw wrongType(field, "a number", value);
        }
        return value.floatValue();
    }

    private long integer(String field) throws MalformedRecommendationException {
        JsonNode value = field(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrongType(field, "an integer of 64 bits", value);
        }
        return value.longValue();
    }

    private int shortInteger(String field) throws MalformedRecommendationException {
        JsonNode value = field(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw wrongType(field, "an integer of 32 bits", value);
        }
        return value.intValue();
    }

    private MalformedRecommendationException wrongType(String field, String type, JsonNode value) {
        return new MalformedRecommendationException(
                name + " must have " + type + " in the field " + field + ": it is " + value.getNodeType());
    }
}
