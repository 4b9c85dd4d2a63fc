package io.freshet.store;

import java.net.URI;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Makes the SDK's client, so that any S3 understands it. */
final class S3Connection {
    private static final String REGION_VARIABLE = "AWS_REGION";
    private static final int CONFLICT = 409;

    private S3Connection() {}

    /**
     * A client. The checksums that newer SDKs add by themselves are left out, because not every S3 takes them: the manifest's
     * SHA-256 is checked on every read.
     */
    static S3Client open(S3Settings settings, S3Patience patience) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(patience.connect())
                        .socketTimeout(patience.silence()))
                .overrideConfiguration(overrides -> overrides.retryStrategy(retries(patience)))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .forcePathStyle(settings.pathStyle())
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build());
        URI endpoint = settings.endpoint();
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        Region region = region(settings, System.getenv(REGION_VARIABLE));
        if (region != null) {
            builder.region(region);
        }
        return builder.build();
    }

    /** The SDK's own, and more of what passes. */
    private static RetryStrategy retries(S3Patience patience) {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(patience.attempts())
                .retryOnException(S3Connection::isConflict)
                .retryOnRootCauseInstanceOf(XMLStreamException.class) // a list that was cut off
                .build();
    }

    /** Whether somebody else is about to write the same object on a condition. */
    private static boolean isConflict(Throwable failure) {
        return failure instanceof S3Exception answer && answer.statusCode() == CONFLICT;
    }

    /** Null leaves it to the SDK, which asks the machine last; an S3 that is not AWS's seldom minds. */
    private static @Nullable Region region(S3Settings settings, @Nullable String fromEnvironment) {
        if (!settings.region().isEmpty()) {
            return Region.of(settings.region());
        }
        return settings.endpoint() == null || fromEnvironment != null ? null : Region.US_EAST_1;
    }
}
