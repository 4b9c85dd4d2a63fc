package io.freshet.store.format;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 digests in hexadecimal. */
public final class Sha256 {
    /** Number of hexadecimal digits of a digest. */
    public static final int HEX_DIGITS = 64;

    private Sha256() {}

    /** Returns a new digest. */
    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Returns the digest of the bytes before {@code end}, in lower-case hexadecimal digits. */
    public static String hex(byte[] bytes, int end) {
        MessageDigest digest = begin();
        digest.update(bytes, 0, end);
        return hex(digest);
    }

    /** Completes a digest and returns it in lower-case hexadecimal digits. */
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
