package io.freshet.app.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.models.SmallSnapshots;
import io.freshet.store.FileSnapshotStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots and exports under a default locale with its own digits or case rules. */
class DefaultLocaleTest {
    private final Locale before = Locale.getDefault();

    @TempDir
    Path folder;

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "tr-TR"})
    void shouldSaveListAndExportWhateverTheLocale(String language) throws Exception {
        Locale.setDefault(Locale.forLanguageTag(language));
        FileSnapshotStore store = new FileSnapshotStore(folder.resolve("models"));
        String version = SmallSnapshots.save(store, 5, Instant.EPOCH).version();

        assertThat(version).startsWith("000000000005-");
        assertThat(store.versions(SmallSnapshots.MODEL)).containsExactly(version);
        String models = folder.resolve("models").toString();
        assertThat(Freshet.commandLine().execute("models", "list", "--store", models))
                .isZero();
        Path out = folder.resolve("out");
        assertThat(Freshet.commandLine()
                        .execute(
                                "models",
                                "export",
                                version,
                                "--store",
                                models,
                                "--out",
                                out.toString(),
                                "--format",
                                "npy"))
                .isZero();
        assertThat(Files.readString(out.resolve("items.npy"), ISO_8859_1)).contains("'shape': (3, 2), }");
    }
}
