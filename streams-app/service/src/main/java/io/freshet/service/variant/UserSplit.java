package io.freshet.service.variant;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.store.format.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Assigns users to variants. The assignment is a function of the user's id and a salt only, so it is the same on every
 * instance and after every restart, and anyone can compute it. Immutable.
 *
 * <pre>
 * digest = SHA-256(salt in UTF-8, a byte 0, user id in UTF-8)
 * place  = the first 8 bytes of digest, an unsigned big-endian number, without its lowest 11 bits, / 2^64: in [0, 1)
 * </pre>
 *
 * <p>The variants cover [0, 1) side by side in the order in which they are listed, each with a length equal to its part of
 * all shares. A user gets the variant at {@code place}. When shares change, only the users between the old and new borders
 * of variants change their variant. Another salt assigns all users anew, and independently.
 */
public final class UserSplit {
    /** No variants: the variant of every user is {@code ""}. */
    public static final UserSplit NONE = new UserSplit("", List.of());

    private static final int LOWEST_BITS = 11;
    private static final double PLACES = 0x1p53;

    private final String salt;
    private final byte[] saltAndZero;
    private final List<Share> shares;
    private final double total;

    /**
     * @param salt name of the experiment
     * @param shares shares of distinct variants; not all 0, unless the list is empty
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
     * Share of a variant.
     *
     * @param weight numerator of the share, whose denominator is the sum of all weights; 0 or more
     */
    public record Share(String variant, double weight) {
        public Share {
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "a share must be 0 or more: variant=" + variant + " share=" + weight);
            }
        }
    }

    /** Returns whether there are variants. */
    public boolean isOn() {
        return !shares.isEmpty();
    }

    public String salt() {
        return salt;
    }

    /** Returns the shares, in the order in which they cover [0, 1). */
    public List<Share> shares() {
        return shares;
    }

    /** Returns whether this variant has a share, even if it is 0. */
    public boolean has(String variant) {
        return shares.stream().anyMatch(share -> share.variant().equals(variant));
    }

    /**
     * Returns the name of the user's variant; empty if there are no variants.
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
                variant = share.variant(); // the last variant gets what rounding leaves
                end += share.weight();
                if (place < end) {
                    break;
                }
            }
        }
        return variant;
    }

    private double placeOf(byte[] userId) {
        MessageDigest sha256 = Sha256.begin();
        sha256.update(saltAndZero);
        long first = ByteBuffer.wrap(sha256.digest(userId)).getLong();
        return (first >>> LOWEST_BITS) / PLACES;
    }
}
