package io.freshet.variant;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which variant each user belongs to: by a function of the user's id and a salt alone, so that it is the same on every
 * instance and after every restart, and anyone can compute it. Immutable.
 *
 * <pre>
 * digest = SHA-256(salt in UTF-8, a byte 0, user id in UTF-8)
 * place  = the first 8 bytes of digest, an unsigned big-endian number, without its lowest 11 bits, / 2^64: in [0, 1)
 * </pre>
 *
 * The variants lie side by side on [0, 1) in the order in which they are listed, each as long as its part of all shares;
 * the user's is the one that {@code place} falls on. When shares change, so many users change their variant as the borders
 * between the variants move over, and nobody else. Another salt throws all users anew, and independently.
 */
public final class UserSplit {
    /** There are no variants: everybody's is {@code ""}. */
    public static final UserSplit NONE = new UserSplit("", List.of());

    private static final int LOWEST_BITS = 11;
    private static final double PLACES = 0x1p53;

    private final String salt;
    private final byte[] saltAndZero;
    private final List<Share> shares;
    private final double total;

    /**
     * @param salt names the experiment
     * @param shares of different variants; not all 0, unless there are none
     */
    public UserSplit(String salt, List<Share> shares) {
        this.salt = salt;
        this.saltAndZero = (salt + '\0').getBytes(UTF_8);
        this.shares = List.copyOf(shares);
        this.total = shares.stream().mapToDouble(Share::weight).sum();
        if (!shares.isEmpty() && !(total > 0)) {
            throw new IllegalArgumentException("shares must not all be 0: shares=" + shares);
        }
        Set<String> names = new HashSet<>();
        if (!shares.stream().map(Share::variant).allMatch(names::add)) {
            throw new IllegalArgumentException("a variant must have one share: shares=" + shares);
        }
    }

    /**
     * What one variant gets.
     *
     * @param weight its part of the sum of all weights, 0 or more
     */
    public record Share(String variant, double weight) {
        public Share {
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "a share must be 0 or more: variant=" + variant + " share=" + weight);
            }
        }
    }

    /** Whether there are variants. */
    public boolean isOn() {
        return !shares.isEmpty();
    }

    public String salt() {
        return salt;
    }

    /** In the order in which they lie side by side. */
    public List<Share> shares() {
        return shares;
    }

    /** Whether this variant has a share, be it 0. */
    public boolean has(String variant) {
        return shares.stream().anyMatch(share -> share.variant().equals(variant));
    }

    /**
     * The name of the user's variant; empty where there are none.
     *
     * @param userId in UTF-8
     */
    public String variantOf(byte[] userId) {
        if (shares.isEmpty()) {
            return "";
        }
        double place = placeOf(userId) * total;
        double end = 0;
        String variant = "";
        for (Share share : shares) {
            if (share.weight() > 0) {
                variant = share.variant(); // the last one keeps what rounding leaves
                end += share.weight();
                if (place < end) {
                    break;
                }
            }
        }
        return variant;
    }

    private double placeOf(byte[] userId) {
        MessageDigest sha256 = sha256();
        sha256.update(saltAndZero);
        long first = ByteBuffer.wrap(sha256.digest(userId)).getLong();
        return (first >>> LOWEST_BITS) / PLACES;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
