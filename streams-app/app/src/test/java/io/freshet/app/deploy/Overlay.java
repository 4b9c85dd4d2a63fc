package io.freshet.app.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An overlay of a user: the brand {@code north} in the namespace {@code shops}, with some of the components.
 *
 * @param k8s the folder {@code k8s}, or a copy of it
 * @param settings further variables in the ConfigMap of settings
 * @param patches the overlay's patches, as YAML; may be empty
 */
record Overlay(Path k8s, List<String> components, Map<String, String> settings, String patches) {
    /** Lists components in the order in which they are applied. */
    static Overlay ofComponents(String... components) {
        return new Overlay(Manifests.K8S, List.of(components), Map.of(), "");
    }

    Overlay in(Path copyOfK8s) {
        return new Overlay(copyOfK8s, components, settings, patches);
    }

    Overlay withComponents(String... more) {
        return new Overlay(
                k8s, Stream.concat(components.stream(), Stream.of(more)).toList(), settings, patches);
    }

    Overlay withSetting(String variable, String value) {
        Map<String, String> all = new TreeMap<>(settings);
        all.put(variable, value);
        return new Overlay(k8s, components, all, patches);
    }

    Overlay withPatches(String yaml) {
        return new Overlay(k8s, components, settings, yaml);
    }

    /** Writes the overlay into a new folder, and builds it. */
    Manifests build(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path up = folder.toRealPath().relativize(k8s.toRealPath());
        StringBuilder text = new StringBuilder("""
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: shops
                namePrefix: north-
                resources: [%s/base]
                """.formatted(up));
        text.append(components.stream()
                .map(component -> "  - " + up + "/components/" + component + "\n")
                .collect(Collectors.joining("", "components:\n", "")));
        text.append("transformers:\n  - ").append(up).append("/names\n");
        for (String renamed : List.of("kafka-cluster", "oauth", "learners/kafka", "variant/kafka", "cli/kafka")) {
            if (components.contains(renamed)) {
                text.append("  - ").append(up).append("/names/");
                text.append(renamed.replace("/kafka", "")).append("\n");
            }
        }
        if (!settings.isEmpty()) {
            text.append("configMapGenerator:\n  - name: freshet-settings\n    behavior: merge\n    literals:\n");
            settings.forEach((variable, value) ->
                    text.append("      - ").append(variable + "=" + value).append("\n"));
        }
        text.append(patches);
        Files.writeString(folder.resolve("kustomization.yaml"), text);
        return Kustomize.build(folder);
    }
}
