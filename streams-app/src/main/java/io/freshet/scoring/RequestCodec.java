package io.freshet.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import io.freshet.config.RequestLimits;
import io.freshet.scoring.BadRequestException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Requests as JSON, and as the parameters of a URL; the fields, what they must hold and what is said where they do not
 * are the same.
 *
 * <pre>
 * {"user_id": "u",                      either this, a string or an integer,
 *  "history": [{"item_id": "i", "timestamp": 1700000000000, "event_type": "view"}, "j", …],
 *                                       or this, oldest first; timestamp and event_type may be left out
 *  "k": 10,
 *  "exclude": ["i", …],
 *  "include_only": ["i", …],            one item at least
 *  "categories": ["c", …],              one category at least
 *  "max_per_category": 2,               1 at least
 *  "min_score": 0.01,                   from 0 to 1
 *  "why": true}
 * </pre>
 *
 * A field that is null counts as absent; one of another name is refused. Parameters have the same names but for {@code
 * category}; one that takes several values stands several times. Thread-safe.
 */
public final class RequestCodec {
    /** The longest request that is looked into: 1 MiB. */
    public static final int MAX_REQUEST_BYTES = 1 << 20;

    /** Names are not interned: the names of a hostile client would stay in the JVM for ever. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final RequestLimits limits;

    public RequestCodec(RequestLimits limits) {
        this.limits = limits;
    }

    /**
     * The request that a text in UTF-8 is.
     *
     * @throws BadRequestException where it is none that can be answered
     */
    public RecommendationRequest parse(byte[] json) throws BadRequestException {
        if (json.length > MAX_REQUEST_BYTES) {
            throw new BadRequestException(
                    Reason.REQUEST_TOO_LARGE,
                    null,
                    "a request must have at most " + MAX_REQUEST_BYTES + " bytes: length=" + json.length);
        }
        RequestFields fields = new RequestFields(limits);
        try (JsonParser parser = JSON.createParser(json)) {
            new RequestReader(parser, fields).read();
        } catch (IOException e) {
            throw new BadRequestException(Reason.NOT_JSON, null, "a request must be JSON: length=" + json.length, e);
        }
        return fields.toRequest();
    }

    /**
     * A request for a user, with parameters.
     *
     * @param parameters {@code k}, {@code exclude}, {@code include_only}, {@code category}, {@code max_per_category},
     *     {@code min_score} and {@code why}, each with the values that it has, decoded
     * @throws BadRequestException for a parameter that is not known or does not hold
     */
    public RecommendationRequest forUser(String userId, Map<String, List<String>> parameters)
            throws BadRequestException {
        RequestFields fields = new RequestFields(limits);
        fields.userId(userId);
        RequestParameters.ofUser(parameters, fields);
        return fields.toRequest();
    }

    /**
     * A request for items without a user, with the same parameters but for {@code why}.
     *
     * @throws BadRequestException for a parameter that is not known or does not hold
     */
    public ItemListing listing(Map<String, List<String>> parameters) throws BadRequestException {
        RequestFields fields = new RequestFields(limits);
        RequestParameters.ofItems(parameters, fields);
        return fields.toListing();
    }
}
