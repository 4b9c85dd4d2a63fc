package io.freshet.store;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the connection to S3. They contain no credentials, which the AWS SDK takes from its usual sources: the
 * environment ({@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}), a web identity, a profile, or the machine.
 *
 * @param endpoint endpoint of an S3-compatible store; null for AWS, or the value of {@code AWS_ENDPOINT_URL_S3}
 * @param region region of the bucket; empty for the one from the environment or a profile
 * @param pathStyle whether the bucket is in the path rather than the host name
 * @param partBytes length of the parts in which longer files are uploaded
 */
public record S3Settings(@Nullable URI endpoint, String region, boolean pathStyle, int partBytes) {
    /** Minimum length of a part in S3. */
    public static final int LEAST_PART_BYTES = 5 << 20;

    /** Maximum length of a part, which is held in memory. */
    public static final int MOST_PART_BYTES = 1 << 30;

    public S3Settings {
        if (partBytes < LEAST_PART_BYTES || partBytes > MOST_PART_BYTES) {
            throw new IllegalArgumentException("parts must have " + LEAST_PART_BYTES + " to " + MOST_PART_BYTES
                    + " bytes: partBytes=" + partBytes);
        }
    }
}
