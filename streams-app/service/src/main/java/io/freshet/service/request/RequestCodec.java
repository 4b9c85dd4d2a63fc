package io.freshet.service.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.json.Field;
import io.freshet.service.json.Schema;
import io.freshet.service.request.BadRequestException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Reads requests from JSON and from URL parameters. Fields, conditions and error messages are the same for both.
 *
 * <p>{@link RequestSchema} has the fields. A null field counts as absent; an unknown field is refused. The URL parameters have
 * the same names, except that {@code category} replaces {@code categories}. A parameter with several values is repeated.
 * Thread-safe.
 */
public final class RequestCodec {
    /** Maximum length of a request that is parsed: 1 MiB. */
    public static final int MAX_REQUEST_BYTES = 1 << 20;

    /** Does not intern field names: names sent by a hostile client would stay in the JVM for ever. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final FreshetConfig config;
    private final RequestSchema schema;

    /** @param config has the limits of a request */
    public RequestCodec(FreshetConfig config) {
        this.config = config;
        schema = RequestSchema.of(config);
    }

    /** Returns the schema of a request in JSON. */
    public Schema body() {
        return schema.body();
    }

    /** Returns the schema of a request on the requests topic. It is the one of {@link #body}, and stricter. */
    public Schema onTopic() {
        return schema.onTopic();
    }

    /** Returns the URL parameters of {@link #forUser}. */
    public List<Field> userParameters() {
        return schema.ofUser();
    }

    /** Returns the URL parameters of {@link #listing}. */
    public List<Field> itemParameters() {
        return schema.ofItems();
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
            new RequestReader(parser, fields, schema.fields()).read();
        } catch (IOException e) {
            throw new BadRequestException(Reason.NOT_JSON, null, "a request must be JSON: length=" + json.length, e);
        }
        return fields.toRequest();
    }

    /**
     * Returns a request for a user with URL parameters.
     *
     * @param parameters decoded values of {@link #userParameters}
     * @throws BadRequestException if a parameter is unknown or invalid
     */
    public RecommendationRequest forUser(String userId, Map<String, List<String>> parameters)
            throws BadRequestException {
        RequestFields fields = new RequestFields(config);
        fields.userId(userId);
        RequestParameters.read(parameters, schema.ofUser(), fields);
        return fields.toRequest();
    }

    /**
     * Returns a request for items without a user. It has the same parameters except {@code why}.
     *
     * @throws BadRequestException if a parameter is unknown or invalid
     */
    public ItemListing listing(Map<String, List<String>> parameters) throws BadRequestException {
        RequestFields fields = new RequestFields(config);
        RequestParameters.read(parameters, schema.ofItems(), fields);
        return fields.toListing();
    }
}
