package io.freshet.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.format.FormatTooNewException;
import io.freshet.snapshot.FileEntry;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestDraft;
import io.freshet.snapshot.TopicPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileSnapshotStoreTest {
    private static final String MODEL = "main";
    private static final String SHA256_OF_W = "50e721e49c013f00c62cf59f2163542a9d8df02464efeb615d31051b0fddc326";
    private static final String SHA256_OF_X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

    @TempDir
    Path folder;

    private FileSnapshotStore store;
    private Path root;

    @BeforeEach
    void createStore() {
        root = folder.resolve("snapshots");
        store = new FileSnapshotStore(root);
    }

    @Test
    void shouldGiveBackTheFilesWhenASnapshotIsOpened() throws IOException {
        Manifest saved = save(7, "w", "v");
        try (Snapshot snapshot = store.open(MODEL, saved.version())) {
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
        assertThat(root.resolve(MODEL).resolve(saved.version()).resolve("manifest.json"))
                .isRegularFile();
    }

    @Test
    void shouldListVersionsByStepWhenSavedInAnyOrder() throws IOException {
        String second = save(20, "a", "v").version();
        String third = save(100, "a", "v").version();
        String first = save(3, "a", "v").version();
        assertThat(store.versions(MODEL)).containsExactly(first, second, third);
        assertThat(store.versions("another")).isEmpty();
    }

    @Test
    void shouldIgnoreAndCleanLeftOversWhenAWriterDied() throws IOException {
        Path model = Files.createDirectories(root.resolve(MODEL));
        Path writing = Files.createDirectories(model.resolve(".writing-dead"));
        Files.writeString(writing.resolve("weights"), "half");
        Files.writeString(writing.resolve("manifest.json"), "{");
        Path deleted = Files.createDirectories(model.resolve(".deleted-dead"));
        Path unfinished = Files.createDirectories(model.resolve("000000000001-0123456789ab"));
        Files.writeString(model.resolve("notes.txt"), "somebody's");
        assertThat(store.versions(MODEL)).isEmpty();

        String version = save(2, "w", "v").version();
        assertThat(store.versions(MODEL)).containsExactly(version);
        assertThat(writing).doesNotExist();
        assertThat(deleted).doesNotExist();
        assertThat(unfinished).exists();
    }

    @Test
    void shouldLeaveNothingWhenAFileCannotBeWritten() throws IOException {
        SnapshotFiles files = new SnapshotFiles().add("weights", file -> {
            Files.writeString(file, "half");
            throw new IOException("disk full");
        });
        assertThatThrownBy(() -> store.save(draft(1), files))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
        assertThat(store.versions(MODEL)).isEmpty();
        assertThat(root.resolve(MODEL)).isEmptyDirectory();
    }

    @Test
    void shouldFailWhenAFileWasNotWritten() {
        SnapshotFiles files = new SnapshotFiles().add("weights", file -> {});
        assertThatThrownBy(() -> store.save(draft(1), files)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldNameTheFileAndBothDigestsWhenAFileIsCorrupt() throws IOException {
        String version = save(7, "w", "v").version();
        Files.writeString(file(version, "weights"), "x");
        assertThatThrownBy(() -> store.open(MODEL, version))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining(file(version, "weights").toString())
                .hasMessageContaining(SHA256_OF_W)
                .hasMessageContaining(SHA256_OF_X);
    }

    @Test
    void shouldNameBothLengthsWhenAFileIsCutShort() throws IOException {
        String version = save(7, "wwww", "v").version();
        Files.writeString(file(version, "weights"), "ww", StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(() -> store.open(MODEL, version))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining("length=4 in the manifest, 2 found");
    }

    @Test
    void shouldRefuseSnapshotWhenAFileIsMissing() throws IOException {
        String version = save(7, "w", "v").version();
        Files.delete(file(version, "weights"));
        assertThatThrownBy(() -> store.open(MODEL, version))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining(SHA256_OF_W);
    }

    @ParameterizedTest
    @CsvSource({
        "\"step\" : 7, \"step\" : 8",
        "\"model\" : \"main\", \"model\" : \"other\"",
        SHA256_OF_W + "," + SHA256_OF_X,
        "\"version\" : \"0, \"version\" : \"1",
        "\"files\", \"flies\"",
    })
    void shouldRefuseSnapshotWhenTheManifestWasChanged(String right, String wrong) throws IOException {
        String version = save(7, "w", "v").version();
        Path manifest = file(version, "manifest.json");
        String json = Files.readString(manifest);
        assertThat(json).contains(right);
        Files.writeString(manifest, json.replace(right, wrong));
        assertThatThrownBy(() -> store.open(MODEL, version))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining(manifest.toString());
    }

    @Test
    void shouldSayTooNewWhenTheManifestIs() throws IOException {
        String version = save(7, "w", "v").version();
        Files.writeString(file(version, "manifest.json"), "{\"format_version\":9}");
        assertThatThrownBy(() -> store.open(MODEL, version)).isInstanceOf(FormatTooNewException.class);
    }

    @Test
    void shouldReplaceWhenTheSameFilesAreSavedAgain() throws IOException {
        Manifest before = save(7, "w", "v");
        Files.writeString(file(before.version(), "weights"), "damaged");
        ManifestDraft later = draft(7, Instant.parse("2026-05-05T05:05:05Z"));
        Manifest after = store.save(later, files("w", "v"));
        assertThat(after.version()).isEqualTo(before.version());
        assertThat(store.versions(MODEL)).containsExactly(before.version());
        try (Snapshot snapshot = store.open(MODEL, after.version())) {
            assertThat(snapshot.manifest().createdAt()).isEqualTo(later.createdAt());
        }
        assertThat(namesIn(root.resolve(MODEL))).containsExactly(after.version());
    }

    @Test
    void shouldBeGoneWhenDeleted() throws IOException {
        String kept = save(1, "w", "v").version();
        String version = save(2, "w", "v").version();
        store.delete(MODEL, version);
        store.delete(MODEL, version);
        assertThat(store.versions(MODEL)).containsExactly(kept);
        assertThatThrownBy(() -> store.open(MODEL, version)).isInstanceOf(NoSuchFileException.class);
        assertThat(namesIn(root.resolve(MODEL))).containsExactly(kept);
    }

    @Test
    void shouldOpenEveryListedVersionWhenAnotherThreadWrites() throws Exception {
        save(0, "w", "v");
        AtomicBoolean writing = new AtomicBoolean(true);
        try (var reader = Executors.newSingleThreadExecutor()) {
            Future<Integer> opened = reader.submit(() -> openNewestWhile(writing));
            for (int step = 1; step <= 40; step++) {
                save(step, "w".repeat(1 + step % 5), "v");
                save(step, "w".repeat(1 + step % 5), "v");
            }
            writing.set(false);
            assertThat(opened.get()).isPositive();
        }
    }

    private int openNewestWhile(AtomicBoolean writing) throws IOException {
        int opened = 0;
        do {
            String newest = store.versions(MODEL).getLast();
            try (Snapshot snapshot = store.open(MODEL, newest)) {
                assertThat(snapshot.file("weights")).isNotEmptyFile();
                opened++;
            }
        } while (writing.get());
        return opened;
    }

    @Test
    void shouldStayReadableWhenAnOpenFileIsDeleted() throws IOException {
        String version = save(1, "w", "v").version();
        try (Snapshot snapshot = store.open(MODEL, version);
                var stream = Files.newInputStream(snapshot.file("weights"))) {
            store.delete(MODEL, version);
            assertThat(stream.readAllBytes()).containsExactly('w');
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../main", "a/b", "/etc", ".hidden", "a\0"})
    void shouldRefuseNamesWhenTheyLeadElsewhere(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> store.versions(name));
        assertThatIllegalArgumentException().isThrownBy(() -> store.open(MODEL, name));
        assertThatIllegalArgumentException().isThrownBy(() -> store.delete(MODEL, name));
        assertThatIllegalArgumentException().isThrownBy(() -> new SnapshotFiles().add(name, file -> {}));
    }

    @Test
    void shouldRefuseStepWhenItHasMoreThan12Digits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.save(draft(1_000_000_000_000L), new SnapshotFiles()))
                .withMessageContaining("step=1000000000000");
    }

    @Test
    void shouldRefuseFilesWhenOneIsAddedTwice() {
        SnapshotFiles files = files("w", "v");
        assertThatIllegalArgumentException().isThrownBy(() -> files.add("weights", file -> {}));
        assertThatIllegalArgumentException().isThrownBy(() -> files.add("manifest.json", file -> {}));
    }

    private Manifest save(long step, String weights, String vocabulary) throws IOException {
        return store.save(draft(step), files(weights, vocabulary));
    }

    private static SnapshotFiles files(String weights, String vocabulary) {
        return new SnapshotFiles()
                .add("weights", file -> Files.writeString(file, weights))
                .add("vocabulary.txt", file -> Files.writeString(file, vocabulary));
    }

    private static ManifestDraft draft(long step) {
        return draft(step, Instant.parse("2026-01-02T03:04:05Z"));
    }

    private static ManifestDraft draft(long step, Instant createdAt) {
        return new ManifestDraft(
                MODEL,
                step,
                createdAt,
                1,
                Map.of("dim", 64),
                Map.of(),
                Map.of("java", "25"),
                new TopicPosition("model-log", 0, step * 2),
                List.of(new TopicPosition("sequences", 0, step)),
                Map.of(),
                false);
    }

    private Path file(String version, String name) {
        return root.resolve(MODEL).resolve(version).resolve(name);
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
