package io.freshet.store;

import java.time.Duration;

/**
 * Timeouts and attempts of S3 calls. The SDK retries transient failures with exponential backoff and jitter.
 *
 * @param connect timeout for opening a connection
 * @param silence timeout between two reads of a response
 * @param send timeout for sending one file or part and receiving the response
 * @param attempts maximum attempts of one call, including the first
 */
record S3Timeouts(Duration connect, Duration silence, Duration send, int attempts) {
    static final S3Timeouts USUAL =
            new S3Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(2), 5);
}
