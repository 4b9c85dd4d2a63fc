package io.freshet.workbench.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Records caches with distributions whose {@code bin/freshet} is a script that imitates the roles. */
@EnabledOnOs({OS.LINUX, OS.MAC})
final class StartCacheTest {
    /** Serves a folder with an empty file at {@code /health/ready}, on the port that the option http.port names. */
    private static final String SERVE = """
            mkdir -p www/health && touch www/health/ready
            for setting in "$@"; do
              case $setting in http.port=*) port=${setting#http.port=} ;; esac
            done
            serve="$JAVA_HOME/bin/jwebserver -b 127.0.0.1 -p $port -d $PWD/www"
            """;

    private static final String UNFINISHED = StartCache.FILE + ".unfinished";
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path home;

    private StartCache cache;

    @BeforeEach
    void makeDistribution() throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        Files.createFile(home.resolve("jvm.options"));
        cache = new StartCache(home);
    }

    @Test
    void shouldKeepWhatTheRolesWriteWhenTheyAreAskedToEnd() throws Exception {
        launcher(SERVE + """
                $serve &
                trap 'kill $!; echo "$FRESHET_JAVA_OPTS" > freshet.aot.unfinished; exit 143' TERM
                wait
                """);
        Files.writeString(home.resolve(StartCache.FILE), "old");

        Path file = cache.record(SHORT, LONG);

        assertThat(file)
                .isEqualTo(home.resolve(StartCache.FILE))
                .content()
                .contains("-XX:AOTCacheOutput=" + UNFINISHED);
        assertThat(home.resolve(UNFINISHED)).doesNotExist();
    }

    @Test
    void shouldSayWhatTheRolesPrintedLastWhenTheyEndAtOnce() throws Exception {
        launcher("""
                i=0
                while [ $i -lt 60 ]; do i=$((i + 1)); echo "line $i"; done
                printf 'no \\377 luck\\n' >&2
                exit 7
                """);

        assertThatThrownBy(() -> cache.record(SHORT, LONG))
                .isInstanceOf(StartCacheException.class)
                .hasMessageContaining("ended with exit code 7 before they were ready")
                .message()
                .contains("\nline 12\n", "\nline 60\n", "luck")
                .doesNotContain("\nline 11\n");
    }

    @Test
    void shouldFailWhenTheRolesLeaveNoCache() throws Exception {
        launcher(SERVE + "exec $serve\n");

        assertThatThrownBy(() -> cache.record(SHORT, LONG))
                .isInstanceOf(StartCacheException.class)
                .hasMessageContaining("ended with exit code 143 and left no cache")
                .hasMessageContaining("www");
        assertThat(home.resolve(StartCache.FILE)).doesNotExist();
    }

    @Test
    void shouldNotKeepWhatAnEarlierRunHasLeft() throws Exception {
        launcher(SERVE + "exec $serve\n");
        Files.writeString(home.resolve(StartCache.FILE), "old");
        Files.writeString(home.resolve(UNFINISHED), "of a killed run");

        assertThatThrownBy(() -> cache.record(SHORT, LONG)).hasMessageContaining("left no cache");
        assertThat(home.resolve(StartCache.FILE)).hasContent("old");
        assertThat(home.resolve(UNFINISHED)).doesNotExist();
    }

    @Test
    void shouldGiveUpWhenTheRolesNeverBecomeReady() throws Exception {
        launcher("""
                echo waiting
                exec sleep 600
                """);

        assertThatThrownBy(() -> cache.record(SHORT, Duration.ofSeconds(2)))
                .isInstanceOf(StartCacheException.class)
                .hasMessageContaining("not ready within 2 s")
                .hasMessageContaining("--ready-within")
                .hasMessageEndingWith("waiting");
    }

    private void launcher(String script) throws IOException {
        Path file = Files.writeString(home.resolve("bin").resolve("freshet"), "#!/bin/sh\nset -eu\n" + script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        assertThat(cache.missing()).isEmpty();
    }
}
