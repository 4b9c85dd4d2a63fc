package io.freshet.service.request;

import io.freshet.client.click.Click;
import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.client.request.RecommendationRequest.Event;
import io.freshet.client.text.Utf8;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.json.Field;
import io.freshet.service.request.BadRequestException.Reason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects and validates the fields of one request. Used once. */
final class RequestFields {
    static final String USER_ID = "user_id";
    static final String HISTORY = "history";
    static final String K = "k";
    static final String EXCLUDE = "exclude";
    static final String INCLUDE_ONLY = "include_only";
    static final String CATEGORIES = "categories";
    static final String MAX_PER_CATEGORY = "max_per_category";
    static final String MIN_SCORE = "min_score";
    static final String WHY = "why";

    static final long JUST_NOW = RecommendationRequest.JUST_NOW;

    private static final int SHOWN_CHARACTERS = 80;
    private static final int MAX_CATEGORY_BYTES = Click.MAX_ID_BYTES;

    private final FreshetConfig config;
    private @Nullable String userId;
    private @Nullable List<Event> history;
    private int k;
    private Set<String> exclude = Set.of();
    private @Nullable Set<String> includeOnly;
    private Set<String> categories = Set.of();
    private int maxPerCategory;
    private float minScore;
    private boolean why;

    RequestFields(FreshetConfig config) {
        this.config = config;
        this.k = config.get(ScoringKeys.TOP_K);
    }

    void userId(String value) throws BadRequestException {
        userId = id(USER_ID, value);
    }

    void history(List<Event> events) throws BadRequestException {
        if (events.isEmpty()) {
            throw bad(HISTORY, "must have at least one event, or be left out if there is a user_id", "[]");
        }
        requireOrdered(events);
        history = events;
    }

    /** Throws as soon as a history is too long, so that the rest of it is not parsed in vain. */
    void requireHistoryFits(int events) throws BadRequestException {
        int most = config.get(ScoringKeys.MAX_HISTORY);
        if (events > most) {
            throw bad(HISTORY, "must have at most " + most + " events", "more");
        }
    }

