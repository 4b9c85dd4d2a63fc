package io.freshet.training.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tests that ND4J's native code for arm64 and the Vector API run on an arm64 JVM with 128-bit vectors. */
@Tag("emulated")
class EmulatedArm64Test {
    @TempDir
    private Path folder;

    @Test
    void shouldMultiplyOnArm64WithVectorsOf128Bits() throws Exception {
        Path written = folder.resolve("report.txt");

        try (ChildJvm child = ChildJvm.startOnArm64(folder.resolve("output.txt"), Report.class, written.toString())) {
            child.awaitSuccess(Duration.ofMinutes(5));
        }

        assertThat(Files.readAllLines(written))
                .containsExactly("aarch64", "128", "[19.0, 22.0, 43.0, 50.0]", "[2.0, 4.0, 6.0, 8.0]");
    }

    /**
     * {@code Report FILE}: writes the architecture, the vector width in bits, a matrix product and a vector sum to the
     * file.
     */
    static final class Report {
        private Report() {}

        public static void main(String[] arguments) throws IOException {
            float[] a = {1, 2, 3, 4};
            INDArray left = Nd4j.createFromArray(a).reshape(2, 2);
            INDArray right = Nd4j.createFromArray(5f, 6f, 7f, 8f).reshape(2, 2);
            float[] product = left.mmul(right).ravel().toFloatVector();
            float[] doubled = new float[a.length];
            FloatVector lanes = FloatVector.fromArray(FloatVector.SPECIES_128, a, 0);
            lanes.add(lanes).intoArray(doubled, 0);
            Files.write(
                    Path.of(arguments[0]),
                    List.of(
                            System.getProperty("os.arch"),
                            Integer.toString(FloatVector.SPECIES_PREFERRED.vectorBitSize()),
                            Arrays.toString(product),
                            Arrays.toString(doubled)));
        }
    }
}
