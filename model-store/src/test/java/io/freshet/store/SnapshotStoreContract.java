package io.freshet.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.freshet.store.format.FormatVersionException;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.TopicPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that every model store must pass, whatever its storage. */
abstract class SnapshotStoreContract {
    static final String MODEL = "main";
    static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");

    private static final int TIMEOUT_S = 60;
    private static final String SHA256_OF_W = "50e721e49c013f00c62cf59f2163542a9d8df02464efeb615d31051b0fddc326";
    private static final String SHA256_OF_X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

    /** Returns a store over the same location as the other stores of this test, with its clock ahead by {@code ahead}. */
    abstract SnapshotStore store(Duration ahead);

    /** Returns the paths of all files in the location, without folders. */
    abstract List<String> paths() throws IOException;

    abstract byte[] bytes(String path) throws IOException;

    abstract void write(String path, byte[] bytes) throws IOException;

    abstract void remove(String path) throws IOException;

    /** Returns the name of a path in messages. */
    abstract String called(String path);

    static OrphanPolicy leftOvers(Duration ahead) {
        return new OrphanPolicy(Clock.offset(Clock.systemUTC(), ahead));
    }

    final SnapshotStore store() {
        return store(Duration.ZERO);
    }

    @Test
    void shouldGiveBackTheFilesWhenASnapshotIsOpened() throws IOException {
        Manifest saved = save(7, "w", "v");
        try (Snapshot snapshot = store().open(MODEL, saved.version())) {
            assertThat(snapshot.manifest()).isEqualTo(saved);
            assertThat(snapshot.file("weights")).hasContent("w");
            assertThat(snapshot.file("vocabulary.txt")).hasContent("v");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> snapshot.file("other"))
                    .withMessageContaining("[vocabulary.txt, weights]");
        }
    }

    @Test
    void shouldNameTheVersionByStepAndDigestsOfTheFiles() throws IOException {
        Manifest saved = save(7, "w", "v");
        // printf 'vocabulary.txt %s\nweights %s\n' $(printf v | sha256sum …) $(printf w | sha256sum …) | sha256sum
        assertThat(saved.version()).isEqualTo("000000000007-37bf944d9aca");
        assertThat(saved.files())
                .contains(new FileEntry("weights", 1, SHA256_OF_W))
                .extracting(FileEntry::name)
                .containsExactly("vocabulary.txt", "weights");
        assertThat(paths())
                .containsExactly(path(saved, "manifest.json"), path(saved, "vocabulary.txt"), path(saved, "weights"));
    }

    @Test
    void shouldListVersionsByStepWhenSavedInAnyOrder() throws IOException {
        String second = save(20, "a", "v").version();
        String third = save(100, "a", "v").version();
        String first = save(3, "a", "v").version();
        assertThat(store().versions(MODEL)).containsExactly(first, second, third);
        assertThat(store().versions("another")).isEmpty();
        assertThat(store().versions("mai")).isEmpty();
    }

    @Test
    void shouldLeaveNothingWhenAFileCannotBeWritten() throws IOException {
        SnapshotFiles files = new SnapshotFiles().add("weights", file -> {
            Files.writeString(file, "half");
            throw new IOException("disk full");
        });
        assertThatThrownBy(() -> store().save(draft(1), files))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
        assertThat(store().versions(MODEL)).isEmpty();
        assertThat(paths()).isEmpty();
    }

    @Test
    void shouldFailWhenAFileWasNotWritten() {
        SnapshotFiles files = new SnapshotFiles().add("weights", file -> {});
        assertThatThrownBy(() -> store().save(draft(1), files)).isInstanceOf(NoSuchFileException.class);
    }

    /** Ways in which a file can be damaged. */
    enum Damage {
        CUT {
            @Override
            byte[] of(byte[] bytes, byte[] others) {
                return Arrays.copyOf(bytes, bytes.length - 1);
            }
        },
        EMPTIED {
            @Override
            byte[] of(byte[] bytes, byte[] others) {
                return new byte[0];
            }
        },
        FLIPPED_BIT {
            @Override
            byte[] of(byte[] bytes, byte[] others) {
                byte[] flipped = bytes.clone();
                flipped[bytes.length / 2] ^= 1;
                return flipped;
            }
        },
        SWAPPED {
            @Override
            byte[] of(byte[] bytes, byte[] others) {
                return others;
            }
        };

        abstract byte[] of(byte[] bytes, byte[] others);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseSnapshotByNameWhenAFileIsDamaged(Damage damage) throws IOException {
        Manifest before = save(6, "weights before", "vocabulary before");
        Manifest saved = save(7, "weights", "vocabulary");
        for (String name : List.of("weights", "vocabulary.txt", "manifest.json")) {
            byte[] whole = bytes(path(saved, name));
            write(path(saved, name), damage.of(whole, bytes(path(before, name))));
            assertThatThrownBy(() -> store().open(MODEL, saved.version()))
                    .isInstanceOf(SnapshotCorruptException.class)
                    .hasMessageContaining(called(path(saved, name)));
            write(path(saved, name), whole);
        }
        store().open(MODEL, saved.version()).close();
        store().open(MODEL, before.version()).close();
    }

    @Test
    void shouldNameBothDigestsAndLengthsWhenAFileIsDamaged() throws IOException {
        Manifest saved = save(7, "w", "v");
        write(path(saved, "weights"), "x".getBytes(UTF_8));
        assertThatThrownBy(() -> store().open(MODEL, saved.version()))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining(SHA256_OF_W + " in the manifest")
                .hasMessageContaining(SHA256_OF_X + " found");
        write(path(saved, "weights"), "ww".getBytes(UTF_8));
        assertThatThrownBy(() -> store().open(MODEL, saved.version()))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining("length=1 in the manifest, 2 found");
    }

    @Test
    void shouldRefuseSnapshotWhenAFileIsMissing() throws IOException {
        Manifest saved = save(7, "w", "v");
        remove(path(saved, "weights"));
        assertThatThrownBy(() -> store().open(MODEL, saved.version()))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining(called(path(saved, "weights")))
                .hasMessageContaining(SHA256_OF_W);
    }

    @ParameterizedTest
    @CsvSource({
        "\"step\" : 7, \"step\" : 8",
        "\"offset\" : 14, \"offset\" : 15",
        "\"held\" : false, \"held\" : true",
        "\"model\" : \"main\", \"model\" : \"other\"",
        SHA256_OF_W + "," + SHA256_OF_X,
        "\"version\" : \"0, \"version\" : \"1",
        "\"files\", \"flies\"",
        "\"format_version\" : 5, \"format_version\" : 4",
    })
    void shouldRefuseSnapshotWhenTheManifestWasChanged(String right, String wrong) throws IOException {
        Manifest saved = save(7, "w", "v");
        String json = new String(bytes(path(saved, "manifest.json")), UTF_8);
        assertThat(json).contains(right);
        write(path(saved, "manifest.json"), json.replace(right, wrong).getBytes(UTF_8));
        assertThatThrownBy(() -> store().open(MODEL, saved.version()))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining(called(path(saved, "manifest.json")));
    }

    @Test
    void shouldOpenManifestWhenItIsOfTheFirstVersion() throws IOException {
        Manifest saved = save(7, "w", "v");
        String json = new String(bytes(path(saved, "manifest.json")), UTF_8);
        String older = json.replace("\"format_version\" : 5", "\"format_version\" : 1")
                .replaceFirst(",\\s*\"sha256\" : \"[0-9a-f]{64}\"\\s*}$", "\n}");
        write(path(saved, "manifest.json"), older.getBytes(UTF_8));
        try (Snapshot snapshot = store().open(MODEL, saved.version())) {
            assertThat(snapshot.manifest().formatVersion()).isEqualTo(1);
            assertThat(snapshot.manifest().modelLog()).isEqualTo(saved.modelLog());
        }
    }

    @Test
    void shouldNameTheFileAndBothVersionsWhenTheManifestIsTooNew() throws IOException {
        Manifest saved = save(7, "w", "v");
        write(path(saved, "manifest.json"), "{\"format_version\":9}".getBytes(UTF_8));
        assertThatThrownBy(() -> store().open(MODEL, saved.version()))
                .isInstanceOf(FormatVersionException.class)
                .hasMessageContaining(called(path(saved, "manifest.json")))
                .hasMessageContaining("version=9, newest readable version=" + Manifest.FORMAT_VERSION);
    }

    @Test
    void shouldMakeWholeAndKeepTheManifestWhenTheSameFilesAreSavedAgain() throws IOException {
        Manifest first = save(7, "w", "v");
        write(path(first, "weights"), "damaged".getBytes(UTF_8));
        Manifest second = store().save(draft(7, CREATED.plusSeconds(60)), files("w", "v"));
        assertThat(second).isEqualTo(first);
        assertThat(store().versions(MODEL)).containsExactly(first.version());
        try (Snapshot snapshot = store().open(MODEL, first.version())) {
            assertThat(snapshot.manifest()).isEqualTo(first);
        }
        assertThat(paths()).hasSize(3);
    }

    @Test
    void shouldReplaceTheManifestWhenTheSameFilesAreSavedInANewerLineage() throws IOException {
        Manifest first = store().save(inLineage(1), files("w", "v"));
        Manifest newer = store().save(inLineage(2), files("w", "v"));
        Manifest late = store().save(inLineage(1), files("w", "v"));
        assertThat(newer.version()).isEqualTo(first.version());
        assertThat(newer.lineage()).isEqualTo(2);
        assertThat(late).isEqualTo(newer);
        try (Snapshot snapshot = store().open(MODEL, first.version())) {
            assertThat(snapshot.manifest()).isEqualTo(newer);
        }
    }

    private static ManifestDraft inLineage(long lineage) {
        return draft(7).lineage(lineage);
    }

    @Test
    void shouldReplaceTheManifestWhenItIsDamagedAndTheSameFilesAreSavedAgain() throws IOException {
        Manifest first = save(7, "w", "v");
        write(path(first, "manifest.json"), "{".getBytes(UTF_8));
        Manifest second = store().save(draft(7, CREATED.plusSeconds(60)), files("w", "v"));
        assertThat(second.createdAt()).isEqualTo(CREATED.plusSeconds(60));
        try (Snapshot snapshot = store().open(MODEL, first.version())) {
            assertThat(snapshot.manifest()).isEqualTo(second);
        }
    }

    @Test
    void shouldTakeAnUnchangedFileFromTheEarlierSnapshotAndKeepItWhenThatIsDeleted() throws IOException {
        Manifest first = save(7, "w", "v");
        AtomicBoolean closed = new AtomicBoolean();
        SnapshotFiles files = new SnapshotFiles(first.version(), () -> closed.set(true))
                .add("vocabulary.txt", file -> Files.writeString(file, "v2"))
                .add("weights", file -> fail("an unchanged file must not be written"), entry(first, "weights"));

        Manifest second = store().save(draft(8), files);

        assertThat(closed).isTrue();
        assertThat(files.written()).isEqualTo(new SnapshotFiles.Written(1, 2, 1));
        assertThat(second).isEqualTo(save(8, "w", "v2"));
        store().delete(MODEL, first.version());
        assertThat(paths()).hasSize(3).allMatch(path -> path.contains(second.version()));
        try (Snapshot snapshot = store().open(MODEL, second.version())) {
            assertThat(snapshot.file("weights")).hasContent("w");
            assertThat(snapshot.file("vocabulary.txt")).hasContent("v2");
        }
    }

    @Test
    void shouldWriteAnUnchangedFileWhenTheEarlierSnapshotIsGone() throws IOException {
        Manifest first = save(7, "w", "v");
        store().delete(MODEL, first.version());
        SnapshotFiles files = new SnapshotFiles(first.version(), () -> {})
                .add("weights", file -> Files.writeString(file, "w"), entry(first, "weights"));

        Manifest second = store().save(draft(8), files);

        assertThat(files.written()).isEqualTo(new SnapshotFiles.Written(1, 1, 0));
        try (Snapshot snapshot = store().open(MODEL, second.version())) {
            assertThat(snapshot.file("weights")).hasContent("w");
        }
    }

    @Test
    void shouldMakeTheSameVersionOfItsOwnFilesWhenNothingHasChanged() throws IOException {
        Manifest first = save(7, "w", "v");
        SnapshotFiles files = new SnapshotFiles(first.version(), () -> {})
                .add("vocabulary.txt", file -> Files.writeString(file, "v"), entry(first, "vocabulary.txt"))
                .add("weights", file -> Files.writeString(file, "w"), entry(first, "weights"));

        Manifest second = store().save(inLineage(2), files);

        assertThat(second.version()).isEqualTo(first.version());
        assertThat(paths()).hasSize(3);
        try (Snapshot snapshot = store().open(MODEL, first.version())) {
            assertThat(snapshot.manifest()).isEqualTo(second);
        }
    }

    private static FileEntry entry(Manifest manifest, String name) {
        return manifest.files().stream()
                .filter(file -> file.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldNotReadFilesThatAreNotWanted() throws IOException {
        Manifest saved = save(7, "w", "v");
        remove(path(saved, "weights"));

        try (Snapshot snapshot = store().open(MODEL, saved.version(), "vocabulary.txt"::equals)) {
            assertThat(snapshot.file("vocabulary.txt")).hasContent("v");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> snapshot.file("weights"))
                    .withMessageContaining("must have been wanted");
        }
    }

    @Test
    void shouldBeGoneWhenDeleted() throws IOException {
        Manifest kept = save(1, "w", "v");
        String version = save(2, "w", "v").version();
        store().delete(MODEL, version);
        store().delete(MODEL, version);
        assertThat(store().versions(MODEL)).containsExactly(kept.version());
        assertThatThrownBy(() -> store().open(MODEL, version)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store().manifest(MODEL, version)).isInstanceOf(NoSuchFileException.class);
        assertThat(paths()).hasSize(3).allMatch(path -> path.contains(kept.version()));
    }

    @Test
    void shouldPublishAllWhenTwoWriteDifferentVersionsAtOnce() throws Exception {
        List<Manifest> saved = atOnce(
                () -> store().save(draft(1), files("one", "v")), () -> store().save(draft(1), files("two", "v")));
        assertThat(saved.get(0).version()).isNotEqualTo(saved.get(1).version());
        for (Manifest manifest : saved) {
            try (Snapshot snapshot = store().open(MODEL, manifest.version())) {
                assertThat(snapshot.manifest()).isEqualTo(manifest);
            }
        }
        assertThat(store().versions(MODEL)).hasSize(2);
    }

    @Test
    void shouldPublishOneWhenTwoWriteTheSameVersionAtOnce() throws Exception {
        for (int step = 0; step < 5; step++) {
            ManifestDraft early = draft(step, CREATED);
            ManifestDraft late = draft(step, CREATED.plusSeconds(1));
            List<Manifest> saved =
                    atOnce(() -> store().save(early, files("w", "v")), () -> store().save(late, files("w", "v")));
            assertThat(saved.get(0)).isEqualTo(saved.get(1));
            try (Snapshot snapshot = store().open(MODEL, saved.getFirst().version())) {
                assertThat(snapshot.manifest()).isEqualTo(saved.getFirst());
            }
        }
    }

    @Test
    void shouldTakeNothingFromAnotherWriterWhenThatIsSlow() throws Exception {
        CyclicBarrier halfWritten = new CyclicBarrier(2);
        SnapshotFiles slow = new SnapshotFiles()
                .add("a", file -> Files.writeString(file, "a"))
                .add("b", file -> {
                    await(halfWritten);
                    await(halfWritten);
                    Files.writeString(file, "b");
                });
        try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
            Future<Manifest> saved = writer.submit(() -> store().save(draft(5), slow));
            await(halfWritten);
            Manifest meanwhile = save(6, "w", "v");
            await(halfWritten);
            String version = saved.get().version();
            assertThat(store().versions(MODEL)).containsExactly(version, meanwhile.version());
            store().open(MODEL, version).close();
        }
    }

    @Test
    void shouldOpenEveryListedVersionWhenAnotherThreadWrites() throws Exception {
        save(0, "w", "v");
        AtomicBoolean writing = new AtomicBoolean(true);
        try (var reader = Executors.newSingleThreadExecutor()) {
            Future<Integer> opened = reader.submit(() -> openNewestWhile(writing));
            try {
                for (int step = 1; step <= 10; step++) {
                    save(step, "w".repeat(1 + step % 5), "v");
                    save(step, "w".repeat(1 + step % 5), "v");
                }
            } finally {
                writing.set(false);
            }
            assertThat(opened.get()).isPositive();
        }
    }

    private int openNewestWhile(AtomicBoolean writing) throws IOException {
        int opened = 0;
        do {
            String newest = store().versions(MODEL).getLast();
            try (Snapshot snapshot = store().open(MODEL, newest)) {
                assertThat(snapshot.file("weights")).isNotEmptyFile();
                opened++;
            }
        } while (writing.get());
        return opened;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../main", "a/b", "/etc", ".hidden", "a\0"})
    void shouldRefuseNamesWhenTheyLeadElsewhere(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> store().versions(name));
        assertThatIllegalArgumentException().isThrownBy(() -> store().open(MODEL, name));
        assertThatIllegalArgumentException().isThrownBy(() -> store().delete(MODEL, name));
        assertThatIllegalArgumentException().isThrownBy(() -> new SnapshotFiles().add(name, file -> {}));
    }

    @Test
    void shouldRefuseStepWhenItHasMoreThan12Digits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().save(draft(1_000_000_000_000L), new SnapshotFiles()))
                .withMessageContaining("step=1000000000000");
    }

    @Test
    void shouldKeepWhatThePolicyKeepsWhenSomeCannotBeRead() throws IOException {
        List<Manifest> saved = new ArrayList<>();
        for (int step = 1; step <= 6; step++) {
            saved.add(save(step, "w" + step, "v"));
        }
        write(path(saved.get(1), "manifest.json"), "{".getBytes(UTF_8));
        write(path(saved.get(4), "manifest.json"), "{".getBytes(UTF_8));
        List<String> versions = saved.stream().map(Manifest::version).toList();
        assertThat(new RetentionPolicy(2, 0)
                        .surplus(RetentionPolicy.Stored.of(store(), MODEL), Set.of(versions.getFirst())))
                .containsExactly(versions.get(2));
        assertThat(new RetentionPolicy(1, 0).surplus(RetentionPolicy.Stored.of(store(), MODEL), Set.of()))
                .containsExactly(versions.get(1), versions.get(4), versions.get(0), versions.get(2), versions.get(3));
    }

    final Manifest save(long step, String weights, String vocabulary) throws IOException {
        return store().save(draft(step), files(weights, vocabulary));
    }

    static SnapshotFiles files(String weights, String vocabulary) {
        return new SnapshotFiles()
                .add("weights", file -> Files.writeString(file, weights))
                .add("vocabulary.txt", file -> Files.writeString(file, vocabulary));
    }

    static ManifestDraft draft(long step) {
        return draft(step, CREATED);
    }

    static ManifestDraft draft(long step, Instant createdAt) {
        return new ManifestDraft(MODEL, step, createdAt)
                .encoder(Map.of("dim", 64), 1)
                .platform(Map.of("java", "25"))
                .covering(
                        new TopicPosition("model-log", 0, step * 2),
                        new TopicPosition("model-deltas", 0, step),
                        List.of(new TopicPosition("sequences", 0, step)));
    }

    static String path(Manifest manifest, String name) {
        return manifest.model() + "/" + manifest.version() + "/" + name;
    }

    /** A write that may fail. */
    @FunctionalInterface
    interface Writing {
        Manifest save() throws IOException;
    }

    static List<Manifest> atOnce(Writing... writings) throws Exception {
        CyclicBarrier start = new CyclicBarrier(writings.length);
        try (ExecutorService writers = Executors.newFixedThreadPool(writings.length)) {
            List<Future<Manifest>> futures = Arrays.stream(writings)
                    .map(writing -> writers.submit(() -> {
                        await(start);
                        return writing.save();
                    }))
                    .toList();
            List<Manifest> saved = new ArrayList<>();
            for (Future<Manifest> future : futures) {
                saved.add(future.get());
            }
            return saved;
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
