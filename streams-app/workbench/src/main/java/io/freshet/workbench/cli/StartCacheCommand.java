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
            "Makes the next starts of freshet run faster. Starts a broker, runs both roles on it in a separate process,"
                    + " and keeps the classes that their JVM has loaded and linked, and its profiles of the code, beside"
                    + " the jars, where the launcher finds them. Running the command again replaces the cache.",
            "",
            "The cache is valid for the same jars, JDK and garbage collector; otherwise the JVM says so, ignores it"
                    + " and starts without it. The launcher removes it when it builds a checkout.",
            ""
        })
public final class StartCacheCommand extends FreshetCommand {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "The distribution whose cache is made, with bin/freshet, lib and jvm.options. Default: this"
                    + " command's own.")
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
            throw refused("The cache is kept in " + folder + ", which cannot be written to");
        }
        PrintStream out = System.out;
        out.printf(
                Locale.ROOT,
                "Both roles run for %d s in a process of their own, then its JVM writes the cache ...%n",
                duration.toSeconds());
        out.flush();
        long start = System.nanoTime();
        Path file = cache.record(duration, readyWithin);
        out.printf(
                Locale.ROOT,
                "%s: %.0f MB, made in %.0f s%n",
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
            throw refused("The cache can only be made by bin/freshet, which starts from jars: this process runs from "
                    + here);
        }
        return jars.getParent();
    }
}
