package io.freshet.service.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the parameters of a URL into the fields of a request. */
final class RequestParameters {
    private static final String CATEGORY = "category";
    private static final List<String> OF_ITEMS = List.of(
            RequestFields.K,
            RequestFields.EXCLUDE,
            RequestFields.INCLUDE_ONLY,
            CATEGORY,
            RequestFields.MAX_PER_CATEGORY,
            RequestFields.MIN_SCORE);

    private RequestParameters() {}

    static void ofUser(Map<String, List<String>> parameters, RequestFields fields) throws BadRequestException {
        List<String> known = new ArrayList<>(OF_ITEMS);
        known.add(RequestFields.WHY);
        read(parameters, known, fields);
    }

    static void ofItems(Map<String, List<String>> parameters, RequestFields fields) throws BadRequestException {
        read(parameters, OF_ITEMS, fields);
    }

    private static void read(Map<String, List<String>> parameters, List<String> known, RequestFields fields)
            throws BadRequestException {
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            List<String> values = parameter.getValue();
            RequestFields.requireKnown(name, name, known);
            switch (name) {
                case RequestFields.EXCLUDE -> fields.exclude(values);
                case RequestFields.INCLUDE_ONLY -> fields.includeOnly(values);
                case CATEGORY -> fields.categories(values);
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
