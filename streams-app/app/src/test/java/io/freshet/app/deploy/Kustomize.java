package io.freshet.app.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs {@code kubectl kustomize}, which needs no cluster. */
final class Kustomize {
    private static final long TIMEOUT_S = 60;
    private static final int OLDEST = 5;
    private static final Pattern VERSION = Pattern.compile("Kustomize Version: v(\\d+)");

    private static final Map<Path, Manifests> SHARED = new ConcurrentHashMap<>();

    private Kustomize() {}

    /** Skips the test if kubectl is missing or too old. */
    static void assumePresent() throws IOException, InterruptedException {
        String version;
        try {
            version = run("kubectl", "version", "--client");
        } catch (IOException e) {
            version = "none";
        }
        Matcher matcher = VERSION.matcher(version);
        assumeTrue(
                matcher.find() && Integer.parseInt(matcher.group(1)) >= OLDEST,
                "no kubectl with Kustomize " + OLDEST + " or newer is on the PATH: k8s/ is checked file by file only");
    }

    /** Builds a folder with a {@code kustomization.yaml} and validates the result. */
    static Manifests build(Path folder) throws IOException, InterruptedException {
        return Manifests.parse(run("kubectl", "kustomize", folder.toString()));
    }

    /** Builds a folder of {@code k8s}, once for all tests: the caller must not change the result. */
    static Manifests shared(Path folder) throws IOException, InterruptedException {
        Manifests built = SHARED.get(folder);
        if (built == null) {
            built = build(folder);
            SHARED.put(folder, built);
        }
        return built;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("freshet", ".yaml");
        Path complaints = Files.createTempFile("freshet", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(complaints.toFile())
                    .start();
            boolean ended = process.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
            process.destroyForcibly();
            // Kustomize only warns of deprecated fields.
            if (!ended || process.exitValue() != 0 || Manifests.read(complaints).contains("deprecated")) {
                throw new AssertionError(
                        String.join(" ", command) + " must succeed without a warning: " + Manifests.read(complaints));
            }
            return Manifests.read(output);
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(complaints);
        }
    }
}
