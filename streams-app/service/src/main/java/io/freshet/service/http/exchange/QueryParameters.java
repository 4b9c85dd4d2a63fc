package io.freshet.service.http.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.http.Context;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the query parameters of a request. */
public final class QueryParameters {
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");

    private QueryParameters() {}

    /** Returns the values of each parameter, in the order of the query. */
    public static Map<String, List<String>> in(Context context) {
        String query = context.queryString();
        Map<String, List<String>> values = new LinkedHashMap<>();
        Stream<String> pairs = query == null ? Stream.of() : Arrays.stream(query.split("&"));
        pairs.filter(pair -> !pair.isEmpty()).forEach(pair -> {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            values.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        });
        return values;
    }

    /** Refuses parameters on a route that takes none, because the client would expect them to have an effect. */
    public static void requireNone(Context context) {
        Map<String, List<String>> values = in(context);
        if (!values.isEmpty()) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "this route takes no parameters: parameters=" + values.keySet());
        }
    }

    /** Decodes {@code application/x-www-form-urlencoded}, but strictly: rejects a lone percent sign and malformed UTF-8. */
    public static String decoded(String text) {
        String rest = ESCAPE.matcher(text).replaceAll("");
        if (rest.indexOf('%') >= 0 || !rest.chars().allMatch(c -> c < 128)) {
            throw notDecoded(text);
        }
        byte[] bytes = URLDecoder.decode(text, ISO_8859_1).getBytes(ISO_8859_1);
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw notDecoded(text);
        }
    }

    private static ProblemException notDecoded(String text) {
        return new ProblemException(
                ProblemType.INVALID_REQUEST, "the address must be percent-encoded UTF-8: it has " + text);
    }
}
