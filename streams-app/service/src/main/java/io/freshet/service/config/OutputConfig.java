package io.freshet.service.config;

import java.util.Set;

/**
 * Limits of the records that the topology writes.
 *
 * @param passedHeaders names of headers that are copied from clicks and requests to outputs, besides those that always are
 * @param deadLetterBytes length of the longest value of a dead letter; longer values are cut
 * @param requestBytes length of the longest record that the producers send: the lesser of {@code max.request.size} and
 *     {@code buffer.memory}
 */
public record OutputConfig(Set<String> passedHeaders, int deadLetterBytes, int requestBytes) {
    public OutputConfig {
        passedHeaders = Set.copyOf(passedHeaders);
    }
}
