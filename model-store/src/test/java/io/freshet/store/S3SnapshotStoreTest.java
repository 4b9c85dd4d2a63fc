package io.freshet.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.snapshot.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;

class S3SnapshotStoreTest extends SnapshotStoreContract {
    @TempDir
    static Path s3Folder;

    static InProcessS3 s3;

    @TempDir
    Path work;

    private StoreLocation.Bucket location = StoreLocation.Bucket.parse("s3://" + InProcessS3.BUCKET);
    private S3Bucket bucket;

    @BeforeAll
    static void start() throws Exception {
        s3 = InProcessS3.start(s3Folder);
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    @BeforeEach
    void takeAPrefix() throws IOException {
        location = StoreLocation.Bucket.parse("s3://" + InProcessS3.BUCKET + "/tests/" + System.nanoTime());
        bucket = S3Bucket.open(location, s3.settings(), S3Timeouts.USUAL);
    }

    @Test
    void shouldIgnoreAndCleanLeftOversWhenAWriterDied() throws IOException {
        String dead = MODEL + "/000000000001-0123456789ab/weights";
        write(dead, new byte[] {1});
        write("another/000000000001-0123456789ab/weights", new byte[] {1});
        write(MODEL + "/notes.txt", new byte[] {1});
        Manifest published = save(1, "w", "v");
        assertThat(store().versions(MODEL)).containsExactly(published.version());
        assertThat(paths()).contains(dead);

        store(OrphanPolicy.AGE.plusMinutes(1)).save(draft(2), files("w", "v"));
        assertThat(paths())
                .doesNotContain(dead)
                .contains(MODEL + "/notes.txt", "another/000000000001-0123456789ab/weights");
        store().open(MODEL, published.version()).close();
    }

    @Test
    void shouldEndUploadsInPartsWhenTheirWriterDied() throws IOException {
        String key = location.key(MODEL + "/000000000001-0123456789ab/weights");
        s3.client()
                .createMultipartUpload(
                        request -> request.bucket(InProcessS3.BUCKET).key(key));
        save(1, "w", "v");
        assertThat(uploads()).contains(key);
        store(OrphanPolicy.AGE.plusMinutes(1)).save(draft(2), files("w", "v"));
        assertThat(uploads()).doesNotContain(key);
    }

    @Test
    void shouldGiveBackALongFileWhenItWasSentInParts() throws IOException {
        byte[] bytes = new byte[2 * S3Settings.LEAST_PART_BYTES + 12_345];
        new Random(1).nextBytes(bytes);
        Manifest saved = store().save(draft(3), new SnapshotFiles().add("weights", file -> Files.write(file, bytes)));
        try (Snapshot snapshot = store().open(MODEL, saved.version())) {
            assertThat(snapshot.file("weights")).hasBinaryContent(bytes);
        }
        assertThat(uploads()).isEmpty();
    }

    @Test
    void shouldLeaveNoCopiesWhenSnapshotsAreWrittenReadAndRefused() throws IOException {
        Manifest saved = save(7, "w", "v");
        try (Snapshot _ = store().open(MODEL, saved.version())) {
            assertThat(work).isNotEmptyDirectory();
        }
        remove(path(saved, "weights"));
        assertThatThrownBy(() -> store().open(MODEL, saved.version())).isInstanceOf(SnapshotCorruptException.class);
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void shouldKeepCopiesApartWhenASnapshotIsOpenedTwice() throws IOException {
        Manifest saved = save(7, "w", "v");
        try (Snapshot one = store().open(MODEL, saved.version())) {
            store().open(MODEL, saved.version()).close();
            assertThat(one.file("weights")).hasContent("w");
        }
    }

    @Override
    SnapshotStore store(Duration ahead) {
        return new S3SnapshotStore(location, bucket, work, leftOvers(ahead));
    }

    @Override
    List<String> paths() {
        return objects()
                .map(object -> object.key().substring(location.key("").length()))
                .sorted()
                .toList();
    }

    private Stream<S3Object> objects() {
        return s3
                .client()
                .listObjectsV2Paginator(
                        request -> request.bucket(InProcessS3.BUCKET).prefix(location.key("")))
                .contents()
                .stream();
    }

    private List<String> uploads() {
        return s3.client().listMultipartUploads(request -> request.bucket(InProcessS3.BUCKET)).uploads().stream()
                .map(upload -> upload.key())
                .toList();
    }

    @Override
    byte[] bytes(String path) {
        return s3.client()
                .getObjectAsBytes(request -> request.bucket(InProcessS3.BUCKET).key(location.key(path)))
                .asByteArray();
    }

    @Override
    void write(String path, byte[] bytes) {
        s3.client()
                .putObject(
                        request -> request.bucket(InProcessS3.BUCKET).key(location.key(path)),
                        RequestBody.fromBytes(bytes));
    }

    @Override
    void remove(String path) {
        s3.client().deleteObject(request -> request.bucket(InProcessS3.BUCKET).key(location.key(path)));
    }

    @Override
    String called(String path) {
        return location + "/" + path;
    }
}
