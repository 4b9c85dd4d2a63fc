package io.freshet.service.http;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Generates requests from an OpenAPI description: half of them mostly valid, the others with deliberate deviations. The
 * same seed generates the same requests.
 */
final class FuzzRequests {
    private static final List<String> ODD_NUMBERS = List.of(
            "-1",
            "0",
            "-2147483649",
            "2147483647",
            "99999999999999999999",
            "1e9",
            "0x10",
            "NaN",
            "Infinity",
            "1.5",
            "",
            "true",
            "٣",
            "1_000",
            " 7",
            "null");
    private static final List<String> ODD_TEXTS = List.of(
            "",
            " ",
            "..",
            "../../etc/passwd",
            ".",
            "a/b",
            "a;b=c",
            "a?b",
            "a#b",
            "%",
            "\u0000",
            "\uFFFF",
            "😀",
            "é",
            "e\u0301",
            "\u202Eabc",
            "null",
            "-1",
            "\"",
            "'",
            "<script>",
            "{}",
            "*",
            "~",
            "\\",
            "a\r\nb",
            "$ref");
    private static final List<String> ODD_ESCAPES =
            List.of("%", "%2", "%zz", "%ff", "%c0%af", "%00", "%2F", "%252F", "%u0041", "+", "%ED%A0%80", "..;");
    private static final List<String> ODD_BODIES = List.of(
            "",
            "{",
            "}",
            "[",
            "]",
            "nul",
            "null",
            "[null]",
            "[[[]]]",
            "\"",
            "{\"a\":",
            "{\"a\":}",
            "{,}",
            "[,]",
            "0",
            "{\"user_id\":{}}",
            "{\"user_id\":[]}",
            "{\"k\":1,\"k\":2}",
            "\uFEFF{}",
            "{} {}",
            "'{}'",
            "{\"history\":[{}]}",
            "{\"version\":null}",
            "{\"timestamp\":1e999}",
            "{\"user_id\":\"\\ud800\"}");
    private static final List<String> ODD_TYPES = List.of(
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "",
            "json",
            "multipart/form-data; boundary=x",
            "application/problem+json",
            "*/*",
            "application/json;;;",
            "application/json ; q=1");
    private static final List<String> ODD_HOSTS = List.of(
            "evil.example", "localhost:80", "[::1]:8080", "", "a:b", "1.2.3.4:99999", "é", "[", "@", "a,b", "x:");
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW");
    private static final int LONG_BODY_BYTES = 10 << 20;
    private static final int LONG_BODIES_IN = 100;

    private final JsonNode description;
    private final String token;
    private final SplittableRandom random;
    private final List<Operation> operations = new ArrayList<>();

    private record Operation(String path, String method, JsonNode says) {}

    /**
     * A request.
     *
     * @param responses descriptions of its operation's answers by status; empty if the path or method is not described
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared: it only carries the bytes to the client
    record Request(String head, byte[] body, JsonNode responses) {
        @Override
        public String toString() {
            String text = new String(body, 0, Math.min(body.length, 300), UTF_8);
            return head + text + (body.length > 300 ? "… (" + body.length + " bytes)" : "");
        }
    }

    FuzzRequests(JsonNode description, String token, long seed) {
        this.description = description;
        this.token = token;
        random = new SplittableRandom(seed);
        description
                .path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> operations.add(new Operation(
                                path.getKey(), method.getKey().toUpperCase(Locale.ROOT), method.getValue()))));
    }

    int operations() {
        return operations.size();
    }

    /** Returns the i-th request; the operations take turns. */
    Request next(int i) {
        Operation operation = operations.get(i % operations.size());
        boolean isOdd = random.nextBoolean();
        boolean isOtherMethod = isOdd && oneIn(12);
        String method = isOtherMethod ? pick(METHODS) : operation.method;
        boolean isOtherPath = isOdd && oneIn(8);
        String target = path(operation, isOtherPath, isOdd) + query(operation, isOdd);
        byte[] body = body(operation, isOdd);
        String host = isOdd && oneIn(20) ? pick(ODD_HOSTS) : "127.0.0.1";
        String head = method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
                + authorization(isOdd) + contentType(operation, isOdd) + oddHeader(isOdd) + "Content-Length: "
                + body.length + "\r\n\r\n";
        return new Request(
                head,
                body,
                isOtherMethod || isOtherPath ? MissingNode.getInstance() : operation.says.path("responses"));
    }

    private String path(Operation operation, boolean isOther, boolean isOdd) {
        String id = isOdd ? oddId() : URLEncoder.encode(id(), UTF_8).replace("+", "%20");
        String path = operation.path.replace("{id}", isOther ? id + pick(ODD_ESCAPES) : id);
        return isOther && oneIn(2) ? path + pick(List.of("/", "//", "/x", "/../", ";a", "/%2e%2e/", "x")) : path;
    }

    private String oddId() {
        String id = oneIn(3) ? "x".repeat(1 + random.nextInt(600)) : pick(ODD_TEXTS) + id();
        return URLEncoder.encode(id, UTF_8).replace("+", "%20");
    }

    private String id() {
        return oneIn(2) ? "user-" + random.nextInt(40) : "item-" + random.nextInt(80);
    }

