package io.freshet.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.cli.FreshetProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A role in a process of its own that is started again two seconds after it ends, as Kubernetes does, unless it is to be
 * ended. Thread-safe.
 */
final class RoleProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RoleProcess.class);
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int BACKOFF_SECONDS = 2;
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private final String name;
    private final Path output;
    private final Map<String, String> environment;
    private final List<String> arguments;
    private FreshetProcess process;
    private boolean wanted = true;
    private int restarts;

    private RoleProcess(String name, Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException {
        this.name = name;
        this.output = folder.resolve(name + ".txt");
        this.environment = environment;
        this.arguments = arguments;
        this.process = begin();
    }

    /**
     * Starts the role.
     *
     * @param name of the process, and of the file in the folder that receives what it prints
     */
    static RoleProcess start(String name, Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException {
        RoleProcess role = new RoleProcess(name, folder, environment, arguments);
        role.watch();
        return role;
    }

    private FreshetProcess begin() throws IOException {
        return FreshetProcess.start(output, environment, arguments.toArray(String[]::new));
    }

    private synchronized void watch() {
        var _ = process.onEnd()
                .thenRunAsync(
                        this::restartIfWanted, CompletableFuture.delayedExecutor(BACKOFF_SECONDS, TimeUnit.SECONDS));
    }

    private synchronized void restartIfWanted() {
        if (wanted && !process.isAlive()) {
            LOG.info("{} has ended and is started again", name);
            restarts++;
            try {
                process = begin();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            watch();
        }
    }

    String name() {
        return name;
    }

    /** How often it was started again after it had ended. */
    synchronized int restarts() {
        return restarts;
    }

    /** As {@code kill -9} does; the next start comes by itself. */
    synchronized void kill() throws InterruptedException {
        process.kill();
    }

    synchronized void pause() throws IOException, InterruptedException {
        process.pause();
    }

    synchronized void resume() throws IOException, InterruptedException {
        process.resume();
    }

    /** Ends the process cleanly, until {@link #startAgain()}. */
    void end() throws IOException, InterruptedException {
        FreshetProcess ending;
        synchronized (this) {
            wanted = false;
            ending = process;
        }
        ending.terminate();
        assertThat(ending.await(TIMEOUT)).as("exit code of %s", name).isEqualTo(ENDED_BY_SIGTERM);
    }

    /** Kills the process, which is not started again until {@link #startAgain()}. */
    synchronized void killForGood() throws InterruptedException {
        wanted = false;
        process.kill();
    }

    /** Starts the process that was ended. */
    synchronized void startAgain() throws IOException {
        wanted = true;
        process = begin();
        watch();
    }

    /** How many lines with these words the process and those before it have printed. */
    long linesWith(String words) throws IOException {
        Predicate<String> wantedLine = line -> line.contains(words);
        return Files.readString(output).lines().filter(wantedLine).count();
    }

    @Override
    public synchronized void close() {
        wanted = false;
        process.close();
    }
}
