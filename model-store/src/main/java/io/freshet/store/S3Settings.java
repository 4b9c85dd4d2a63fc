package io.freshet.store;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How an S3 is reached. Credentials are not among it: they come from where the AWS SDK looks for them, the environment
 * ({@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}), a web identity, a profile, or the machine.
 *
 * @param endpoint of an S3 that is not AWS's; null for AWS, or what {@code AWS_ENDPOINT_URL_S3} says
 * @param region of the bucket; empty for what the environment or a profile says
 * @param pathStyle whether the bucket stands in the path and not in the host's name
 * @param partBytes the length of the parts that longer files are sent in
 */
public record S3Settings(@Nullable URI endpoint, String region, boolean pathStyle, int partBytes) {
    /** S3 takes no smaller parts. */
    public static final int LEAST_PART_BYTES = 5 << 20;

    /** What the program sends at once, and holds in memory. */
    public static final int MOST_PART_BYTES = 1 << 30;

    public S3Settings {
        if (partBytes < LEAST_PART_BYTES || partBytes > MOST_PART_BYTES) {
            throw new IllegalArgumentException("parts must have " + LEAST_PART_BYTES + " to " + MOST_PART_BYTES
                    + " bytes: partBytes=" + partBytes);
        }
    }
}