    private static void requireOrdered(List<Event> events) throws BadRequestException {
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < events.size(); i++) {
            long timestampMs = events.get(i).timestampMs();
            if (timestampMs != JUST_NOW && timestampMs < latest) {
                throw bad(
                        HISTORY + "[" + i + "].timestamp",
                        "must not be before that of an earlier event, which is " + latest,
                        Long.toString(timestampMs));
            }
            latest = timestampMs == JUST_NOW ? latest : timestampMs;
        }
    }

    void k(String value) throws BadRequestException {
        k = integer(K, value, config.get(ScoringKeys.MAX_K));
    }

    void exclude(List<String> ids) throws BadRequestException {
        exclude = distinct(EXCLUDE, ids, RequestFields::id);
    }

    void includeOnly(List<String> ids) throws BadRequestException {
        requireSome(INCLUDE_ONLY, ids);
        includeOnly = distinct(INCLUDE_ONLY, ids, RequestFields::id);
    }

    void categories(List<String> names) throws BadRequestException {
        requireCatalogue(CATEGORIES);
        requireSome(CATEGORIES, names);
        categories = distinct(CATEGORIES, names, (field, value) -> text(field, value, MAX_CATEGORY_BYTES));
    }

    void maxPerCategory(String value) throws BadRequestException {
        requireCatalogue(MAX_PER_CATEGORY);
        maxPerCategory = integer(MAX_PER_CATEGORY, value, Integer.MAX_VALUE);
    }

    void minScore(String value) throws BadRequestException {
        minScore = share(value);
    }

    void why(String value) throws BadRequestException {
        why = switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(WHY, "must be true or false", value);
        };
    }

    /** Throws as soon as a list has too many values. */
    void requireListFits(String field, int size) throws BadRequestException {
        int most = config.get(ScoringKeys.MAX_IDS);
        if (size > most) {
            throw bad(field, "must have at most " + most + " values", "more");
        }
    }

    private void requireCatalogue(String field) throws BadRequestException {
        if (!config.get(RecordKeys.CATALOGUE)) {
            throw new BadRequestException(
                    Reason.NO_CATALOGUE, field, field + " needs the catalogue of items: items.catalogue=off");
        }
    }

    private static void requireSome(String field, List<String> values) throws BadRequestException {
        if (values.isEmpty()) {
            throw bad(field, "must have at least one value, or be left out", "[]");
        }
    }

    /** Validates one value of a list. */
    @FunctionalInterface
    private interface Check {
        String of(String field, String value) throws BadRequestException;
    }

    private Set<String> distinct(String field, List<String> values, Check check) throws BadRequestException {
        requireListFits(field, values.size());
        Set<String> distinct = new LinkedHashSet<>();
        for (String value : values) {
            distinct.add(check.of(field, value));
        }
        return distinct;
    }

    /** Returns the id of a user or an item, which must meet the same conditions as in a click. */
    static String id(String field, String value) throws BadRequestException {
        text(field, value, Click.MAX_ID_BYTES);
        if (Click.controlCharacterIn(value) >= 0) {
            throw bad(field, "must have no control character", value.replaceAll("\\p{Cntrl}", "\ufffd"));
        }
        return value;
    }

    /** Returns the text, which must have 1 to {@code maxBytes} bytes of UTF-8. */
    static String text(String field, String value, int maxBytes) throws BadRequestException {
        int bytes = Utf8.length(value);
        if (bytes == Utf8.UNPAIRED_SURROGATE) {
            throw bad(field, "must have no unpaired surrogate", value.replaceAll("[\\ud800-\\udfff]", "\ufffd"));
        }
        if (bytes == 0 || bytes > maxBytes) {
            throw bad(field, "must have from 1 to " + maxBytes + " bytes of UTF-8", value);
        }
        return value;
    }

    private static int integer(String field, String value, int most) throws BadRequestException {
        int number;
        try {
            number = Integer.parseInt(value);
        } catch (NumberFormatException _) {
            number = 0;
        }
        if (number < 1 || number > most) {
            throw bad(field, "must be an integer from 1 to " + most, value);
        }
        return number;
    }

    private static float share(String value) throws BadRequestException {
        float number;
        try {
            number = Float.parseFloat(value);
        } catch (NumberFormatException _) {
            number = Float.NaN;
        }
        if (!(number >= 0 && number <= 1)) {
            throw bad(MIN_SCORE, "must be a number from 0 to 1", value);
        }
        return number;
    }

    /** @param field name of the field in messages */
    static void requireKnown(String name, String field, List<Field> known) throws BadRequestException {
        if (known.stream().noneMatch(one -> one.name().equals(name))) {
            throw new BadRequestException(
                    Reason.UNKNOWN_FIELD,
                    shown(field),
                    "a field must be one of " + known.stream().map(Field::name).collect(Collectors.joining(", ")) + ": "
                            + shown(field));
        }
    }

    static void requireFirst(String field, boolean isFirst) throws BadRequestException {
        if (!isFirst) {
            throw new BadRequestException(Reason.DUPLICATE_FIELD, field, "a field must appear only once: " + field);
        }
    }

    /** Returns an exception for a field that violates a condition. */
    static BadRequestException bad(String field, String mustHold, String value) {
        return new BadRequestException(
                Reason.BAD_FIELD, field, field + " " + mustHold + ": " + field + "=" + shown(value));
    }

    private static String shown(String value) {
        return value.length() <= SHOWN_CHARACTERS ? value : value.substring(0, SHOWN_CHARACTERS) + "…";
    }

    RecommendationRequest toRequest() throws BadRequestException {
        if ((userId == null) == (history == null)) {
            throw new BadRequestException(
                    Reason.MISSING_FIELD,
                    USER_ID,
                    "a request must have either a user_id or a history: it has "
                            + (userId == null ? "neither" : "both"));
        }
        return new RecommendationRequest(userId, history, k, selection(), why);
    }

    ItemListing toListing() {
        return new ItemListing(k, selection());
    }

    private ItemSelection selection() {
        return new ItemSelection(exclude, includeOnly, categories, maxPerCategory, minScore);
    }
}
