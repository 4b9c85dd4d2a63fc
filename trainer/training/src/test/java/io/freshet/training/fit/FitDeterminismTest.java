package io.freshet.training.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.training.platform.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same seed gives the same bytes, whatever the number of workers and whatever code the JVM has compiled so far. */
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

    /** A fit in a separate JVM with this JVM's class path and options. */
    private static final class ColdFit implements AutoCloseable {
        private final Path result;
        private final ChildJvm jvm;

        ColdFit(Path folder, int workers) throws IOException {
            result = folder.resolve("cold-" + workers + ".txt");
            jvm = ChildJvm.start(
                    folder.resolve("cold-" + workers + ".out"),
                    CircleFit.class,
                    folder.resolve("cold").toString(),
                    Integer.toString(workers),
                    result.toString());
        }

        List<String> digests() throws IOException, InterruptedException {
            jvm.awaitSuccess(Duration.ofMinutes(2));
            return Files.readAllLines(result);
        }

        @Override
        public void close() {
            jvm.close();
        }
    }
}
