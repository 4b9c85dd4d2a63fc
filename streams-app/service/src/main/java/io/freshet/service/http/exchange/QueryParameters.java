package io.freshet.service.http.exchange;

import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads the query parameters of a request. */
public final class QueryParameters {
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
        byte[] bytes = new byte[3 * text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) escaped(text, i);
                i += 2;
            } else if (c < 128) {
                bytes[length++] = (byte) (c == '+' ? ' ' : c);
            } else {
                throw notDecoded(text);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw notDecoded(text);
        }
    }

    private static int escaped(String text, int percent) {
        int high = percent + 2 < text.length() ? Character.digit(text.charAt(percent + 1), 16) : -1;
        int low = percent + 2 < text.length() ? Character.digit(text.charAt(percent + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw notDecoded(text);
        }
        return high << 4 | low;
    }

    private static ProblemException notDecoded(String text) {
        return new ProblemException(
                ProblemType.INVALID_REQUEST, "the address must be percent-encoded UTF-8: it has " + text);
    }
}
