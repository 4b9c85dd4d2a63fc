package io.freshet.workbench.scale;

import io.freshet.app.feed.FeedFailedException;
import io.freshet.model.jvm.ChildJvm;
import io.freshet.service.config.FreshetConfig;
import io.freshet.testkit.http.Asker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** A process that runs {@code freshet run} with one role. Its metrics say how far it is. Owns the process. */
final class RoleProcess implements AutoCloseable {
    /**
     * Time between two looks at the metrics. With many partitions, a process needs some 20 ms of processor time for each look,
     * which counts as work of its role.
     */
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    /** Without progress for this time, the process hangs. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Beginning of the variables that configure a process. The trial does not use those of its own environment. */
    private static final String ENVIRONMENT_PREFIX = "FRESHET_";

    /** Share of the work after which costs are measured: by then the JIT has compiled the code. */
    private static final double WARM_UP = 0.4;

    private final ChildJvm jvm;
    private final Asker asker;
    private final Path log;

    private RoleProcess(ChildJvm jvm, Asker asker, Path log) {
        this.jvm = jvm;
        this.asker = asker;
        this.log = log;
    }

    /**
     * Starts the process.
     *
     * @param role the role's name for {@code --roles}
     * @param settings the configuration, with a free {@code http.port}
     * @param log receives what the process prints
     */
    static RoleProcess start(String role, Map<String, String> settings, Path log) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", "--roles", role));
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        ProcessBuilder builder = ChildJvm.builder(ChildJvm.options(), "io.freshet.app.cli.Freshet", arguments)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith(ENVIRONMENT_PREFIX));
        return new RoleProcess(ChildJvm.start(builder), Asker.at(port(settings)), log);
    }

    private static int port(Map<String, String> settings) {
        return FreshetConfig.of(settings).http().port();
    }

    /**
     * Waits until a counter has grown by a number, and returns the processor time that the process took for each, in
     * microseconds. The first part is warm-up.
     *
     * @param from value of the counter at the beginning
     * @param progress receives how far the counter has come
     * @throws FeedFailedException if the process ends, or the counter stops growing, or grows too fast to be measured
     */
    double microsPerUnit(String counter, double from, long number, LongConsumer progress)
            throws InterruptedException, FeedFailedException {
        double startCount = await(counter, from + WARM_UP * number, progress);
        Duration startCpu = cpu();
        double endCount = await(counter, from + number, progress);
        if (endCount <= startCount) {
            throw new FeedFailedException(
                    "there must be more clicks: all " + number + " were dealt with between two looks");
        }
        return cpu().minus(startCpu).toNanos() / 1e3 / (endCount - startCount);
    }

    /**
     * Waits until a metric has a value or a greater one, and returns it.
     *
     * @throws FeedFailedException if the process ends, or the metric stops growing
     */
    double await(String metric, double atLeast, LongConsumer progress)
            throws InterruptedException, FeedFailedException {
        double last = -1;
        long grewNanos = System.nanoTime();
        while (true) {
            double now = metricOrZero(metric);
            if (now >= atLeast) {
                return now;
            }
            if (now > last) {
                last = now;
                grewNanos = System.nanoTime();
                progress.accept((long) now);
            }
            requireRunning();
            if (System.nanoTime() - grewNanos > PATIENCE.toNanos()) {
                throw new FeedFailedException(metric + " must reach " + (long) atLeast + ", and has been " + (long) now
                        + " for " + PATIENCE.toMinutes() + " min; the process's output is in " + log);
            }
            Thread.sleep(LOOK_INTERVAL);
        }
    }

    /** Returns the value of a metric. */
    double metric(String name) throws IOException, InterruptedException {
        return asker.metric(name);
    }

    /** Returns the value of a metric; 0 while the process does not answer. */
    private double metricOrZero(String name) throws InterruptedException {
        try {
            return metric(name);
        } catch (IOException _) {
            return 0;
        }
    }

    /**
     * Returns the value of a metric; 0 while the process does not answer.
     *
     * @throws FeedFailedException if the process has ended
     */
    double metricOfRunning(String name) throws InterruptedException, FeedFailedException {
        requireRunning();
        return metricOrZero(name);
    }

    private void requireRunning() throws FeedFailedException {
        if (!jvm.process().isAlive()) {
            throw new FeedFailedException(
                    "the process ended with exit code " + jvm.process().exitValue() + "; its output is in " + log);
        }
    }

    /** Asks the process to end, and waits until it has written all that it holds in memory. */
    void end() throws InterruptedException, FeedFailedException {
        jvm.process().destroy();
        if (!jvm.process().waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new FeedFailedException(
                    "the process must end within " + PATIENCE.toMinutes() + " min; its output is in " + log);
        }
    }

    /** Returns the processor time that the process has taken so far. */
    Duration cpu() throws FeedFailedException {
        return jvm.process()
                .info()
                .totalCpuDuration()
                .orElseThrow(() -> new FeedFailedException(
                        "this operating system does not tell the processor time of other processes"));
    }

    @Override
    public void close() {
        jvm.close();
    }
}
