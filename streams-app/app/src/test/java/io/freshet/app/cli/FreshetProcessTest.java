package io.freshet.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testkit.process.FreshetProcess;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshetProcessTest {
    @Test
    void shouldStartFreshetWithTheOptionsOfThisJvmAndASmallerHeap() {
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("--"))
                .toList();

        List<String> command = FreshetProcess.command("run", "--check");

        assertThat(options).contains("--add-modules=jdk.incubator.vector");
        assertThat(command).containsAll(options);
        assertThat(command).containsSubsequence("-Xmx2g", "-Xmx768m", "io.freshet.app.cli.Freshet", "run", "--check");
    }
}