    private String query(Operation operation, boolean isOdd) {
        List<String> pairs = new ArrayList<>();
        for (JsonNode parameter : operation.says.path("parameters")) {
            if (parameter.path("in").asText().equals("query") && oneIn(4)) {
                int times = isOdd && oneIn(6) ? 2 : 1;
                for (int time = 0; time < times; time++) {
                    pairs.add(parameter.path("name").asText() + "=" + parameterValue(parameter.path("schema"), isOdd));
                }
            }
        }
        if (isOdd && oneIn(10)) {
            pairs.add(pick(List.of("verbose=1", "K=1", "=", "&&", "k", "exclude", "%6b=1", "x=%")));
        }
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    private String parameterValue(JsonNode schema, boolean isOdd) {
        if (isOdd && oneIn(2)) {
            return oneIn(3) ? pick(ODD_ESCAPES) : URLEncoder.encode(pick(oneIn(2) ? ODD_NUMBERS : ODD_TEXTS), UTF_8);
        }
        JsonNode value = value(schema.has("items") ? schema.path("items") : schema, false, 0);
        return URLEncoder.encode(value.asText(), UTF_8);
    }

    private byte[] body(Operation operation, boolean isOdd) {
        JsonNode schema = operation.says.at("/requestBody/content/application~1json/schema");
        if (schema.isMissingNode()) {
            return isOdd && oneIn(4) ? pick(ODD_BODIES).getBytes(UTF_8) : new byte[0];
        }
        if (random.nextInt(LONG_BODIES_IN) == 0) {
            return ("[" + "0,".repeat(LONG_BODY_BYTES / 2) + "0]").getBytes(UTF_8);
        }
        String text = value(schema, isOdd, 0).toString();
        if (!isOdd || oneIn(2)) {
            return text.getBytes(UTF_8);
        }
        return mangled(text);
    }

    private byte[] mangled(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return switch (random.nextInt(5)) {
            case 0 -> pick(ODD_BODIES).getBytes(UTF_8);
            case 1 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 2 -> text.getBytes(UTF_16);
            case 3 -> "[".repeat(1 + random.nextInt(3_000)).getBytes(UTF_8);
            default -> {
                for (int flips = 1 + random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                yield bytes;
            }
        };
    }

    /** Returns a value of the schema, occasionally with something odd in it if requested. */
    private JsonNode value(JsonNode schema, boolean isOdd, int depth) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (isOdd && oneIn(8)) {
            return oddValue();
        }
        if (schema.has("$ref")) {
            return value(description.at(schema.path("$ref").asText().substring(1)), isOdd, depth);
        }
        if (schema.has("oneOf")) {
            JsonNode choices = schema.path("oneOf");
            return value(choices.path(random.nextInt(choices.size())), isOdd, depth);
        }
        return switch (type(schema)) {
            case "object" -> object(schema, isOdd, depth);
            case "array" -> {
                var array = json.arrayNode();
                for (int left = 1 + random.nextInt(4); left > 0 && depth < 6; left--) {
                    array.add(value(schema.path("items"), isOdd, depth + 1));
                }
                yield array;
            }
            case "integer" ->
                schema.path("description").asText().contains("1970")
                        ? json.numberNode(System.currentTimeMillis() - random.nextInt(1_000_000))
                        : json.numberNode(1 + random.nextInt(20));
            case "number" -> json.numberNode(random.nextDouble());
            case "boolean" -> json.booleanNode(random.nextBoolean());
            default ->
                json.textNode(schema.path("description").asText().contains("ISO-8601") ? "2026-03-01T10:13:20Z" : id());
        };
    }

    private String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? type.path(random.nextInt(type.size())).asText() : type.asText();
    }

    private ObjectNode object(JsonNode schema, boolean isOdd, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties").properties().forEach(property -> {
            boolean isWanted = required.contains(property.getKey()) ? !(isOdd && oneIn(10)) : oneIn(3);
            if (isWanted) {
                object.set(property.getKey(), value(property.getValue(), isOdd, depth + 1));
            }
        });
        if (isOdd && oneIn(8)) {
            object.put(pick(ODD_TEXTS), pick(ODD_TEXTS));
        }
        return object;
    }

    private JsonNode oddValue() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (random.nextInt(8)) {
            case 0 -> json.nullNode();
            case 1 -> json.numberNode(random.nextLong());
            case 2 -> json.numberNode(-1);
            case 3 -> json.textNode(pick(ODD_TEXTS));
            case 4 -> json.textNode("x".repeat(random.nextInt(2_000)));
            case 5 -> json.arrayNode().add(json.arrayNode());
            case 6 -> json.objectNode().put("", 1.5);
            default -> json.numberNode(new BigInteger("9".repeat(1 + random.nextInt(60))));
        };
    }

    private String authorization(boolean isOdd) {
        if (isOdd && oneIn(10)) {
            return pick(List.of(
                    "",
                    "Authorization: Bearer wrong\r\n",
                    "Authorization: \r\n",
                    "Authorization: Basic ????\r\n",
                    "Authorization: Basic Zm9v\r\n",
                    "Authorization: Bearer " + token + "x\r\n",
                    "Authorization: Bearer é\r\n"));
        }
        return "Authorization: Bearer " + token + "\r\n";
    }

    private String contentType(Operation operation, boolean isOdd) {
        String type = isOdd && oneIn(10) ? pick(ODD_TYPES) : "application/json";
        return operation.method.equals("POST") ? "Content-Type: " + type + "\r\n" : "";
    }

    private String oddHeader(boolean isOdd) {
        return isOdd && oneIn(20)
                ? pick(List.of(
                        "Accept: text/html\r\n",
                        "Origin: http://evil.example\r\n",
                        "Sec-Fetch-Site: cross-site\r\n",
                        "Accept: application/openmetrics-text\r\n",
                        "X: " + "y".repeat(12_000) + "\r\n",
                        "Freshet-Forwarded: 1\r\n",
                        "Accept-Encoding: gzip\r\n",
                        "Range: bytes=0-1\r\n",
                        "Cookie: a=\"\r\n"))
                : "";
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
