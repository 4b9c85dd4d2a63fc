package io.freshet.store.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.Sha256;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a JSON document, stored in the document's own last field:
 *
 * <pre>
 * …                            everything but the closing "\n}": the digested bytes
 * ,\n  "sha256" : "64 digits"\n}
 * </pre>
 *
 * <p>The digest is over bytes rather than values, so that programs need not agree on how to write a number.
 */
final class TrailingDigest {
    static final String FIELD = "sha256";

    private static final String CLOSING = "\n}";
    private static final String BEFORE = ",\n  \"" + FIELD + "\" : \"";
    private static final String AFTER = "\"" + CLOSING;
    private static final int LENGTH = BEFORE.length() + Sha256.HEX_DIGITS + AFTER.length();
    private static final Pattern END =
            Pattern.compile(Pattern.quote(BEFORE) + "([0-9a-f]{" + Sha256.HEX_DIGITS + "})" + Pattern.quote(AFTER));

    private TrailingDigest() {}

    /** Returns the document, which must end with a line feed and a brace, with its digest added. */
    static byte[] added(byte[] json) {
        int end = json.length - CLOSING.length();
        byte[] field = (BEFORE + Sha256.hex(json, end) + AFTER).getBytes(US_ASCII);
        byte[] with = Arrays.copyOf(json, end + field.length);
        System.arraycopy(field, 0, with, end, field.length);
        return with;
    }

    /**
     * Verifies the digest of a document.
     *
     * @throws CorruptFormatException if the digest is missing or does not match; the message has both digests
     */
    static void verify(String name, byte[] json) {
        int end = Math.max(0, json.length - LENGTH);
        Matcher field = END.matcher(new String(json, end, json.length - end, ISO_8859_1));
        if (!field.matches()) {
            throw new CorruptFormatException(name + " must end with its own sha256: length=" + json.length);
        }
        String found = Sha256.hex(json, end);
        if (!found.equals(field.group(1))) {
            throw new CorruptFormatException(
                    name + " must match its sha256: stored=" + field.group(1) + ", computed=" + found);
        }
    }
}
