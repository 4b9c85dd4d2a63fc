package io.freshet.workbench.cli;

import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.workbench.cache.StartCache;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freshet start-cache}. */
@Command(
        name = "start-cache",
        description = {
            "Records a cache that makes later starts faster. Starts a broker, runs both roles in a separate process,"
                    + " and stores its loaded classes and profiles beside the jars, where the launcher finds them."
                    + " Running the command again replaces the cache.",
            "",
            "With other jars, JDK or collector, the JVM reports that it cannot use the cache, and starts without it."
                    + " The launcher removes the cache when it builds a checkout.",
            ""
        })
public final class StartCacheCommand extends FreshetCommand {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "The distribution for which the cache is recorded, with bin/freshet, lib and jvm.options."
                    + " Default: this command's own.")
    private @Nullable Path home;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long the roles answer clicks and learn from them. Default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--ready-within",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "How long the roles may take to become ready; an emulated processor needs more. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Duration readyWithin = Duration.ZERO;

    @Override
    public Integer call() throws Exception {
        Path folder = home == null ? ownHome() : home.toAbsolutePath();
        StartCache cache = new StartCache(folder);
        Optional<Path> missing = cache.missing();
        if (missing.isPresent()) {
            throw refused("--home must be a distribution, with bin/freshet, lib and jvm.options: there is no "
                    + missing.get());
        }
        if (!Files.isWritable(folder)) {
            throw refused("The folder must be writable, because it receives the cache: " + folder);
        }
        PrintStream out = System.out;
        out.printf(
                Locale.ROOT,
                "Both roles run for %d s in a separate process, then its JVM writes the cache ...%n",
                duration.toSeconds());
        out.flush();
        long start = System.nanoTime();
        Path file = cache.record(duration, readyWithin);
        out.printf(
                Locale.ROOT,
                "%s: %.0f MB, recorded in %.0f s%n",
                file,
                Files.size(file) / 1e6,
                (System.nanoTime() - start) / 1e9);
        return 0;
    }

    /** Returns the parent of the folder of the jars. */
    private Path ownHome() throws URISyntaxException {
        Path here = Path.of(StartCacheCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path jars = here.getParent();
        if (!Files.isRegularFile(here) || jars == null || jars.getParent() == null) {
            throw refused("The cache must be recorded by bin/freshet, which starts from jars: this process runs from "
                    + here);
        }
        return jars.getParent();
    }
}
