package io.freshet;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.config.FreshetConfig;
import io.freshet.event.Click;
import io.freshet.event.ClickCodec;
import io.freshet.event.MalformedClickException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final String BEGIN = "<!-- configuration:begin -->\n";
    private static final String END = "<!-- configuration:end -->\n";

    /** Set to {@code true}, it makes the test write the table instead of comparing it. */
    private static final String WRITE = "readme.write";

    @Test
    void shouldShowAClickThatIsOne() throws IOException, MalformedClickException {
        String readme = Files.readString(README);
        int begin = readme.indexOf("```json\n") + "```json\n".length();
        String shown = readme.substring(begin, readme.indexOf("\n```", begin));

        Click click = ClickCodec.parse(shown.getBytes(StandardCharsets.UTF_8));

        assertThat(click).isEqualTo(new Click("alice", "red-shoes", 1_772_360_000_000L, "view", "8c1f"));
    }

    @Test
    void shouldShowEveryConfigurationKeyWhenTheTableIsRead() throws IOException {
        String readme = Files.readString(README);
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        String expected = readme.substring(0, begin) + FreshetConfig.markdownTable() + readme.substring(end);
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(README, expected);
        }

        assertThat(Files.readString(README))
                .as("README.md; the build writes the table with -D%s=true -Dtest=ReadmeTest", WRITE)
                .isEqualTo(expected);
    }
}
