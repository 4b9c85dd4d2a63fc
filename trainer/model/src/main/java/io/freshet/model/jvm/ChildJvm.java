package io.freshet.model.jvm;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that runs a main class in a JVM like this one: the same Java, options and class path. {@link #close}
 * kills it. If this JVM ends first, by Ctrl-C, SIGTERM or its own exit, a shutdown hook ends the child. Only a parent
 * killed by SIGKILL leaves its child running. Thread-safe.
 */
public final class ChildJvm implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(10);

    /** Options that name a port or a file that two JVMs cannot share. */
    private static final List<String> UNSHARED = List.of(
            "-agentlib:jdwp",
            "-Xrunjdwp",
            "-Dcom.sun.management.jmxremote",
            "-XX:StartFlightRecording",
            "-XX:AOTCacheOutput",
            "-XX:AOTConfiguration",
            "-XX:AOTMode");

    private final Process process;
    private final Thread hook;

    private ChildJvm(Process process) {
        this.process = process;
        this.hook = Thread.ofPlatform().unstarted(process::destroy);
    }

    /** Returns this JVM's options, except those that name a port or a file that two JVMs cannot share. */
    public static List<String> options() {
        return shared(ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    static List<String> shared(List<String> options) {
        return options.stream()
                .filter(option -> UNSHARED.stream().noneMatch(option::startsWith))
                .toList();
    }

    /**
     * Returns a command line with this JVM's Java and class path.
     *
     * @param options {@link #options}, possibly followed by others; if two contradict each other, the JVM takes the
     *     last
     */
    public static ProcessBuilder builder(List<String> options, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    /** Starts the process. */
    public static ChildJvm start(ProcessBuilder builder) throws IOException {
        ChildJvm child = new ChildJvm(builder.start());
        try {
            Runtime.getRuntime().addShutdownHook(child.hook);
        } catch (IllegalStateException e) { // this JVM is shutting down already
            child.process.destroyForcibly();
            throw e;
        }
        return child;
    }

    /** Returns the process, which this object ends on {@link #close}. */
    public Process process() {
        return process;
    }

    /** Kills the process if it still runs, as {@code kill -9} does, and waits for its end, though not for ever. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // This JVM is shutting down. The hook is harmless, because the process has ended.
        }
    }
}
