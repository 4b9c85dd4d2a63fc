package io.freshet.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.snapshot.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSnapshotStoreTest extends SnapshotStoreContract {
    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void nameRoot() {
        root = folder.resolve("snapshots");
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
        assertThat(store().versions(MODEL)).isEmpty();

        String version = save(2, "w", "v").version();
        assertThat(store().versions(MODEL)).containsExactly(version);
        assertThat(writing).exists();
        assertThat(deleted).doesNotExist();
        assertThat(unfinished).exists();

        store(OrphanPolicy.AGE.plusMinutes(1)).save(draft(3), files("w", "v"));
        assertThat(writing).doesNotExist();
        assertThat(unfinished).exists();
    }

    @Test
    void shouldStayReadableWhenAnOpenFileIsDeleted() throws IOException {
        Manifest saved = save(1, "w", "v");
        try (Snapshot snapshot = store().open(MODEL, saved.version());
                var stream = Files.newInputStream(snapshot.file("weights"))) {
            store().delete(MODEL, saved.version());
            assertThat(stream.readAllBytes()).containsExactly('w');
        }
    }

    @Override
    SnapshotStore store(Duration ahead) {
        return new FileSnapshotStore(root, leftOvers(ahead));
    }

    @Override
    List<String> paths() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    byte[] bytes(String path) throws IOException {
        return Files.readAllBytes(root.resolve(path));
    }

    @Override
    void write(String path, byte[] bytes) throws IOException {
        Files.write(root.resolve(path), bytes);
    }

    @Override
    void remove(String path) throws IOException {
        Files.delete(root.resolve(path));
    }

    @Override
    String called(String path) {
        return root.resolve(path).toString();
    }
}
