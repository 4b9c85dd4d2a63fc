package io.freshet.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Writes the content of an object to a file. If the response is truncated, the SDK retries the request. */
record S3Download(Path file) implements ResponseTransformer<GetObjectResponse, Path> {
    private static final int CHUNK_BYTES = 1 << 16;

    @Override
    public Path transform(GetObjectResponse answer, AbortableInputStream body) throws IOException {
        long length = 0;
        byte[] chunk = new byte[CHUNK_BYTES];
        try (OutputStream into = Files.newOutputStream(file)) {
            for (int read = read(body, chunk); read >= 0; read = read(body, chunk)) {
                into.write(chunk, 0, read);
                length += read;
            }
        }
        requireWhole(answer, length);
        return file;
    }

    private static int read(InputStream body, byte[] chunk) {
        try {
            return body.read(chunk);
        } catch (IOException e) {
            throw RetryableException.create("answer ended early", e);
        }
    }

    private static void requireWhole(GetObjectResponse answer, long length) {
        Long promised = answer.contentLength();
        if (promised != null && promised != length) {
            throw RetryableException.create(
                    "answer must be complete: Content-Length=" + promised + ", found=" + length);
        }
    }
}
