package io.freshet.testkit.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code freshet}, or another program of this class path, in a separate process with this JVM's class path and options,
 * except for the heap size.
 */
public final class FreshetProcess implements AutoCloseable {
    private final Process process;
    private final Path output;

    private FreshetProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts {@code freshet} with these arguments.
     *
     * @param output receives the output of the process
     */
    public static FreshetProcess start(Path output, String... arguments) throws IOException {
        return start(output, Map.of(), arguments);
    }

    /**
     * Starts {@code freshet} with these arguments.
     *
     * @param output receives the output of the process
     * @param environment additional environment variables
     */
    public static FreshetProcess start(Path output, Map<String, String> environment, String... arguments)
            throws IOException {
        return start(output, environment, command(arguments));
    }

    /**
     * Starts {@code bin/freshet} of a distribution, with this JVM's JDK and the jars of the distribution only.
     *
     * @param home folder of the distribution
     * @param output receives the output of the process
     * @param environment additional environment variables
     */
    public static FreshetProcess startDistribution(
            Path home, Path output, Map<String, String> environment, String... arguments) throws IOException {
        Path launcher = home.resolve("bin").resolve("freshet").toAbsolutePath();
        if (!Files.isExecutable(launcher)) {
            throw new IOException("The build must have made the distribution (mvn package): " + launcher);
        }
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_HOME", System.getProperty("java.home"));
        all.put("FRESHET_JAVA_OPTS", "-Xmx768m");
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return start(output, all, command);
    }

    /**
     * Starts another program, with fast rather than optimising compilation and little memory.
     *
     * @param program class with the {@code main} method
     * @param output receives the output of the process
     */
    public static FreshetProcess startProgram(Class<?> program, Path output, String... arguments) throws IOException {
        return start(
                output,
                Map.of(),
                command(
                        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", program.getName()),
                        arguments));
    }

    /** Returns the command line of {@code freshet} with these arguments. */
    public static List<String> command(String... arguments) {
        return command(List.of("io.freshet.app.cli.Freshet"), arguments);
    }

    /** @param program further JVM options, followed by the main class */
    private static List<String> command(List<String> program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !isAgent(option))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx768m",
                // The program's own configuration; the tests' comes first on the class path.
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                classPath()));
        command.addAll(program);
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Returns whether the option is an agent. Agents are not passed on: a debugger's, for example, would listen on the same
     * port.
     */
    private static boolean isAgent(String option) {
        return option.startsWith("-agent") || option.startsWith("-javaagent");
    }

    /**
     * Starts {@code freshet} with these arguments and a limit on its file descriptors.
     *
     * @param output receives the output of the process
     */
    public static FreshetProcess startWithDescriptors(int most, Path output, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -n \"$0\" && exec \"$@\"", Integer.toString(most)));
        command.addAll(command(arguments));
        return start(output, Map.of(), command);
    }

    private static FreshetProcess start(Path output, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        return new FreshetProcess(builder.start(), output);
    }

    /** Returns the class path without the jars of the browser driver that make OpenTelemetry's API print a line. */
    private static String classPath() {
        String whole = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(whole.split(File.pathSeparator, -1))
                .filter(part -> !part.contains("opentelemetry-sdk-extension-autoconfigure-"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Waits until the process has printed a matching line. */
    public void awaitLine(Predicate<String> wanted, Duration most) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (!hasPrinted(wanted)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("the line must come while the process runs:\n" + Files.readString(output));
            }
            Thread.sleep(100);
        }
    }

    private boolean hasPrinted(Predicate<String> wanted) throws IOException {
        return Files.readString(output).lines().anyMatch(wanted);
    }

    /** Waits for the process to end, and returns its exit code. */
    public int await(Duration most) throws IOException, InterruptedException {
        if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the process must end within " + most + ":\n" + Files.readString(output));
        }
        return process.exitValue();
    }

    /**
     * Waits for the process to end with exit code 0.
     *
     * @throws AssertionError with the output, if it ends with another code or does not end in time
     */
    public void awaitSuccess(Duration most) throws IOException, InterruptedException {
        int code = await(most);
        if (code != 0) {
            throw new AssertionError(
                    "the process must end with exit code 0, not " + code + ":\n" + Files.readString(output));
        }
    }

    /** Kills the process, as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Suspends the process, as {@code kill -STOP} does. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Resumes a suspended process. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill -" + name + " must reach the process: exit code " + code);
        }
    }

    /** Completes when the process has ended. */
    public CompletableFuture<?> onEnd() {
        return process.onExit();
    }

    /** Sends SIGTERM, as Kubernetes does. */
    public void terminate() {
        process.destroy();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public static JsonNode summary(Path json) throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(json));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
