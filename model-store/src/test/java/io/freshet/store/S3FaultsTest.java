package io.freshet.store;

import static io.freshet.store.SnapshotStoreContract.MODEL;
import static io.freshet.store.SnapshotStoreContract.draft;
import static io.freshet.store.SnapshotStoreContract.files;
import static io.freshet.store.SnapshotStoreContract.leftOvers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.FaultyNetwork.Fault;
import io.freshet.store.snapshot.Manifest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the S3 store while the network or S3 itself fails. */
class S3FaultsTest {
    private static final S3Timeouts LITTLE =
            new S3Timeouts(Duration.ofSeconds(2), Duration.ofMillis(700), Duration.ofSeconds(3), 3);
    private static final int LONG = S3Settings.LEAST_PART_BYTES + 1;

    @TempDir
    static Path s3Folder;

    static InProcessS3 s3;

    @TempDir
    Path work;

    private StoreLocation.Bucket location = StoreLocation.Bucket.parse("s3://" + InProcessS3.BUCKET);
    private FaultyNetwork network;
    private SnapshotStore direct;
    private SnapshotStore store;

    @BeforeAll
    static void start() throws Exception {
        s3 = InProcessS3.start(s3Folder);
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    @BeforeEach
    void connect() throws IOException {
        location = StoreLocation.Bucket.parse("s3://" + InProcessS3.BUCKET + "/faults/" + System.nanoTime());
        network = new FaultyNetwork(s3.port());
        direct = store(s3.port(), Duration.ZERO);
        store = store(network.port(), Duration.ZERO);
    }

    @AfterEach
    void disconnect() {
        network.close();
    }

    static Stream<Fault> faultsInPassing() {
        return Stream.of(
                new Fault.Answered(503, "SlowDown"),
                new Fault.Answered(500, "InternalError"),
                new Fault.Answered(409, "ConditionalRequestConflict"),
                new Fault.AnswerCut(),
                new Fault.AnswerLost(),
                new Fault.Refused(),
                new Fault.Silence());
    }

    @ParameterizedTest
    @MethodSource("faultsInPassing")
    void shouldWriteAndReadWhenEachRequestFailsOnce(Fault fault) throws IOException {
        network.goWrongOnce(fault);
        Manifest saved = store.save(draft(1), files("weights", "vocabulary"));
        assertThat(store.versions(MODEL)).containsExactly(saved.version());
        try (Snapshot snapshot = store.open(MODEL, saved.version())) {
            assertThat(snapshot.manifest()).isEqualTo(saved);
            assertThat(snapshot.file("weights")).hasContent("weights");
        }
        store.delete(MODEL, saved.version());
        assertThat(direct.versions(MODEL)).isEmpty();
    }

    @Test
    void shouldSendALongFileWhenEachRequestFailsOnce() throws IOException {
        network.goWrongOnce(new Fault.Answered(500, "InternalError"));
        Manifest saved = store.save(draft(1), longFile());
        direct.open(MODEL, saved.version()).close();
        assertThat(uploads()).isZero();
    }

    @Test
    void shouldTakeBackALongFileWhenAPartCannotBeSent() throws IOException {
        network.goWrong(
                request -> request.contains("partNumber=2") ? new Fault.Answered(500, "InternalError") : Fault.NONE);
        assertThatThrownBy(() -> store.save(draft(1), longFile()))
                .isInstanceOf(SnapshotStoreException.class)
                .hasMessageContaining("bucket=" + InProcessS3.BUCKET)
                .hasMessageContaining("/weights")
                .hasMessageContaining("endpoint=http://127.0.0.1:" + network.port())
                .hasMessageContaining("code=InternalError");
        assertThat(uploads()).isZero();
        assertThat(direct.versions(MODEL)).isEmpty();
        assertThat(work).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void shouldShowNothingOrAllWhenItsWriterDiesAfterSoManyRequests(int requests) throws IOException {
        Manifest before = direct.save(draft(1), files("weights", "vocabulary"));
        AtomicInteger left = new AtomicInteger(requests);
        network.goWrong(request -> left.getAndDecrement() > 0 ? Fault.NONE : new Fault.Refused());
        try {
            store.save(draft(2), files("more weights", "more vocabulary"));
        } catch (SnapshotStoreException e) {
            assertThat(e).hasMessageContaining("S3 must be reached");
        }
        for (String version : direct.versions(MODEL)) {
            direct.open(MODEL, version).close();
        }
        int seen = direct.versions(MODEL).size();

        store(s3.port(), OrphanPolicy.AGE.plusMinutes(1)).save(draft(3), files("w", "v"));
        assertThat(direct.versions(MODEL)).hasSize(seen + 1).startsWith(before.version());
        assertThat(objects()).isEqualTo(3L * (seen + 1));
    }

    @Test
    void shouldSayThatTheStoreCannotBeUsedWhenAnswersAreAlwaysCut() throws IOException {
        Manifest saved = direct.save(draft(1), files("weights", "vocabulary"));
        network.goWrong(request -> request.contains("/weights") ? new Fault.AnswerCut() : Fault.NONE);
        assertThatThrownBy(() -> store.open(MODEL, saved.version()))
                .isInstanceOf(SnapshotStoreException.class)
                .hasMessageContaining("/weights");
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void shouldPutBackWhatSomebodyElseTookForAbandoned() throws IOException {
        network.goWrong(request -> {
            if (request.startsWith("PUT") && request.contains("manifest.json")) {
                deleteObjects("weights");
            }
            return Fault.NONE;
        });
        Manifest saved = store.save(draft(1), files("weights", "vocabulary"));
        direct.open(MODEL, saved.version()).close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | AccessDenied | access must be allowed | rights to list the bucket",
                "403 | InvalidAccessKeyId | credentials must be the store's | AWS_ACCESS_KEY_ID",
                "403 | SignatureDoesNotMatch | credentials must be the store's | AWS_SECRET_ACCESS_KEY",
                "400 | AuthorizationHeaderMalformed | region must be the bucket's | model.store.s3.region",
                "404 | NoSuchBucket | bucket must exist | model.store.url",
                "501 | NotImplemented | S3 request failed | status=501",
            })
    void shouldNameBucketKeyEndpointAndRemedyWhenTheStoreRefuses(
            int status, String code, String mustHold, String remedy) {
        network.goWrong(request -> new Fault.Answered(status, code));
        assertThatThrownBy(() -> store.manifest(MODEL, "000000000001-0123456789ab"))
                .isInstanceOf(SnapshotStoreException.class)
                .hasMessageContaining(mustHold)
                .hasMessageContaining(remedy)
                .hasMessageContaining("bucket=" + InProcessS3.BUCKET)
                .hasMessageContaining("key=" + location.prefix() + "/main/000000000001-0123456789ab/manifest.json")
                .hasMessageContaining("endpoint=http://127.0.0.1:" + network.port());
    }

    @Test
    void shouldNameTheBucketWhenItIsNotThere() throws IOException {
        location = StoreLocation.Bucket.parse("s3://nowhere");
        SnapshotStore nowhere = store(s3.port(), Duration.ZERO);
        assertThatThrownBy(() -> nowhere.versions(MODEL))
                .isInstanceOf(SnapshotStoreException.class)
                .hasMessageContaining("bucket must exist: bucket=nowhere");
        assertThatThrownBy(() -> nowhere.save(draft(1), files("w", "v")))
                .isInstanceOf(SnapshotStoreException.class)
                .hasMessageContaining("bucket must exist: bucket=nowhere");
    }

    @Test
    void shouldNameTheEndpointWhenNobodyListensThere() {
        network.close();
        assertThatThrownBy(() -> store.versions(MODEL))
                .isInstanceOf(SnapshotStoreException.class)
                .hasMessageContaining("S3 must be reached")
                .hasMessageContaining("endpoint=http://127.0.0.1:" + network.port())
                .hasMessageContaining("Connection refused");
    }

    private SnapshotStore store(int port, Duration ahead) throws IOException {
        S3Settings settings =
                new S3Settings(URI.create("http://127.0.0.1:" + port), "", true, S3Settings.LEAST_PART_BYTES);
        return new S3SnapshotStore(location, S3Bucket.open(location, settings, LITTLE), work, leftOvers(ahead));
    }

    private static SnapshotFiles longFile() {
        return new SnapshotFiles().add("weights", file -> Files.write(file, new byte[LONG]));
    }

    private static long uploads() {
        return s3.client().listMultipartUploads(request -> request.bucket(InProcessS3.BUCKET)).uploads().stream()
                .filter(upload -> upload.key().startsWith("faults/"))
                .count();
    }

    private long objects() {
        return keys().count();
    }

    private void deleteObjects(String name) {
        keys().filter(key -> key.endsWith("/" + name))
                .forEach(key -> s3.client()
                        .deleteObject(
                                request -> request.bucket(InProcessS3.BUCKET).key(key)));
    }

    private Stream<String> keys() {
        return s3
                .client()
                .listObjectsV2(request -> request.bucket(InProcessS3.BUCKET).prefix(location.key("")))
                .contents()
                .stream()
                .map(object -> object.key());
    }
}
