package io.freshet.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A multipart upload of a long file to one object, of a few parts at once. The object appears once all parts have arrived.
 * If a part fails, the upload is aborted and its parts are removed.
 */
record S3Parts(S3Client client, String bucket, String key, Duration patience) {
    private static final int MOST_PARTS = 10_000;

    /** Parts that are sent at once, each from memory. */
    private static final int PARTS_AT_ONCE = 4;

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
        CompletedPart[] sent = new CompletedPart[Math.toIntExact(Math.ceilDiv(Files.size(file), partBytes))];
        List<Integer> parts = IntStream.range(0, sent.length).boxed().toList();
        try (FileChannel bytes = FileChannel.open(file)) {
            Transfers.run(parts, PARTS_AT_ONCE, part -> {
                ByteBuffer content = ByteBuffer.allocate(partBytes);
                long from = (long) part * partBytes;
                int read = 0;
                while (content.hasRemaining() && read >= 0) {
                    read = bytes.read(content, from + content.position());
                }
                sent[part] = send(id, part + 1, content.array(), content.position());
            });
        }
        return List.of(sent);
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
