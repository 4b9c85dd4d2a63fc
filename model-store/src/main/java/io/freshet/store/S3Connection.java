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

/** Creates the SDK's client, with settings that any S3-compatible store understands. */
final class S3Connection {
    private static final String REGION_VARIABLE = "AWS_REGION";
    private static final int CONFLICT = 409;

    private S3Connection() {}

    /**
     * Creates a client. It omits the checksums that newer SDKs add by default, because not every S3-compatible store
     * accepts them; the SHA-256 in the manifest is checked on every read.
     */
    static S3Client open(S3Settings settings, S3Timeouts patience) {
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

    /** Returns the SDK's standard retry strategy, extended by further transient failures. */
    private static RetryStrategy retries(S3Timeouts patience) {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(patience.attempts())
                .retryOnException(S3Connection::isConflict)
                .retryOnRootCauseInstanceOf(XMLStreamException.class) // a truncated listing
                .build();
    }

    /** Returns whether a concurrent conditional write of the same object made the call fail. */
    private static boolean isConflict(Throwable failure) {
        return failure instanceof S3Exception answer && answer.statusCode() == CONFLICT;
    }

    /**
     * Returns null to let the SDK find the region, which asks the machine's metadata service last. Without any configured
     * region, an endpoint that is not AWS gets a default, since such stores seldom check the region.
     */
    private static @Nullable Region region(S3Settings settings, @Nullable String fromEnvironment) {
        if (!settings.region().isEmpty()) {
            return Region.of(settings.region());
        }
        return settings.endpoint() == null || fromEnvironment != null ? null : Region.US_EAST_1;
    }
}
