package io.freshet.variant;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Says on each updated sequence who is to answer it: nothing where the task does that wrote it, else the name of the
 * variant whose scorer does. So it is decided once for each click, in the transaction that sequences it: however scorers are
 * started, configured and killed, and while shares change, a click has one answer. Immutable.
 *
 * @param split whose user is whose
 * @param here the variants that the task answers
 */
public record Addressing(UserSplit split, Set<String> here) {
    /** The header with the variant's name, in UTF-8. */
    public static final String HEADER = "freshet.variant";

    /** The task answers everybody. */
    public static final Addressing NONE = new Addressing(UserSplit.NONE, Set.of());

    public Addressing {
        here = Set.copyOf(here);
    }

    /**
     * Addresses what is sequenced of a user; an address that came with the click counts for nothing.
     *
     * @param userId in UTF-8
     */
    public void write(Headers headers, byte[] userId) {
        headers.remove(HEADER);
        String variant = split.variantOf(userId);
        if (!variant.isEmpty() && !here.contains(variant)) {
            headers.add(HEADER, variant.getBytes(UTF_8));
        }
    }

    /** The variant that is to answer; empty where the task did that sequenced it. */
    public static String read(Headers headers) {
        Header header = headers.lastHeader(HEADER);
        return header == null || header.value() == null ? "" : new String(header.value(), UTF_8);
    }
}
