package io.freshet.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.vocabulary.Vocabulary;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SequenceFileTest {
    @TempDir
    private Path folder;

    private final Vocabulary items = new Vocabulary();

    @Test
    void shouldGiveRowsInOrderOfAppearanceWhenReadingLines() throws IOException {
        SequenceDataset data = read("u1 tea cup tea\n\nu2\tpot  cup\n");
        assertThat(data.users()).isEqualTo(2);
        assertThat(data.sequence(0)).containsExactly(0, 1, 0);
        assertThat(data.sequence(1)).containsExactly(2, 1);
        assertThat(items.items()).containsExactly("tea", "cup", "pot");
    }

    @Test
    void shouldGoOnWithASequenceWhenItsUserComesAgain() throws IOException {
        SequenceDataset data = read("s1 a\ns2 b\ns1 c\n");
        assertThat(data.sequence(0)).containsExactly(0, 2);
        assertThat(data.sequence(1)).containsExactly(1);
    }

    @Test
    void shouldUnpackWhenTheNameEndsInGz() throws IOException {
        Path file = folder.resolve("sequences.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("u a b".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(SequenceFile.read(file, items::addIfAbsent).sequence(0)).containsExactly(0, 1);
    }

    @Test
    void shouldNameTheLineWhenItHasNoItem() {
        assertThatThrownBy(() -> read("u a b\nlonely\n"))
                .isInstanceOf(SequenceFileException.class)
                .hasMessageContaining("line 2: lonely");
    }

    @Test
    void shouldRefuseWhenThereIsNothing() {
        assertThatThrownBy(() -> read("\n"))
                .isInstanceOf(SequenceFileException.class)
                .hasMessageContaining("empty");
    }

    private SequenceDataset read(String text) throws IOException {
        return SequenceFile.read(Files.writeString(folder.resolve("sequences.txt"), text), items::addIfAbsent);
    }
}
