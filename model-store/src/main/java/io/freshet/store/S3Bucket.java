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
 * One bucket, in the few words that a store of snapshots needs. Keys are whole. Thread-safe.
 *
 * <p>Lives as long as the process does: its connections are let go when they have been idle.
 */
final class S3Bucket {
    private static final int PRECONDITION_FAILED = 412;

    private final S3Client client;
    private final String name;
    private final S3Patience patience;
    private final int partBytes;
    private final S3Failures failures;

    private S3Bucket(S3Client client, S3Settings settings, S3Patience patience, S3Failures failures) {
        this.client = client;
        this.name = failures.bucket().bucket();
        this.patience = patience;
        this.partBytes = settings.partBytes();
        this.failures = failures;
    }

    /** The bucket that is there, or not: nothing is asked yet. */
    static S3Bucket open(StoreLocation.Bucket bucket, S3Settings settings, S3Patience patience)
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
     * An object of the bucket.
     *
     * @param lastModified by the clock of the store
     */
    record Entry(String key, long length, Instant lastModified) {}

    /** An upload in parts that has begun and not ended. */
    record Upload(String key, String id, Instant begun) {}

    /** All objects whose keys begin so. */
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

    /** A small object. */
    byte[] get(String key) throws IOException {
        return asking(
                key,
                () -> client.getObject(request -> request.bucket(name).key(key), ResponseTransformer.toBytes())
                        .asByteArray());
    }

    /** Gets an object into a file. */
    void download(String key, Path file) throws IOException {
        asking(key, () -> client.getObject(request -> request.bucket(name).key(key), new S3Download(file)));
    }

    /** Puts a small object, in place of any other. */
    void put(String key, byte[] bytes) throws IOException {
        asking(key, () -> client.putObject(request -> request.bucket(name).key(key), RequestBody.fromBytes(bytes)));
    }

    /** Puts a small object unless there is one: then false. */
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

    /** Puts a file, in parts where it is longer than one, in place of any other object. */
    void upload(String key, Path file) throws IOException {
        if (Files.size(file) <= partBytes) {
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

    /** Deletes an object, if it is there. */
    void delete(String key) throws IOException {
        asking(key, () -> client.deleteObject(request -> request.bucket(name).key(key)));
    }

    /** Uploads in parts of keys that begin so. Some stores name none but those of a whole key. */
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

    /** Ends an upload in parts for good; its parts go. */
    void abort(Upload upload) throws IOException {
        asking(
                upload.key(),
                () -> client.abortMultipartUpload(
                        request -> request.bucket(name).key(upload.key()).uploadId(upload.id())));
    }

    /** What failures call an object. */
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
