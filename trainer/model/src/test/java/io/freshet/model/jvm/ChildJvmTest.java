package io.freshet.model.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ChildJvmTest {
    private static final List<String> SMALL = List.of("-Xmx32m", "-XX:+UseSerialGC");

    @Test
    void shouldLeaveOutOptionsThatTwoJvmsCannotShare() {
        assertThat(ChildJvm.shared(List.of(
                        "--add-modules=jdk.incubator.vector",
                        "-agentlib:jdwp=transport=dt_socket,server=y,address=5005",
                        "-XX:AOTCache=freshet.aot",
                        "-XX:AOTCacheOutput=freshet.aot.unfinished",
                        "-Dcom.sun.management.jmxremote.port=9010",
                        "-Xmx2g")))
                .containsExactly("--add-modules=jdk.incubator.vector", "-XX:AOTCache=freshet.aot", "-Xmx2g");
    }

    @Test
    void shouldHaveEndedTheChildWhenClosed() throws IOException {
        ChildJvm child = ChildJvm.start(ChildJvm.builder(SMALL, Waiting.class.getName(), List.of()));
        assertThat(child.process().inputReader(StandardCharsets.UTF_8).readLine())
                .isEqualTo("waiting");
        child.close();
        assertThat(child.process().isAlive()).isFalse();
    }

    @Test
    void shouldEndTheChildWhenTheParentIsTerminated() throws Exception {
        try (ChildJvm parent = ChildJvm.start(ChildJvm.builder(SMALL, Parent.class.getName(), List.of()))) {
            BufferedReader lines = parent.process().inputReader(StandardCharsets.UTF_8);
            ProcessHandle grandchild =
                    ProcessHandle.of(Long.parseLong(lines.readLine())).orElseThrow();
            parent.process().destroy();
            assertThat(grandchild.onExit().get(30, TimeUnit.SECONDS).isAlive()).isFalse();
        }
    }

    /** A process that waits for ever. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] arguments) throws InterruptedException {
            System.out.println("waiting");
            Thread.currentThread().join();
        }
    }

    /** A process that starts a child, prints its process id, and waits. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            ChildJvm child = ChildJvm.start(ChildJvm.builder(SMALL, Waiting.class.getName(), List.of()));
            child.process().inputReader(StandardCharsets.UTF_8).readLine();
            System.out.println(child.process().pid());
            Thread.currentThread().join();
        }
    }
}
