package io.freshet.store;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3 server in this JVM, backed by a folder, with one bucket and one pair of keys. */
final class InProcessS3 implements AutoCloseable {
    static final String BUCKET = "snapshots";

    private static final String KEY_ID = "test-key-id";
    private static final String SECRET = "test-secret";

    private final S3Proxy proxy;
    private final S3Client client;

    private InProcessS3(S3Proxy proxy, S3Client client) {
        this.proxy = proxy;
        this.client = client;
    }

    /** Starts a server, and sets its keys as system properties, where the SDK looks first. */
    static InProcessS3 start(Path folder) throws Exception {
        System.setProperty("aws.accessKeyId", KEY_ID);
        System.setProperty("aws.secretAccessKey", SECRET);
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(
                        Files.createDirectories(folder).toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, KEY_ID, SECRET)
                .stopTimeout(0)
                .build();
        proxy.start();
        S3Client client = S3Connection.open(settings(proxy.getPort()), S3Timeouts.USUAL);
        client.createBucket(request -> request.bucket(BUCKET));
        return new InProcessS3(proxy, client);
    }

    int port() {
        return proxy.getPort();
    }

    S3Client client() {
        return client;
    }

    S3Settings settings() {
        return settings(port());
    }

    /** Returns settings for an S3 server on a local port. */
    static S3Settings settings(int port) {
        return new S3Settings(URI.create("http://127.0.0.1:" + port), "", true, S3Settings.LEAST_PART_BYTES);
    }

    @Override
    public void close() {
        client.close();
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException("S3 must stop", e);
        }
    }
}
