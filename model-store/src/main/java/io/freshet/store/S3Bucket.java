package io.freshet.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A client for one bucket, with the few operations that a snapshot store needs. Keys are complete, including the prefix.
 * Thread-safe.
 *
 * <p>Never closed: it lives as long as the process, and idle connections are dropped.
 */
final class S3Bucket {
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    private final S3Client client;
    private final String name;
    private final S3Timeouts patience;
    private final int partBytes;
    private final S3Failures failures;

    private S3Bucket(S3Client client, S3Settings settings, S3Timeouts patience, S3Failures failures) {
        this.client = client;
        this.name = failures.bucket().bucket();
        this.patience = patience;
        this.partBytes = settings.partBytes();
        this.failures = failures;
    }

    /** Creates a client without sending a request: the bucket may not exist. */
    static S3Bucket open(StoreLocation.Bucket bucket, S3Settings settings, S3Timeouts patience)
            throws SnapshotStoreException {
        URI endpoint = settings.endpoint();
        S3Failures failures = new S3Failures(bucket, endpoint == null ? "AWS" : endpoint.toString());
        try {
            return new S3Bucket(S3Connection.open(settings, patience), settings, patience, failures);
        } catch (SdkException e) {
            throw new SnapshotStoreException(
                    "region must be known: bucket=" + bucket + "; set model.store.s3.region or AWS_REGION", e);
        }
    }

    /**
     * An object in the bucket.
     *
     * @param lastModified time of the last modification by the store's clock
     */
    record Entry(String key, long length, Instant lastModified) {}

    /** A multipart upload in progress. */
    record Upload(String key, String id, Instant begun) {}

    /** Lists all objects whose keys begin with {@code prefix}. */
    List<Entry> list(String prefix) throws IOException {
        return asking(
                prefix,
                () -> client
                        .listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix))
                        .contents()
                        .stream()
                        .map(object -> new Entry(object.key(), object.size(), object.lastModified()))
                        .toList());
    }

    /** Reads a small object. */
    byte[] get(String key) throws IOException {
        return asking(
                key,
                () -> client.getObject(request -> request.bucket(name).key(key), ResponseTransformer.toBytes())
                        .asByteArray());
    }

    /** Downloads an object into a file. */
    void download(String key, Path file) throws IOException {
        asking(key, () -> client.getObject(request -> request.bucket(name).key(key), new S3Download(file)));
    }

    /** Writes a small object, replacing any existing one. */
    void put(String key, byte[] bytes) throws IOException {
        asking(key, () -> client.putObject(request -> request.bucket(name).key(key), RequestBody.fromBytes(bytes)));
    }

    /** Writes a small object unless the key exists; returns whether it was written. */
    boolean putIfAbsent(String key, byte[] bytes) throws IOException {
        return asking(key, () -> {
            try {
                client.putObject(
                        request -> request.bucket(name).key(key).ifNoneMatch("*"), RequestBody.fromBytes(bytes));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == PRECONDITION_FAILED) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** Returns whether a file of this length is sent as a multipart upload. */
    boolean sendsInParts(long length) {
        return length > partBytes;
    }

    /** Uploads a file, replacing any existing object. A file longer than one part is sent as a multipart upload. */
    void upload(String key, Path file) throws IOException {
        if (!sendsInParts(Files.size(file))) {
            asking(
                    key,
                    () -> client.putObject(
                            request -> request.bucket(name)
                                    .key(key)
                                    .overrideConfiguration(call -> call.apiCallAttemptTimeout(patience.send())),
                            RequestBody.fromFile(file)));
        } else {
            S3Parts parts = new S3Parts(client, name, key, patience.send());
            try {
                parts.upload(file, partBytes);
            } catch (SdkException e) {
                throw failures.of(e, key);
            }
        }
    }

    /** Copies an object within the bucket, replacing any existing one. Returns false if there is no such object. */
    boolean copy(String from, String to) throws IOException {
        return asking(to, () -> {
            try {
                client.copyObject(request -> request.sourceBucket(name)
                        .sourceKey(from)
                        .destinationBucket(name)
                        .destinationKey(to)
                        .overrideConfiguration(call -> call.apiCallAttemptTimeout(patience.send())));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == NOT_FOUND) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** Deletes an object if it exists. */
    void delete(String key) throws IOException {
        asking(key, () -> client.deleteObject(request -> request.bucket(name).key(key)));
    }

    /**
     * Lists the multipart uploads in progress whose keys begin with {@code prefix}. Some stores only list uploads if the
     * prefix is a complete key.
     */
    List<Upload> uploads(String prefix) throws IOException {
        return asking(
                prefix,
                () -> client
                        .listMultipartUploads(request -> request.bucket(name).prefix(prefix))
                        .uploads()
                        .stream()
                        .map(S3Bucket::upload)
                        .toList());
    }

    /** Aborts a multipart upload and removes its parts. */
    void abort(Upload upload) throws IOException {
        asking(
                upload.key(),
                () -> client.abortMultipartUpload(
                        request -> request.bucket(name).key(upload.key()).uploadId(upload.id())));
    }

    /** Returns the URL of an object, for messages. */
    String url(String key) {
        return failures.url(key);
    }

    private static Upload upload(MultipartUpload upload) {
        return new Upload(upload.key(), upload.uploadId(), upload.initiated());
    }

    private <T> T asking(String key, Supplier<T> call) throws IOException {
        try {
            return call.get();
        } catch (SdkException e) {
            throw failures.of(e, key);
        }
    }
}
