package io.freshet.app.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.Freshet;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ConfigKeys;
import io.freshet.service.config.key.HttpKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigCommandTest {
    private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final String JAAS = "org.example.Login required password=\"hush\";";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String file = "";

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("freshet.properties"), """
                http.port=9090
                http.token=%s
                sequencer.window=20
                kafka.linger.ms=7
                kafka.sasl.jaas.config=%s
                kafka.plugin.setting=unknown
                """.formatted(TOKEN, JAAS))
                .toString();
    }

    @Test
    void shouldPrintEveryKeyWithItsOrigin() {
        assertThat(execute("config", "--config", file, "--set", "sequencer.window=30"))
                .isZero();

        assertThat(out.toString().lines())
                .hasSize(ConfigKeys.ALL.size() + 3)
                .anyMatch(line -> line.matches("http\\.port +file +9090"))
                .anyMatch(line -> line.matches("http\\.host +default.*"))
                .anyMatch(line -> line.matches("sequencer\\.window +--set +30"))
                .anyMatch(line -> line.matches("kafka\\.linger\\.ms +file +7"));
    }

    @Test
    void shouldNotPrintSecrets() {
        for (String format : new String[] {"table", "properties", "env"}) {
            assertThat(execute("config", "--config", file, "--format", format)).isZero();
        }
        assertThat(out.toString())
                .doesNotContain(TOKEN, "hush", "unknown")
                .containsPattern("http\\.token +file +\\(secret\\)")
                .containsPattern("kafka\\.plugin\\.setting +file +\\(secret\\)")
                .contains("# kafka.sasl.jaas.config is a secret; it comes from: file")
                .contains("# FRESHET_HTTP_TOKEN is a secret; it comes from: file");
    }

    @Test
    void shouldPrintAFileThatGivesTheSameConfiguration() throws IOException {
        String awkward = " C:\\models\\é = #1 ";
        assertThat(execute(
                        "config",
                        "--changed",
                        "--format=properties",
                        "--set",
                        "model.store.path=" + awkward,
                        "--set",
                        "http.port=81"))
                .isZero();

        Path printed = Files.writeString(folder.resolve("printed.properties"), out.toString());
        FreshetConfig read = FreshetConfig.load(printed, Map.of(), Map.of());
        assertThat(read.get(HttpKeys.PORT)).isEqualTo(81);
        assertThat(FreshetConfig.effective(printed, Map.of(), Map.of()))
                .anyMatch(setting -> setting.key().equals("model.store.path")
                        && setting.value().equals(Optional.of(awkward)));
    }

    @Test
    void shouldPrintOnlyKeysWithAPrefix() {
        assertThat(execute("config", "sequencer.", "--format", "env", "--set", "sequencer.window=3"))
                .isZero();
        assertThat(out.toString().lines()).allMatch(line -> line.startsWith("FRESHET_SEQUENCER_"));
        assertThat(out.toString()).contains("FRESHET_SEQUENCER_WINDOW=3");
    }

    @Test
    void shouldRefuseAPrefixOfNoKeyAndInvalidValues() {
        assertThat(execute("config", "htpp.")).isEqualTo(2);
        assertThat(err.toString()).contains("no key begins with htpp.");
        assertThat(execute("config", "--set", "http.port=seven")).isEqualTo(2);
        assertThat(err.toString()).contains("http.port");
    }

    @Test
    void shouldPrintACompletionScript() {
        assertThat(execute("completion")).isZero();
        assertThat(out.toString()).contains("complete -F", "topics");
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
