package io.freshet.app.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.process.FreshetProcess;
import io.freshet.training.online.TrainerStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A role in a separate process that is restarted two seconds after it ends, as by Kubernetes, unless it was ended on
 * purpose. Thread-safe.
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
    private final Asker asker;
    private FreshetProcess process;
    private boolean wanted = true;
    private int restarts;

    private RoleProcess(String name, Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException {
        int port = ListenerPorts.free();
        this.name = name;
        this.output = folder.resolve(name + ".txt");
        this.environment = environment;
        this.arguments = Stream.concat(arguments.stream(), Stream.of("--set", "http.port=" + port))
                .toList();
        this.asker = Asker.at(port);
        this.process = begin();
    }

    /**
     * Starts the role.
     *
     * @param name name of the process, and of the file in the folder that receives its output
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

    /** Returns how often the process was restarted after it had ended. */
    synchronized int restarts() {
        return restarts;
    }

    /** Kills the process, as {@code kill -9} does; it restarts by itself. */
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

    /** Kills the process, which is not restarted until {@link #startAgain()}. */
    synchronized void killForGood() throws InterruptedException {
        wanted = false;
        process.kill();
    }

    /** Starts the process after it was ended. */
    synchronized void startAgain() throws IOException {
        wanted = true;
        process = begin();
        watch();
    }

    /** Waits until the process's trainer is in this phase. */
    void awaitPhase(TrainerStatus.Phase phase) {
        await(name + ": " + phase)
                .atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> asker.trainerPhase().equals(phase.toString()));
    }

    @Override
    public synchronized void close() {
        wanted = false;
        process.close();
    }
}
