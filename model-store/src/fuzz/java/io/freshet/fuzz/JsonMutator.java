package io.freshet.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Damages JSON: values of other types, huge numbers, deep nesting, duplicate fields, broken UTF-8, unpaired surrogates,
 * other encodings, truncations and splices. It searches for strings, numbers and words, which are not always values.
 */
public final class JsonMutator implements Mutator {
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-1",
            "0.0",
            "1.5",
            "-0.0",
            "1e999",
            "-1e999",
            "1e-999",
            "1E400000000",
            "2147483647",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "9".repeat(400),
            "9".repeat(3_000),
            "0." + "9".repeat(900),
            "NaN",
            "Infinity",
            "\"\"",
            "\"NaN\"",
            "\"Infinity\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\u0000\"",
            "\"\\ufffd\"",
            "\"2026-11-28T12:00:00Z\"",
            "\"+1000000000-12-31T23:59:59.999999999Z\"",
            "\"" + "x".repeat(300) + "\"",
            "\"" + "ü".repeat(40_000) + "\"",
            "[]",
            "{}",
            "[null]",
            "{\"\":{}}",
            "[[1],[2]]",
            "[" + "1,".repeat(3_000) + "1]",
            "[".repeat(900) + "]".repeat(900),
            "[".repeat(5_000),
            "{\"a\":".repeat(900) + "1" + "}".repeat(900),
            "{\"a\":".repeat(5_000));
    private static final List<byte[]> BROKEN = List.of(
            new byte[] {(byte) 0xc0, (byte) 0x80},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {(byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80},
            new byte[] {(byte) 0xe2, (byte) 0x82},
            new byte[] {(byte) 0xff},
            new byte[] {0},
            new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
            new byte[] {'\\'},
            new byte[] {'"'},
            new byte[] {'}'},
            new byte[] {','});

    /** Damages arbitrary JSON. */
    public static final Mutator OF_JSON = new JsonMutator();

    private JsonMutator() {}

    @Override
    public byte[] mutate(byte[] input, List<byte[]> seeds, RandomGenerator random) {
        List<int[]> values = values(input);
        if (values.isEmpty() || random.nextInt(6) == 0) {
            return BinaryMutator.OF_BYTES.mutate(input, seeds, random);
        }
        int[] place = values.get(random.nextInt(values.size()));
        int at = random.nextInt(input.length);
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3 ->
                BinaryMutator.replaced(
                        input,
                        place[0],
                        place[1],
                        VALUES.get(random.nextInt(VALUES.size())).getBytes(UTF_8));
            case 4 -> fieldTwice(input, place, random);
            case 5 -> BinaryMutator.replaced(input, at, at, BROKEN.get(random.nextInt(BROKEN.size())));
            case 6 -> valueOfAnother(input, place, seeds.get(random.nextInt(seeds.size())), random);
            default -> otherEncoding(input, random);
        };
    }

    /** Returns the ranges of strings, numbers and words: the first position, and the position after the last. */
    private static List<int[]> values(byte[] json) {
        List<int[]> values = new ArrayList<>();
        int at = 0;
        while (at < json.length) {
            int end = at + 1;
            if (json[at] == '"') {
                while (end < json.length && json[end] != '"') {
                    end += json[end] == '\\' ? 2 : 1;
                }
                end = Math.min(json.length, end + 1);
                values.add(new int[] {at, end});
            } else if (isOfWord(json[at])) {
                while (end < json.length && isOfWord(json[end])) {
                    end++;
                }
                values.add(new int[] {at, end});
            }
            at = end;
        }
        return values;
    }

    private static boolean isOfWord(byte b) {
        return b == '-' || b == '+' || b == '.' || Character.isLetterOrDigit(b & 0x7f);
    }

    /** Inserts a duplicate of a field, with another value, at the start of its object. */
    private static byte[] fieldTwice(byte[] input, int[] place, RandomGenerator random) {
        String text = new String(input, ISO_8859_1);
        int brace = text.lastIndexOf('{', place[0]);
        String name = text.substring(place[0], place[1]);
        String field = name + ":" + VALUES.get(random.nextInt(20)) + ",";
        return BinaryMutator.replaced(input, brace + 1, brace + 1, field.getBytes(ISO_8859_1));
    }

    private static byte[] valueOfAnother(byte[] input, int[] place, byte[] other, RandomGenerator random) {
        List<int[]> values = values(other);
        if (values.isEmpty()) {
            return input.clone();
        }
        int[] taken = values.get(random.nextInt(values.size()));
        byte[] value = BinaryMutator.replaced(other, taken[1], other.length, new byte[0]);
        return BinaryMutator.replaced(
                input, place[0], place[1], BinaryMutator.replaced(value, 0, taken[0], new byte[0]));
    }

    private static byte[] otherEncoding(byte[] input, RandomGenerator random) {
        return switch (random.nextInt(3)) {
            case 0 -> new String(input, UTF_8).getBytes(UTF_16LE);
            case 1 -> ("\ufeff" + new String(input, UTF_8)).getBytes(UTF_8);
            default -> (" ".repeat(random.nextInt(100)) + new String(input, UTF_8) + "\n").getBytes(UTF_8);
        };
    }
}
