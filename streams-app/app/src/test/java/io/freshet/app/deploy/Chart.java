package io.freshet.app.deploy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A Helm chart, rendered by Helm's own code, which is a native library here. Needs neither a program nor a cluster. */
record Chart(Path folder) {
    private static final Chart SOURCE = new Chart(Manifests.K8S.resolve("chart"));

    /** A copy of {@code k8s/chart} with files instead of links. Helm logs each link that it follows. */
    static final Chart OURS = copied();

    /** What {@link #OURS} renders, by release, namespace and values. */
    private static final Map<List<String>, Manifests> RENDERED = new ConcurrentHashMap<>();

    /** The oldest Kubernetes that the chart supports. */
    private static final String KUBERNETES = "v1.30.0";

    /**
     * Renders the chart and validates each resource. The result may be shared with other tests, so the caller must not change
     * it.
     *
     * @param values the user's values, in YAML
     * @throws IllegalStateException if Helm refuses the values or cannot render a template
     * @throws IllegalArgumentException if a resource does not conform to its kind
     */
    Manifests render(String release, String namespace, String values) throws IOException {
        List<String> inputs = List.of(release, namespace, values);
        if (!equals(OURS)) {
            return renderOnce(release, namespace, values);
        }
        Manifests rendered = RENDERED.get(inputs);
        if (rendered == null) {
            rendered = renderOnce(release, namespace, values);
            RENDERED.put(inputs, rendered);
        }
        return rendered;
    }

    private Manifests renderOnce(String release, String namespace, String values) throws IOException {
        Path file = Files.createTempFile("values", ".yaml");
        try {
            Files.writeString(file, values);
            return Manifests.parse(new Helm(folder)
                    .template()
                    .withName(release)
                    .withNamespace(namespace)
                    .withKubeVersion(KUBERNETES)
                    .withValuesFile(file)
                    .call());
        } finally {
            Files.delete(file);
        }
    }

    /** Returns what is wrong with the form of {@code k8s/chart}, in Helm's words; empty if nothing is. */
    static String lint() {
        LintResult result = new Helm(SOURCE.folder).lint().strict().call();
        return result.isFailed() ? String.join("\n", result.getMessages()) : "";
    }

    /** Copies the chart into a folder, with one text of one file replaced. */
    Chart withMistake(Path copy, String file, String right, String wrong) throws IOException {
        copyTo(copy);
        Path changed = copy.resolve(file);
        String text = Manifests.read(changed);
        if (!text.contains(right)) {
            throw new IllegalArgumentException("%s must contain the text to replace: %s".formatted(file, right));
        }
        Files.writeString(changed, text.replace(right, wrong));
        return new Chart(copy);
    }

    private static Chart copied() {
        Path copy = Path.of("target", "chart");
        try {
            SOURCE.copyTo(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Chart(copy);
    }

    private void copyTo(Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path source : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(folder.relativize(source).toString());
                Files.createDirectories(target.getParent());
                Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
