package io.freshet.service.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.request.BadRequestException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Reads requests from JSON and from URL parameters. Fields, conditions and error messages are the same for both.
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
 * <p>A null field counts as absent; an unknown field is refused. The URL parameters have the same names, except that {@code
 * category} replaces {@code categories}. A parameter with several values is repeated. Thread-safe.
 */
public final class RequestCodec {
    /** Maximum length of a request that is parsed: 1 MiB. */
    public static final int MAX_REQUEST_BYTES = 1 << 20;

    /** Does not intern field names: names sent by a hostile client would stay in the JVM for ever. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final FreshetConfig config;

    /** @param config has the limits of a request */
    public RequestCodec(FreshetConfig config) {
        this.config = config;
    }

    /**
     * Parses a request in JSON, in UTF-8.
     *
     * @throws BadRequestException if it is not a request that can be answered
     */
    public RecommendationRequest parse(byte[] json) throws BadRequestException {
        if (json.length > MAX_REQUEST_BYTES) {
            throw new BadRequestException(
                    Reason.REQUEST_TOO_LARGE,
                    null,
                    "a request must have at most " + MAX_REQUEST_BYTES + " bytes: length=" + json.length);
        }
        RequestFields fields = new RequestFields(config);
        try (JsonParser parser = JSON.createParser(json)) {
            new RequestReader(parser, fields).read();
        } catch (IOException e) {
            throw new BadRequestException(Reason.NOT_JSON, null, "a request must be JSON: length=" + json.length, e);
        }
        return fields.toRequest();
    }

    /**
     * Returns a request for a user with URL parameters.
     *
     * @param parameters decoded values of {@code k}, {@code exclude}, {@code include_only}, {@code category}, {@code
     *     max_per_category}, {@code min_score} and {@code why}
     * @throws BadRequestException if a parameter is unknown or invalid
     */
    public RecommendationRequest forUser(String userId, Map<String, List<String>> parameters)
            throws BadRequestException {
        RequestFields fields = new RequestFields(config);
        fields.userId(userId);
        RequestParameters.ofUser(parameters, fields);
        return fields.toRequest();
    }

    /**
     * Returns a request for items without a user. It has the same parameters except {@code why}.
     *
     * @throws BadRequestException if a parameter is unknown or invalid
     */
    public ItemListing listing(Map<String, List<String>> parameters) throws BadRequestException {
        RequestFields fields = new RequestFields(config);
        RequestParameters.ofItems(parameters, fields);
        return fields.toListing();
    }
}
