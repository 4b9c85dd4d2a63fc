package io.freshet.store;

import java.time.Duration;

/**
 * How long an S3 may take. What fails in passing is tried again by the SDK, after a pause that doubles and is random.
 *
 * @param connect for a connection
 * @param silence between two pieces of an answer
 * @param send for one file or part to be sent and answered
 * @param attempts tries of one call, the first one included
 */
record S3Patience(Duration connect, Duration silence, Duration send, int attempts) {
    static final S3Patience USUAL =
            new S3Patience(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(2), 5);
}
