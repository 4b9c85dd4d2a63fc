package io.freshet.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A multipart upload of a long file to one object. The object appears once all parts have arrived. If a part fails,
 * the upload is aborted and its parts are removed.
 */
record S3Parts(S3Client client, String bucket, String key, Duration patience) {
    private static final int MOST_PARTS = 10_000;
    private static final String CONTENT_TYPE = "application/octet-stream";

    void upload(Path file, int partBytes) throws IOException {
        String id = client.createMultipartUpload(
                        request -> request.bucket(bucket).key(key).contentType(CONTENT_TYPE))
                .uploadId();
        try {
            List<CompletedPart> parts = send(id, file, partBytes(Files.size(file), partBytes));
            client.completeMultipartUpload(request ->
                    request.bucket(bucket).key(key).uploadId(id).multipartUpload(upload -> upload.parts(parts)));
        } catch (IOException | RuntimeException e) {
            abort(id, e);
            throw e;
        }
    }

    /** Returns the part length, raised if the file would otherwise need more parts than S3 allows. */
    private static int partBytes(long length, int wanted) {
        return Math.toIntExact(Math.max(wanted, Math.ceilDiv(length, MOST_PARTS)));
    }

    private List<CompletedPart> send(String id, Path file, int partBytes) throws IOException {
        List<CompletedPart> parts = new ArrayList<>();
        byte[] part = new byte[partBytes];
        try (InputStream bytes = Files.newInputStream(file)) {
            for (int length = bytes.readNBytes(part, 0, partBytes);
                    length > 0;
                    length = bytes.readNBytes(part, 0, partBytes)) {
                parts.add(send(id, parts.size() + 1, part, length));
            }
        }
        return parts;
    }

    private CompletedPart send(String id, int number, byte[] part, int length) {
        // RequestBody.fromBytes would copy the part.
        RequestBody body =
                RequestBody.fromContentProvider(() -> new ByteArrayInputStream(part, 0, length), length, CONTENT_TYPE);
        String tag = client.uploadPart(
                        request -> request.bucket(bucket)
                                .key(key)
                                .uploadId(id)
                                .partNumber(number)
                                .overrideConfiguration(call -> call.apiCallAttemptTimeout(patience)),
                        body)
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    private void abort(String id, Exception failure) {
        try {
            client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(id));
        } catch (SdkException e) {
            failure.addSuppressed(e);
        }
    }
}
