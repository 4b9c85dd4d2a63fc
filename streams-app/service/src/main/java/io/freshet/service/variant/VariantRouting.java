package io.freshet.service.variant;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Marks each updated sequence with the variant that answers it: no mark if the task that wrote it answers, else the name of
 * the variant whose scorer answers. The decision is made once for each click, in the transaction that sequences it. So a
 * click has exactly one answer, however scorers are started, configured or killed, and while shares change. Immutable.
 *
 * @param split assigns users to variants
 * @param here variants that the task answers
 */
public record VariantRouting(UserSplit split, Set<String> here) {
    /** The header with the variant's name, in UTF-8. */
    public static final String HEADER = "freshet.variant";

    /** The task answers all users. */
    public static final VariantRouting NONE = new VariantRouting(UserSplit.NONE, Set.of());

    public VariantRouting {
        here = Set.copyOf(here);
    }

    /**
     * Sets the address of a user's updated sequence. An address that came with the click is removed.
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

    /** Returns the variant that answers; empty if the task that sequenced the click does. */
    public static String read(Headers headers) {
        Header header = headers.lastHeader(HEADER);
        return header == null || header.value() == null ? "" : new String(header.value(), UTF_8);
    }
}
