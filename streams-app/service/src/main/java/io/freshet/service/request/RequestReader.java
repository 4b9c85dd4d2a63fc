package io.freshet.service.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.freshet.client.click.Click;
import io.freshet.client.click.IsoTimestamp;
import io.freshet.client.request.RecommendationRequest.Event;
import io.freshet.service.json.Field;
import io.freshet.service.request.BadRequestException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one request from the start of a parser to its end, without building a tree. Used once. */
final class RequestReader {
    private static final int MAX_EPOCH_MS_DIGITS = 15;

    private final JsonParser parser;
    private final RequestFields fields;
    private final List<Field> known;

    /** @param known fields that a request may have */
    RequestReader(JsonParser parser, RequestFields fields, List<Field> known) {
        this.parser = parser;
        this.fields = fields;
        this.known = known;
    }

    void read() throws IOException, BadRequestException {
        JsonToken first = parser.nextToken();
        if (first != JsonToken.START_OBJECT) {
            Reason reason = first == null ? Reason.NOT_JSON : Reason.NOT_AN_OBJECT;
            throw new BadRequestException(
                    reason, null, "a request must be a JSON object: it is " + (first == null ? "blank" : first));
        }
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            RequestFields.requireKnown(name, name, known);
            RequestFields.requireFirst(name, seen.add(name));
            if (parser.nextToken() != JsonToken.VALUE_NULL) {
                readValue(name);
            }
        }
        if (parser.nextToken() != null) {
            throw new BadRequestException(
                    Reason.NOT_JSON, null, "nothing must follow the JSON object: " + parser.currentToken());
        }
    }

    private void readValue(String name) throws IOException, BadRequestException {
        switch (name) {
            case RequestFields.USER_ID -> fields.userId(id(name));
            case RequestFields.HISTORY -> fields.history(events());
            case RequestFields.K -> fields.k(integer(name));
            case RequestFields.EXCLUDE -> fields.exclude(ids(name));
            case RequestFields.INCLUDE_ONLY -> fields.includeOnly(ids(name));
            case RequestFields.CATEGORIES -> fields.categories(ids(name));
            case RequestFields.MAX_PER_CATEGORY -> fields.maxPerCategory(integer(name));
            case RequestFields.MIN_SCORE -> fields.minScore(number(name));
            default -> fields.why(truth(name));
        }
    }

    private List<Event> events() throws IOException, BadRequestException {
        requireArray(RequestFields.HISTORY);
        List<Event> events = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            fields.requireHistoryFits(events.size() + 1);
            String path = RequestFields.HISTORY + "[" + events.size() + "]";
            events.add(
                    parser.currentToken() == JsonToken.START_OBJECT
                            ? event(path)
                            : eventOf(itemId(path), RequestFields.JUST_NOW, null));
        }
        return events;
    }

    private Event event(String path) throws IOException, BadRequestException {
        String itemId = null;
        long timestampMs = RequestFields.JUST_NOW;
        String eventType = null;
        Set<String> seen = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String field = path + "." + name;
            RequestFields.requireKnown(name, field, RequestSchema.OF_EVENT);
            RequestFields.requireFirst(field, seen.add(name));
            if (parser.nextToken() == JsonToken.VALUE_NULL) {
                continue;
            }
            switch (name) {
                case RequestSchema.ITEM_ID -> itemId = itemId(field);
                case RequestSchema.TIMESTAMP -> timestampMs = timestampMs(field);
                default -> eventType = eventType(field);
            }
        }
        if (itemId == null) {
            throw new BadRequestException(
                    Reason.MISSING_FIELD,
                    path + "." + RequestSchema.ITEM_ID,
                    path + "." + RequestSchema.ITEM_ID + " must be there");
        }
        return eventOf(itemId, timestampMs, eventType);
    }

    private static Event eventOf(String itemId, long timestampMs, @Nullable String eventType) {
        return new Event(itemId, timestampMs, eventType);
    }

    private List<String> ids(String field) throws IOException, BadRequestException {
        requireArray(field);
        List<String> ids = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            fields.requireListFits(field, ids.size() + 1);
            ids.add(id(field + "[" + ids.size() + "]"));
        }
        return ids;
    }

    private String itemId(String field) throws IOException, BadRequestException {
        return RequestFields.id(field, id(field));
    }

    /** Returns an id, which is a string, or an integer, which is read as its text. */
    private String id(String field) throws IOException, BadRequestException {
        if (parser.currentToken() != JsonToken.VALUE_STRING && parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(field, "a string or an integer");
        }
        return parser.getText();
    }

    private String eventType(String field) throws IOException, BadRequestException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrongType(field, "a string");
        }
        return RequestFields.text(field, parser.getText(), Click.MAX_EVENT_TYPE_BYTES);
    }

    private long timestampMs(String field) throws IOException, BadRequestException {
        long ms = switch (parser.currentToken()) {
            case VALUE_NUMBER_INT -> parser.getTextLength() <= MAX_EPOCH_MS_DIGITS ? parser.getLongValue() : -1;
            case VALUE_STRING -> IsoTimestamp.parseMs(parser.getText());
            default -> throw wrongType(field, "an integer or a string");
        };
        if (ms < 0 || ms > Click.MAX_TIMESTAMP_MS) {
            throw RequestFields.bad(
                    field,
                    "must be epoch ms in [0, " + Click.MAX_TIMESTAMP_MS + "] or an ISO-8601 date-time with an offset",
                    parser.getText());
        }
        return ms;
    }

    private String integer(String field) throws IOException, BadRequestException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(field, "an integer");
        }
        return parser.getText();
    }

    private String number(String field) throws IOException, BadRequestException {
        if (!parser.currentToken().isNumeric()) {
            throw wrongType(field, "a number");
        }
        return parser.getText();
    }

    private String truth(String field) throws IOException, BadRequestException {
        if (!parser.currentToken().isBoolean()) {
            throw wrongType(field, "true or false");
        }
        return parser.getText();
    }

    private void requireArray(String field) throws IOException, BadRequestException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType(field, "an array");
        }
    }

    private BadRequestException wrongType(String field, String type) throws IOException {
        return RequestFields.bad(field, "must be " + type, parser.getText());
    }
}
