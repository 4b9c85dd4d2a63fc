package io.freshet.training.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {
    @TempDir
    private Path folder;

    @Test
    void shouldGiveTheChildTheOptionsOfThisJvmAndOfTheProperty() throws Exception {
        Path written = folder.resolve("options.txt");

        try (ChildJvm child = ChildJvm.start(folder.resolve("output.txt"), Options.class, written.toString())) {
            child.awaitSuccess(Duration.ofMinutes(1));
        }

        List<String> options = Files.readAllLines(written);
        assertThat(options).contains("--add-modules=jdk.incubator.vector");
        assertThat(options).containsAll(propertyOptions());
        assertThat(options)
                .containsAll(Options.ofThisJvm().stream()
                        .filter(option -> option.startsWith("-X"))
                        .toList());
    }

    private static List<String> propertyOptions() {
        String all = System.getProperty("freshet.test.jvm", "").strip();
        return all.isEmpty() ? List.of() : List.of(all.split(" +", -1));
    }

    /** {@code Options FILE}: writes the options of its JVM to the file, one per line. */
    static final class Options {
        private Options() {}

        public static void main(String[] arguments) throws IOException {
            Files.write(Path.of(arguments[0]), ofThisJvm());
        }

        private static List<String> ofThisJvm() {
            return ManagementFactory.getRuntimeMXBean().getInputArguments();
        }
    }
}
