package io.freshet.lab.continual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeriodFilesTest {
    @TempDir
    private Path folder;

    @Test
    void shouldListPeriodsInOrderUpToTheFirstThatIsMissing() throws IOException {
        for (int period : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12}) {
            Files.writeString(folder.resolve("period_" + period + ".txt"), "1 2\n");
        }
        assertThat(PeriodFiles.in(folder))
                .hasSize(11)
                .startsWith(folder.resolve("period_0.txt"))
                .endsWith(folder.resolve("period_10.txt"));
        assertThat(PeriodFiles.in(folder.resolve("nowhere"))).isEmpty();
    }

    @Test
    void shouldReadClicksInOrder() throws IOException {
        Path file = Files.writeString(folder.resolve("period_0.txt"), "s1 a\ns2\tb\n\ns1 c");
        assertThat(PeriodFiles.read(file))
                .containsExactly(new PeriodClick("s1", "a"), new PeriodClick("s2", "b"), new PeriodClick("s1", "c"));
    }

    @Test
    void shouldNameTheLineWhenItIsNoClick() throws IOException {
        Path file = Files.writeString(folder.resolve("period_0.txt"), "s1 a\ns2 b 3\n");
        assertThatThrownBy(() -> PeriodFiles.read(file))
                .isInstanceOf(PeriodFileException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("s2 b 3");
    }
}
