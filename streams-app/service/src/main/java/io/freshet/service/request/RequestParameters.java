package io.freshet.service.request;

import io.freshet.service.json.Field;
import java.util.List;
import java.util.Map;

/** Reads the parameters of a URL into the fields of a request. */
final class RequestParameters {
    private RequestParameters() {}

    /** @param known parameters that the URL may have */
    static void read(Map<String, List<String>> parameters, List<Field> known, RequestFields fields)
            throws BadRequestException {
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            List<String> values = parameter.getValue();
            RequestFields.requireKnown(name, name, known);
            switch (name) {
                case RequestFields.EXCLUDE -> fields.exclude(values);
                case RequestFields.INCLUDE_ONLY -> fields.includeOnly(values);
                case RequestSchema.CATEGORY -> fields.categories(values);
                case RequestFields.K -> fields.k(only(name, values));
                case RequestFields.MAX_PER_CATEGORY -> fields.maxPerCategory(only(name, values));
                case RequestFields.MIN_SCORE -> fields.minScore(only(name, values));
                default -> fields.why(only(name, values));
            }
        }
    }

    private static String only(String name, List<String> values) throws BadRequestException {
        RequestFields.requireFirst(name, values.size() == 1);
        return values.getFirst();
    }
}
