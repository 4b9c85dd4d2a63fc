package io.freshet.training.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A main class that runs in a separate JVM, which has compiled nothing when it begins. It uses this JVM's class path.
 * {@link #close} kills the process.
 */
public final class ChildJvm implements AutoCloseable {
    private static final String ARM64_JAVA = "freshet.test.arm64.java";
    private static final String ARM64_JARS = "freshet.test.arm64.jars";

    private static final Pattern NATIVE_JAR = Pattern.compile(".*-(linux|macosx|windows)-(x86_64|arm64)\\.jar");

    /**
     * C1 allocates an object for each vector, and interpretation under emulation is slow. So C2 compiles everything,
     * after a twentieth of the usual number of calls.
     */
    private static final List<String> EMULATED_OPTIONS = List.of("-XX:-TieredCompilation", "-XX:CompileThreshold=500");

    private final Process process;
    private final Path output;

    private ChildJvm(List<String> command, Path output) throws IOException {
        this.output = output;
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /**
     * Starts the class with this JVM's options, including those of {@code freshet.test.jvm}.
     *
     * @param output receives what the process prints
     */
    public static ChildJvm start(Path output, Class<?> main, String... arguments) throws IOException {
        return start(output, List.of(), main, arguments);
    }

    /**
     * Starts the class with this JVM's options and additional ones, which take precedence.
     *
     * @param output receives what the process prints
     */
    public static ChildJvm start(Path output, List<String> more, Class<?> main, String... arguments)
            throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> options = Stream.concat(options(), more.stream()).toList();
        return new ChildJvm(command(java, options, classPath(), main, arguments), output);
    }

    /**
     * Starts the class on an emulated arm64 CPU, with ND4J's native code for it. Skips the calling test if no such JVM is
     * configured; {@code .ci/arm64} prepares one.
     *
     * @param output receives what the process prints
     */
    public static ChildJvm startOnArm64(Path output, Class<?> main, String... arguments) throws IOException {
        String java = System.getProperty(ARM64_JAVA, "");
        String jars = System.getProperty(ARM64_JARS, "");
        assumeTrue(
                !java.isEmpty() && !jars.isEmpty(),
                "no arm64 JVM is named: -D" + ARM64_JAVA + " and -D" + ARM64_JARS
                        + ", the two lines that .ci/arm64 prints");
        List<String> options = Stream.concat(options().filter(ChildJvm::isOfEveryCpu), EMULATED_OPTIONS.stream())
                .toList();
        Stream<String> portable =
                classPath().filter(part -> !NATIVE_JAR.matcher(part).matches());
        Stream<String> arm64 = Stream.of(Path.of(jars, "*").toString());
        return new ChildJvm(command(java, options, Stream.concat(portable, arm64), main, arguments), output);
    }

    /** Waits until the process has ended, and fails with its output unless the exit code is 0. */
    public void awaitSuccess(Duration atMost) throws IOException, InterruptedException {
        boolean ended = process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(ended ? "exit code " + process.exitValue() : "still running after " + atMost)
                .as("the JVM must end with exit code 0; it printed:%n%s", Files.readString(output))
                .isEqualTo("exit code 0");
    }

    private static List<String> command(
            String java, List<String> options, Stream<String> classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(options);
        command.add("-cp");
        command.add(String.join(File.pathSeparator, classPath.toList()));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns this JVM's options except agents, since a debugger, for example, would listen on the same port. */
    private static Stream<String> options() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-agent") && !option.startsWith("-javaagent"));
    }

    /**
     * Returns whether the option is valid on every CPU. VM flags may belong to one architecture, as UseAVX does, and a
     * JVM on another one refuses to start with them.
     */
    private static boolean isOfEveryCpu(String option) {
        return !option.startsWith("-XX:");
    }

    private static Stream<String> classPath() {
        String whole = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Pattern.compile(Pattern.quote(File.pathSeparator)).splitAsStream(whole);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
