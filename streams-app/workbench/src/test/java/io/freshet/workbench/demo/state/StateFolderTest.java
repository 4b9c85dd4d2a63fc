package io.freshet.workbench.demo.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.app.feed.GeneratorConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    @TempDir
    Path folder;

    @Test
    void shouldRefuseASecondDemoWhenTheFolderIsInUse() throws Exception {
        try (StateFolder first = StateFolder.open(folder)) {
            assertThatThrownBy(() -> StateFolder.open(folder))
                    .isInstanceOf(StateFolderException.class)
                    .hasMessageContaining(first.path().toString());
        }
        StateFolder.open(folder).close();
    }

    @Test
    void shouldRefuseAFolderWhenItHoldsSomethingElse() throws Exception {
        Files.writeString(folder.resolve("holiday.txt"), "do not touch");
        assertThatThrownBy(() -> StateFolder.open(folder)).isInstanceOf(StateFolderException.class);
        assertThat(folder).isDirectoryContaining(file -> file.endsWith("holiday.txt"));
    }

    @Test
    void shouldDeleteTheFolderWhenItIsTemporary() throws Exception {
        Path path;
        try (StateFolder temporary = StateFolder.open(null)) {
            path = temporary.path();
            Files.createDirectories(temporary.kafka());
            Files.writeString(temporary.logFile(), "x");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void shouldRefuseOtherClicksWhenTheFolderWasStartedWithSome() throws Exception {
        try (StateFolder state = StateFolder.open(folder)) {
            DemoOrigin.ofGenerator(new GeneratorConfig(1, 100, 100, false), 1).agreeWith(state);
            DemoOrigin.ofGenerator(new GeneratorConfig(1, 100, 100, false), 1).agreeWith(state);
            assertThatThrownBy(() -> DemoOrigin.ofGenerator(new GeneratorConfig(2, 100, 100, false), 1)
                            .agreeWith(state))
                    .isInstanceOf(StateFolderException.class)
                    .hasMessageContaining("generator.seed=1, not 2");
        }
    }
}
