package io.freshet.workbench.cache;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.Failures;
import io.freshet.app.feed.ClickFeed;
import io.freshet.app.feed.FeedFailedException;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.StopSignal;
import io.freshet.model.jvm.ChildJvm;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.workbench.demo.state.DemoLog;
import io.freshet.workbench.demo.state.StateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The JVM's ahead-of-time cache (JEP 483, 514 and 515) of one distribution, beside the folder of its jars.
 *
 * <p>The distribution's own launcher starts both roles, so later starts have the same class path and options. The broker and the
 * clicks run in this JVM, because the distribution may not contain them.
 */
public final class StartCache {
    /** Name of the file, which the launcher looks for. */
    public static final String FILE = "freshet.aot";

    private static final String UNFINISHED = FILE + ".unfinished";
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

    /** How long a JVM that has been asked to end may take to write the cache. */
    private static final Duration WRITING_TIMEOUT = Duration.ofMinutes(10);

    private static final int LINES_OF_LOG = 50;

    /** The tags of such a line of the JVM's log. There are hundreds. */
    private static final String JVM_ABOUT_CACHE = "[warning][aot]";

    private static final double CLICKS_PER_SECOND = 200;
    private static final GeneratorConfig CLICKS = new GeneratorConfig(1, 5_000, 2_000, false);
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private final Path home;

    /** @param home the folder of the distribution, from which no {@linkplain #missing part} is missing */
    public StartCache(Path home) {
        this.home = home;
    }

    private Path launcher() {
        return home.resolve("bin").resolve("freshet");
    }

    /** Returns a part of a distribution that the folder lacks: the launcher, the folder of the jars, or the JVM's options. */
    public Optional<Path> missing() {
        Path jars = home.resolve("lib");
        Path options = home.resolve("jvm.options");
        if (!Files.isRegularFile(launcher()) || !Files.isExecutable(launcher())) {
            return Optional.of(launcher());
        }
        if (!Files.isDirectory(jars)) {
            return Optional.of(jars);
        }
        return Files.isRegularFile(options) ? Optional.empty() : Optional.of(options);
    }

    /**
     * Records the cache, in place of an earlier one.
     *
     * @param time how long clicks are answered and learned from
     * @param readyWithin how long the roles may take to become ready
     * @return the file
     * @throws StartCacheException if the run fails, or leaves no cache
     */
    public Path record(Duration time, Duration readyWithin) throws IOException, InterruptedException {
        Path unfinished = home.resolve(UNFINISHED);
        // A cache left by a killed run must not be mistaken for the cache of this run.
        Files.deleteIfExists(unfinished);
        Path log = Files.createTempFile("freshet-start-cache", ".log");
        try {
            int exit = run(time, readyWithin, log);
            if (exit != ENDED_BY_SIGTERM || !Files.exists(unfinished)) {
                throw new StartCacheException("the run ended with exit code " + exit + " and left no cache");
            }
            Path cache = Files.move(
                    unfinished,
                    home.resolve(FILE),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
            Files.delete(log);
            return cache;
        } catch (IOException | FeedFailedException | RuntimeException e) {
            // When an image is built, the log file is lost with the container of the failed step.
            throw new StartCacheException(Failures.describe(e) + System.lineSeparator() + lastLines(log), e);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Runs both roles, and returns their process's exit code. */
    private int run(Duration time, Duration readyWithin, Path log)
            throws IOException, InterruptedException, FeedFailedException {
        StopSignal stop = StopSignal.onShutdown();
        try (stop;
                StateFolder folder = StateFolder.open(null);
                var _ = DemoLog.to(folder.logFile());
                EmbeddedKafka kafka = EmbeddedKafka.start(folder.kafka())) {
            int port = ListenerPorts.free();
            Map<String, String> settings = Map.of(
                    "kafka.bootstrap.servers", kafka.bootstrapServers(),
                    "state.dir", folder.path().resolve("state").toString(),
                    "model.store.path", folder.path().resolve("models").toString(),
                    "http.port", String.valueOf(port));
            FreshetConfig config = FreshetConfig.of(settings);
            TopicSetup.run(config, TOPIC_TIMEOUT);
            try (ChildJvm roles = ChildJvm.start(roles(settings, log))) {
                Asker asker = Asker.at(port);
                awaitReady(roles.process(), asker, readyWithin, stop);
                new ClickFeed(config, CLICKS, CLICKS_PER_SECOND).run(time, stop);
                requireNotStopped(stop.isRaised());
                asker.get("/metrics");
                return end(roles.process());
            }
        }
    }

    /** Asks the roles to end, and returns their process's exit code. Its JVM writes the cache as it ends. */
    private static int end(Process roles) throws StartCacheException, InterruptedException {
        roles.destroy();
        if (!roles.waitFor(WRITING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new StartCacheException("the roles did not end within " + WRITING_TIMEOUT.toMinutes()
                    + " min of SIGTERM, so there is no cache. Try again with more memory and processors, or do without"
                    + " the cache: --build-arg START_CACHE=false builds an image without one");
        }
        return roles.exitValue();
    }

    private ProcessBuilder roles(Map<String, String> settings, Path log) {
        List<String> command = new ArrayList<>(List.of(launcher().toString(), "run", "--roles", "streams,trainer"));
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        ProcessBuilder builder = new ProcessBuilder(command)
                // The launcher separates options by spaces, so the name of the cache must have none.
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(StartCache::isSetting);
        // A cache that is recorded with further jars is not valid without them.
        environment.remove("FRESHET_EXTRA_CLASSPATH");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.merge("FRESHET_JAVA_OPTS", "-XX:AOTCacheOutput=" + UNFINISHED, (own, ours) -> own + " " + ours);
        return builder;
    }

    private static boolean isSetting(String variable) {
        return variable.startsWith("FRESHET_") && Environment.ofConfiguration().containsKey(variable);
    }

    private static void awaitReady(Process roles, Asker asker, Duration atMost, StopSignal stop)
            throws StartCacheException, InterruptedException {
        long start = System.nanoTime();
        while (!isReady(asker)) {
            requireNotStopped(stop.await(LOOK_INTERVAL));
            if (!roles.isAlive()) {
                throw new StartCacheException(
                        "the roles ended with exit code " + roles.exitValue() + " before they were ready");
            }
            if (System.nanoTime() - start > atMost.toNanos()) {
                throw new StartCacheException("the roles were not ready within " + atMost.toSeconds()
                        + " s. On a slow or emulated processor, give them more time with --ready-within, or do without"
                        + " the cache: --build-arg START_CACHE=false builds an image without one");
            }
        }
    }

    private static void requireNotStopped(boolean stopped) throws StartCacheException {
        if (stopped) {
            throw new StartCacheException("the run was stopped before its end");
        }
    }

    private static boolean isReady(Asker asker) throws InterruptedException {
        try {
            return asker.get("/health/ready").status() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** Returns the last lines that the roles printed, without those in which the JVM lists what it leaves out of the cache. */
    private static String lastLines(Path log) throws IOException {
        // Not readAllLines: a process may print bytes that are not UTF-8.
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.contains(JVM_ABOUT_CACHE))
                .toList();
        if (lines.isEmpty()) {
            return "The roles printed nothing.";
        }
        List<String> last = lines.subList(Math.max(0, lines.size() - LINES_OF_LOG), lines.size());
        return Stream.concat(Stream.of("The last lines that the roles printed, of " + log + ":"), last.stream())
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
