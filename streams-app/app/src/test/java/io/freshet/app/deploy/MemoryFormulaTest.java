package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MemoryFormulaTest {
    /** Number of items for which the base's limits are sized, according to {@code k8s/README.md}. */
    private static final long ITEMS = 500_000;

    private static final double LEAST_RESERVE = .15;
    private static final double MOST_RESERVE = .25;

    static Stream<MemoryFormula> roles() throws IOException {
        FreshetConfig config = FreshetConfig.load(KubernetesBaseTest.CONFIG_FILE, Map.of(), Map.of());
        return Workload.of(Manifests.asWritten(Manifests.BASE)).stream().map(role -> new MemoryFormula(role, config));
    }

    @ParameterizedTest
    @MethodSource("roles")
    void shouldKeepAllMemoryBelowTheLimitWithAReserve(MemoryFormula memory) {
        long limit = memory.role().memoryLimitBytes();

        assertThat(limit - memory.bound()).isBetween((long) (LEAST_RESERVE * limit), (long) (MOST_RESERVE * limit));
        assertThat(memory.role().memoryRequestBytes()).isEqualTo(limit);
    }

    /** Beyond the limit tensor allocation fails, before the kernel kills the process. */
    @ParameterizedTest
    @MethodSource("roles")
    void shouldStopTensorsBeforeTheKernelStopsTheProcess(MemoryFormula memory) {
        assertThat(memory.option("-Dorg.bytedeco.javacpp.maxphysicalbytes="))
                .isGreaterThan(memory.bound())
                .isLessThan(memory.role().memoryLimitBytes());
    }

    @ParameterizedTest
    @MethodSource("roles")
    void shouldTakeTheWholeHeapAtStart(MemoryFormula memory) {
        assertThat(memory.option("-Xms")).isEqualTo(memory.heap());
        assertThat(memory.role().javaOptions()).contains("-XX:+AlwaysPreTouch");
    }

    @ParameterizedTest
    @MethodSource("roles")
    void shouldHoldTheItemsThatAreDocumented(MemoryFormula memory) {
        assertThat(memory.heapFor(ITEMS)).isLessThan(memory.heap());
        assertThat(memory.tensorsFor(ITEMS)).isLessThan(memory.tensors());
        assertThat(memory.expected(ITEMS)).isLessThan(memory.bound());
        assertThat(readme()).contains("500,000 items");
    }

    @ParameterizedTest
    @MethodSource("roles")
    void shouldDocumentWhatAddsUp(MemoryFormula memory) {
        assertThat(readme()).contains(memory.row());
    }

    private static String readme() {
        return Manifests.read(Manifests.K8S.resolve("README.md"));
    }
}
