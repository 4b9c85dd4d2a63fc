package io.freshet.training.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test.
final class SnapshotSaverTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private SnapshotStore store;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);

    @BeforeEach
    void open() {
        store = new FileSnapshotStore(folder);
    }

    @Test
    void shouldSaveOneAtATime() throws IOException {
        try (SnapshotSaver saver = new SnapshotSaver(store, "shop")) {
            assertThat(saver.await(Duration.ZERO)).isFalse();
            saver.begin(draft(1), heldFiles());
            assertThat(saver.isRunning()).isTrue();
            assertThat(saver.await(Duration.ofMillis(1))).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> saver.begin(draft(2), files()));

            held.countDown();
            assertThat(saver.await(LONG)).isTrue();
            SnapshotSaver.Saved saved = saver.take();

            assertThat(closed).isTrue();
            assertThat(saved.manifest()).isEqualTo(newest());
            assertThat(saved.manifest().step()).isEqualTo(1);
            assertThat(saved.stored().readable()).containsExactly(saved.manifest());
            assertThat(saved.written()).isEqualTo(new SnapshotFiles.Written(1, 1, 0));
            assertThat(saver.isRunning()).isFalse();
        }
    }

    @Test
    void shouldSayWhyASnapshotCouldNotBeSavedAndSaveTheNext() throws IOException {
        try (SnapshotSaver saver = new SnapshotSaver(store, "shop")) {
            saver.begin(draft(1), new SnapshotFiles("", () -> closed.set(true)).add("weights", file -> {
                        throw new IOException("disk full");
                    }));
            assertThat(saver.await(LONG)).isTrue();
            assertThatThrownBy(saver::take).isInstanceOf(IOException.class).hasMessage("disk full");
            assertThat(closed).isTrue();

            saver.begin(draft(2), files());
            assertThat(saver.await(LONG)).isTrue();
            assertThat(saver.take().manifest()).isEqualTo(newest());
            assertThat(newest().step()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotEndBeforeTheLastFileIsWrittenOrGivenUp() throws Exception {
        SnapshotSaver saver = new SnapshotSaver(store, "shop");
        saver.begin(draft(1), heldFiles());
        writing.await();

        saver.close();

        assertThat(closed).isTrue();
        assertThat(store.versions("shop")).isEmpty();
        try (var left = Files.list(folder.resolve("shop"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void shouldDeleteBeforeItEnds() throws IOException {
        try (SnapshotSaver saver = new SnapshotSaver(store, "shop")) {
            saver.begin(draft(1), files());
            assertThat(saver.await(LONG)).isTrue();
            Manifest first = saver.take().manifest();
            saver.delete(List.of(first.version(), "000000000009-0123456789ab"));
        }
        assertThat(store.versions("shop")).isEmpty();
    }

    private Manifest newest() throws IOException {
        return store.manifest("shop", store.versions("shop").getLast());
    }

    private static SnapshotFiles files() {
        return new SnapshotFiles().add("weights", file -> Files.writeString(file, "w"));
    }

    /** Returns files whose writer waits, until it is released or interrupted. */
    private SnapshotFiles heldFiles() {
        return new SnapshotFiles("", () -> closed.set(true)).add("weights", file -> {
            writing.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            Files.writeString(file, "w");
        });
    }

    private static ManifestDraft draft(long step) {
        return new ManifestDraft("shop", step, Instant.EPOCH);
    }
}
