package io.freshet.app.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Computes the SHA-256 of each file of a model: of a snapshot, or of a replay of the journal. */
public final class ModelDigests {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private static final Map<String, String> ON_ANOTHER_CPU = Map.of(
            "JAVA_TOOL_OPTIONS", System.getProperty("os.arch").equals("amd64") ? "-XX:UseAVX=2" : "-Dfreshet.lanes=4");

    private ModelDigests() {}

    /** Returns the newest snapshot of a model store. */
    public static Manifest newest(Path models, String model) throws IOException {
        FileSnapshotStore store = new FileSnapshotStore(models);
        return store.manifest(model, store.versions(model).getLast());
    }

    public static Map<String, String> of(Manifest manifest) {
        Map<String, String> digests = new TreeMap<>();
        for (FileEntry file : manifest.files()) {
            digests.put(file.name(), file.sha256());
        }
        return digests;
    }

    /**
     * Replays the journal to its end in an undisturbed process that emulates a CPU with another vector width than the one
     * that wrote the journal: AVX2 only on x86-64, 128 bits elsewhere.
     *
     * @param folder receives the output of the process, and its report
     * @param settings options of {@code freshet} that name the model
     * @param from options that name the starting point
     */
    public static Map<String, String> replayed(Path folder, List<String> settings, String... from) throws Exception {
        Path report = folder.resolve("replay.json");
        List<String> arguments = new ArrayList<>(List.of("replay", "--json", report.toString()));
        arguments.addAll(Arrays.asList(from));
        arguments.addAll(settings);
        try (FreshetProcess replay =
                FreshetProcess.start(folder.resolve("replay.txt"), ON_ANOTHER_CPU, arguments.toArray(String[]::new))) {
            replay.awaitSuccess(TIMEOUT);
        }
        Map<String, String> digests = new TreeMap<>();
        for (JsonNode file : FreshetProcess.summary(report).get("files")) {
            digests.put(file.get("name").asText(), file.get("sha256").asText());
        }
        return digests;
    }
}
