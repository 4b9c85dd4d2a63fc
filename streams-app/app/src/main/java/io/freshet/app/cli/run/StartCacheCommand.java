package io.freshet.app.cli.run;

import io.freshet.app.cli.console.BuildVersion;
import io.freshet.model.jvm.ChildJvm;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet start-cache}: the JVM's ahead-of-time cache (JEP 483, 514 and 515). */
@Command(
        name = "start-cache",
        description = {
            "Makes the next starts faster. Runs a short demo in a separate process, and keeps the classes that its JVM"
                    + " has loaded and linked, and its profiles of the code, beside the jars, where the launcher finds"
                    + " them. Running the command again replaces the cache.",
            "",
            "The cache is valid for the same jars, JDK and garbage collector; otherwise the JVM says so, ignores it"
                    + " and starts without it. The launcher removes it when it builds a checkout.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false)
public final class StartCacheCommand implements Callable<Integer> {
    /** Name of the cache file, which the launcher looks for beside the folder of the jars. */
    public static final String FILE = "freshet.aot";

    private static final String CACHE_OPTION = "-XX:AOTCache";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long the demo runs once it answers. Default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ZERO;

    StartCacheCommand() {}

    @Override
    public Integer call() throws Exception {
        Path home = home();
        requireWritable(home);
        PrintStream out = System.out;
        out.printf(
                Locale.ROOT,
                "A demo runs for %d s in a process of its own, then its JVM writes the cache ...%n",
                duration.toSeconds());
        out.flush();
        Path log = Files.createTempFile("freshet-start-cache", ".log");
        Path unfinished = home.resolve(FILE + ".unfinished");
        long start = System.nanoTime();
        try {
            record(unfinished, log);
            Path cache = Files.move(
                    unfinished,
                    home.resolve(FILE),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
            out.printf(
                    Locale.ROOT,
                    "%s: %.0f MB, made in %.0f s%n",
                    cache,
                    Files.size(cache) / 1e6,
                    (System.nanoTime() - start) / 1e9);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        Files.delete(log);
        return 0;
    }

    /** Returns the parent of the folder of the jars. */
    private Path home() throws URISyntaxException {
        Path here = Path.of(StartCacheCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path jars = here.getParent();
        if (!Files.isRegularFile(here) || jars == null || jars.getParent() == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "The cache can only be made by bin/freshet, which starts from jars: this process runs from "
                            + here);
        }
        return jars.getParent();
    }

    private void requireWritable(Path home) {
        if (!Files.isWritable(home)) {
            throw new ParameterException(
                    spec.commandLine(), "The cache is kept in " + home + ", which cannot be written to");
        }
    }

    private void record(Path cache, Path log) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(ChildJvm.options());
        options.removeIf(option -> option.startsWith(CACHE_OPTION));
        options.add("-XX:AOTCacheOutput=" + cache);
        ProcessBuilder builder = ChildJvm.builder(
                        options,
                        spec.root().userObject().getClass().getName(),
                        List.of("demo", "--quiet", "--duration", duration.toSeconds() + "s"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        int exit;
        try (ChildJvm demo = ChildJvm.start(builder)) {
            exit = demo.process().waitFor();
        }
        if (exit != 0 || !Files.exists(cache)) {
            throw new IOException(
                    "the demo ended with exit code " + exit + " and left no cache; its output is in " + log);
        }
    }
}
