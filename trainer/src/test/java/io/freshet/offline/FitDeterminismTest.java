package io.freshet.offline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same seed gives the same bytes, whatever the number of workers, and whatever the JVM has compiled by then. */
class FitDeterminismTest {
    private static final int FITS_TO_WARM_UP = 3;

    @TempDir
    private Path folder;

    @Test
    void shouldWriteTheSameBytesInAColdJvmAndInAWarmOneWithOneWorkerAndWithTwo() throws Exception {
        try (ColdFit coldOne = new ColdFit(folder, 1);
                ColdFit coldTwo = new ColdFit(folder, 2)) {
            for (int i = 0; i < FITS_TO_WARM_UP; i++) {
                CircleFit.digests(folder.resolve("warm-up-" + i), 2);
            }
            List<String> warmOne = CircleFit.digests(folder.resolve("warm"), 1);
            List<String> warmTwo = CircleFit.digests(folder.resolve("warm"), 2);

            assertThat(warmOne).anyMatch(file -> file.startsWith("weights.safetensors "));
            assertThat(warmOne).anyMatch(file -> file.startsWith("optimizer.safetensors "));
            assertThat(warmOne).anyMatch(file -> file.startsWith("vocabulary.txt "));
            assertThat(warmTwo).isEqualTo(warmOne);
            assertThat(coldOne.digests()).isEqualTo(warmOne);
            assertThat(coldTwo.digests()).isEqualTo(warmOne);
        }
    }

    /** A fit in a JVM of its own, with this one's class path and options. */
    private static final class ColdFit implements AutoCloseable {
        private final Path output;
        private final Path result;
        private final Process process;

        ColdFit(Path folder, int workers) throws IOException {
            output = folder.resolve("cold-" + workers + ".out");
            result = folder.resolve("cold-" + workers + ".txt");
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(ColdFit::isOfTheProgram)
                    .forEach(command::add);
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    CircleFit.class.getName(),
                    folder.resolve("cold").toString(),
                    Integer.toString(workers),
                    result.toString()));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        }

        private static boolean isOfTheProgram(String option) {
            return option.startsWith("--add-modules")
                    || option.startsWith("--enable-native-access")
                    || option.startsWith("--sun-misc-unsafe")
                    || option.startsWith("-Dorg.bytedeco");
        }

        List<String> digests() throws IOException, InterruptedException {
            assertThat(process.waitFor(2, TimeUnit.MINUTES) ? process.exitValue() : -1)
                    .as(Files.readString(output))
                    .isZero();
            return Files.readAllLines(result);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
