package io.freshet.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Translates the SDK's exceptions into Java's, with messages that say what to do.
 *
 * @param bucket bucket of the request
 * @param endpoint endpoint of the request, for messages
 */
record S3Failures(StoreLocation.Bucket bucket, String endpoint) {
    private static final int MOVED = 301;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    /**
     * Translates an exception of the SDK.
     *
     * @param key key of the object, or prefix of the keys
     */
    IOException of(SdkException failure, String key) {
        if (failure instanceof AbortedException) {
            Thread.currentThread().interrupt();
            return (IOException) new InterruptedIOException("interrupted: " + place(key)).initCause(failure);
        }
        if (failure instanceof S3Exception answer) {
            return answered(answer, key);
        }
        if (isWithoutCredentials(failure)) {
            return unusable(
                    "credentials must be set",
                    key,
                    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process a web identity or a profile",
                    failure);
        }
        return unusable(
                "S3 must be reached",
                key,
                "check model.store.s3.endpoint, the network and its policies: " + root(failure),
                failure);
    }

    private IOException answered(S3Exception answer, String key) {
        String code = code(answer);
        return switch (code) {
            case "NoSuchKey" -> noSuchFile(answer, key);
            case "NoSuchBucket" -> unusable("bucket must exist", key, "create it, or correct model.store.url", answer);
            case "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "ExpiredToken",
                    "InvalidToken",
                    "RequestTimeTooSkewed" ->
                unusable(
                        "credentials must be the store's, and clocks must agree",
                        key,
                        "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the identity that is used: code=" + code,
                        answer);
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                unusable("region must be the bucket's", key, "set model.store.s3.region: code=" + code, answer);
            default -> byStatus(answer, code, key);
        };
    }

    private IOException byStatus(S3Exception answer, String code, String key) {
        return switch (answer.statusCode()) {
            case UNAUTHORIZED, FORBIDDEN ->
                unusable(
                        "access must be allowed",
                        key,
                        "give these credentials the rights to list the bucket and to get, put and delete objects: code="
                                + code,
                        answer);
            case MOVED -> unusable("region must be the bucket's", key, "set model.store.s3.region", answer);
            default ->
                unusable(
                        "S3 request failed",
                        key,
                        "S3 answered status=" + answer.statusCode() + " code=" + code
                                + ", after the usual number of attempts",
                        answer);
        };
    }

    private NoSuchFileException noSuchFile(S3Exception answer, String key) {
        NoSuchFileException failure = new NoSuchFileException(url(key), null, "endpoint=" + endpoint);
        failure.initCause(answer);
        return failure;
    }

    /** Returns the URL of an object. */
    String url(String key) {
        return "s3://" + bucket.bucket() + "/" + key;
    }

    private SnapshotStoreException unusable(String mustHold, String key, String remedy, SdkException cause) {
        return new SnapshotStoreException(mustHold + ": " + place(key) + "; " + remedy, cause);
    }

    private String place(String key) {
        return "bucket=" + bucket.bucket() + ", key=" + key + ", endpoint=" + endpoint;
    }

    static String code(S3Exception answer) {
        return answer.awsErrorDetails() == null || answer.awsErrorDetails().errorCode() == null
                ? ""
                : answer.awsErrorDetails().errorCode();
    }

    private static boolean isWithoutCredentials(SdkException failure) {
        return String.valueOf(failure.getMessage()).contains("Unable to load credentials");
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root.toString();
    }
}
