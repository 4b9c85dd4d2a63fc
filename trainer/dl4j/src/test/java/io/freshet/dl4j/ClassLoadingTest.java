package io.freshet.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.EncoderTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ClassLoadingTest {
    /** Main class of the child JVM. */
    static final class ListEncoders {
        private ListEncoders() {}

        public static void main(String[] args) {
            System.out.println("encoders=" + EncoderTypes.names());
            System.out.println("settings=" + EncoderTypes.named("dl4j").settings());
        }
    }

    @Test
    void shouldLoadNothingOfDl4jUntilAnEncoderOfItIsMade() throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ListEncoders.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output)
                .contains(
                        "encoders=[bert4rec, bsarec, caser, dl4j, fmlprec, gru4rec, lrurec, sasrec]",
                        "settings=[network]")
                .doesNotContain("org.deeplearning4j", "org.nd4j", "org.bytedeco");
    }
}
