package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.training.platform.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The digest of each encoder's models is the same on every CPU and with every compiler: {@link #GOLDEN}. A change that
 * alters a digest changes the bits of those models, so that replaying an older journal no longer gives the same weights.
 * It needs a new {@link io.freshet.model.tensor.Products#NAME} and an entry in the changelog.
 */
@Execution(ExecutionMode.CONCURRENT) // Without C2 and under emulation it takes more than a minute.
final class GoldenDigestTest {
    private static final String SASREC = "b7852f6bc5771fa2a554c5e99a7bf7de4dfec482fc6d26729cbe2e9ed9019f00";
    private static final String GRU4REC = "17ea4c1994aa63d9a83353aca01fdd1c1320b0c7d8410403d6fee5eb79d93d93";
    private static final String LRUREC = "fac96469042c45f558ee041ff7d061f29491acd9e03501c00deae115d0a8d40b";
    private static final String FMLPREC = "6933c02b8398310fac2c7f97b7e41dff3bbeca17b15fe59b36ef46c7c9a9f811";
    private static final String BSAREC = "78f4246a916d133b4cece0eb11cd9d09397a939e47a283f2f9153ef3e41107c6";
    private static final String BERT4REC = "0c6ab11ba6238711614e3acbe4ae3ee8924839f99ae1c086b9f63f8040f6fd3d";

    /** The digests in the order of {@link ModelDigest#of}. */
    private static final List<String> GOLDEN = List.of(SASREC, GRU4REC, LRUREC, FMLPREC, BSAREC, BERT4REC);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void shouldBeTheSameForAnyNumberOfWorkers(int workers) throws Exception {
        assertThat(ModelDigest.of(folder, workers)).isEqualTo(GOLDEN);
    }

    @Tag("own-jvm")
    @Test
    void shouldBeTheSameInAJvmThatHasCompiledNothing() throws Exception {
        assertThat(inChild(List.of())).endsWith(GOLDEN.toArray(String[]::new));
    }

    @Tag("own-jvm")
    @Test
    void shouldBeTheSameWithoutC2() throws Exception {
        assertThat(inChild(List.of("-XX:TieredStopAtLevel=1"))).endsWith(GOLDEN.toArray(String[]::new));
    }

    @Tag("own-jvm")
    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void shouldBeTheSameWithFewerLanes(int lanes) throws Exception {
        assertThat(inChild(List.of("-Dfreshet.lanes=" + lanes))).isEqualTo(withLanes(lanes));
    }

    @Tag("own-jvm")
    @Test
    void shouldBeTheSameWithoutTheInstructionsOfAvx512() throws Exception {
        assumeTrue(
                System.getProperty("os.arch").equals("amd64"),
                "not an x86-64 CPU: -XX:UseAVX=2 belongs to those alone");

        assertThat(inChild(List.of("-XX:UseAVX=2"))).isEqualTo(withLanes(8));
    }

    @Test
    @Tag("emulated")
    void shouldBeTheSameOnArm64() throws Exception {
        Path result = folder.resolve("result.txt");
        try (ChildJvm child = ChildJvm.startOnArm64(
                folder.resolve("output.txt"), ModelDigest.class, folder.toString(), "1", result.toString())) {
            child.awaitSuccess(Duration.ofMinutes(10));
        }

        assertThat(Files.readAllLines(result)).isEqualTo(withLanes(4));
    }

    private static List<String> withLanes(int lanes) {
        List<String> lines = new ArrayList<>(List.of(Integer.toString(lanes)));
        lines.addAll(GOLDEN);
        return lines;
    }

    /** Returns the lanes and digests of a JVM with additional options. */
    private List<String> inChild(List<String> options) throws Exception {
        Path result = folder.resolve("result.txt");
        try (ChildJvm child = ChildJvm.start(
                folder.resolve("output.txt"), options, ModelDigest.class, folder.toString(), "2", result.toString())) {
            child.awaitSuccess(Duration.ofMinutes(10));
        }
        return Files.readAllLines(result);
    }
}
