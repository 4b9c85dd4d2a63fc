package io.freshet.workbench.cache;

import io.freshet.app.cli.console.Environment;
import io.freshet.app.feed.ClickFeed;
import io.freshet.app.feed.DemoFailedException;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.StopSignal;
import io.freshet.model.jvm.ChildJvm;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.http.Asker;
import io.freshet.workbench.demo.state.DemoLog;
import io.freshet.workbench.demo.state.StateFolder;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The JVM's ahead-of-time cache (JEP 483, 514 and 515) of one distribution, beside the folder of its jars.
 *
 * <p>It is recorded by a run of both roles, which the distribution's own launcher starts: so the class path and the options are
 * those of later starts. The broker and the clicks are in this JVM. The distribution itself may be without them.
 */
public final class StartCache {
    /** Name of the file, which the launcher looks for. */
    public static final String FILE = "freshet.aot";

    private static final String UNFINISHED = FILE + ".unfinished";
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);
    private static final double CLICKS_PER_SECOND = 200;
    private static final GeneratorConfig CLICKS = new GeneratorConfig(1, 5_000, 2_000, false);
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private final Path home;

    /** @param home the folder of the distribution, with {@code bin/freshet} and {@code lib} */
    public StartCache(Path home) {
        this.home = home;
    }

    /** Returns the program that starts the distribution. */
    public Path launcher() {
        return home.resolve("bin").resolve("freshet");
    }

    /**
     * Records the cache, in place of an earlier one.
     *
     * @param time how long clicks are answered and learned from
     * @return the file
     * @throws IOException if the run fails, or leaves no cache
     */
    public Path record(Duration time) throws IOException, InterruptedException, DemoFailedException {
        Path log = Files.createTempFile("freshet-start-cache", ".log");
        Path unfinished = home.resolve(UNFINISHED);
        try {
            int exit = run(time, log);
            if (exit != ENDED_BY_SIGTERM || !Files.exists(unfinished)) {
                throw new IOException(
                        "the run ended with exit code " + exit + " and left no cache; its output is in " + log);
            }
            Path cache = Files.move(
                    unfinished,
                    home.resolve(FILE),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
            Files.delete(log);
            return cache;
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Runs both roles, and returns their process's exit code. */
    private int run(Duration time, Path log) throws IOException, InterruptedException, DemoFailedException {
        StopSignal stop = StopSignal.onShutdown();
        try (stop;
                StateFolder folder = StateFolder.open(null);
                var _ = DemoLog.to(folder.logFile());
                EmbeddedKafka kafka = EmbeddedKafka.start(folder.kafka())) {
            int port = Asker.freePort();
            Map<String, String> settings = Map.of(
                    "kafka.bootstrap.servers", kafka.bootstrapServers(),
                    "state.dir", folder.path().resolve("state").toString(),
                    "model.store.path", folder.path().resolve("models").toString(),
                    "http.port", String.valueOf(port));
            FreshetConfig config = FreshetConfig.of(settings);
            TopicSetup.run(config, TOPIC_TIMEOUT);
            try (ChildJvm roles = ChildJvm.start(roles(settings, log))) {
                Asker asker = Asker.at(port);
                if (awaitReady(roles.process(), asker, stop)) {
                    new ClickFeed(config, CLICKS, CLICKS_PER_SECOND).run(time, stop);
                    asker.get("/metrics");
                }
                if (stop.isRaised()) {
                    throw new IOException("the run was stopped before its end");
                }
                roles.process().destroy();
                return roles.process().waitFor();
            }
        }
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
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.merge("FRESHET_JAVA_OPTS", "-XX:AOTCacheOutput=" + UNFINISHED, (own, ours) -> own + " " + ours);
        return builder;
    }

    private static boolean isSetting(String variable) {
        return variable.startsWith("FRESHET_") && Environment.ofConfiguration().containsKey(variable);
    }

    /** Waits until the roles are ready. Returns false if they end before, or this process is asked to stop. */
    private static boolean awaitReady(Process roles, Asker asker, StopSignal stop)
            throws IOException, InterruptedException {
        while (roles.isAlive() && !stop.await(LOOK_INTERVAL)) {
            if (isReady(asker)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isReady(Asker asker) throws IOException, InterruptedException {
        try {
            return asker.get("/health/ready").status() == 200;
        } catch (ConnectException _) {
            return false;
        }
    }
}
