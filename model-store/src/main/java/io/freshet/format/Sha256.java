package io.freshet.format;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every Java platform has. */
public final class Sha256 {
    /** Hexadecimal digits of a digest. */
    public static final int HEX_DIGITS = 64;

    private Sha256() {}

    /** A digest that has seen nothing. */
    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The digest of the bytes before {@code end}, in lower-case hexadecimal digits. */
    public static String hex(byte[] bytes, int end) {
        MessageDigest digest = begin();
        digest.update(bytes, 0, end);
        return hex(digest);
    }

    /** The digest of what it has seen, in lower-case hexadecimal digits. */
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
