package io.freshet.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs in a separate process, because the process ends. */
final class ProcessEndTest {
    @Test
    void shouldEndTheProcessWithALastLineWhenAThreadIsEndedByAnError() throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Dying.class.getName()))
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(output)
                    .contains("Freshet ends with exit code 1: thread some-loop failed with"
                            + " java.lang.NoClassDefFoundError: planted");
        } finally {
            process.destroyForcibly();
        }
    }

    /** A program in which one thread dies while another would keep the process alive forever. */
    static final class Dying {
        private Dying() {}

        public static void main(String[] arguments) throws InterruptedException {
            ProcessEnd.install();
            Thread.ofPlatform().name("some-loop").daemon().start(() -> {
                throw new NoClassDefFoundError("planted");
            });
            Thread.currentThread().join();
        }
    }
}
