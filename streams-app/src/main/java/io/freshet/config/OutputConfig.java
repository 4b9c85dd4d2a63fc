package io.freshet.config;

import java.util.Set;

/**
 * Bounds of the records that the topology writes.
 *
 * @param passedHeaders names of headers that go on from clicks and requests beside those that always do
 * @param deadLetterBytes the longest value of a dead letter; longer ones are cut
 * @param requestBytes the longest record that the producers send: the lesser of {@code max.request.size} and {@code
 *     buffer.memory}
 */
public record OutputConfig(Set<String> passedHeaders, int deadLetterBytes, int requestBytes) {
    public OutputConfig {
        passedHeaders = Set.copyOf(passedHeaders);
    }
}
