package io.freshet.workbench.demo.state;

import io.freshet.app.cli.extension.EndedDemo;
import io.freshet.service.config.FreshetConfig;
import io.freshet.testkit.broker.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The state folder of a demo that has ended, with its broker running again for inspection. No role runs. */
public final class DemoState implements EndedDemo {
    private final StateFolder folder;
    private final DemoLog log;
    private final EmbeddedKafka kafka;
    private final Map<String, String> settings;
    private final Map<String, String> environment;
    private final FreshetConfig config;

    private DemoState(
            StateFolder folder,
            DemoLog log,
            EmbeddedKafka kafka,
            Map<String, String> settings,
            Map<String, String> environment)
            throws IOException {
        this.folder = folder;
        this.log = log;
        this.kafka = kafka;
        this.settings = settings;
        this.environment = environment;
        config = config(Map.of());
    }

    /**
     * Locks the folder and starts its broker. Log messages go to the folder's log file.
     *
     * @param settings settings that the demo was started with
     * @throws StateFolderException if a demo is running on the folder, or the folder is not a demo's
     */
    public static DemoState open(Path path, Map<String, String> settings, Map<String, String> environment)
            throws IOException {
        if (!Files.isDirectory(path.resolve("kafka"))) {
            throw new StateFolderException("the state folder must be that of a demo: " + path);
        }
        StateFolder folder = StateFolder.open(path);
        try {
            DemoLog log = DemoLog.to(folder.logFile());
            EmbeddedKafka kafka = EmbeddedKafka.start(folder.kafka());
            Map<String, String> all = settings(1, settings, kafka, folder);
            return new DemoState(folder, log, kafka, all, environment);
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** Returns the configuration of a demo. */
    public static Map<String, String> settings(
            int partitions, Map<String, String> settings, EmbeddedKafka kafka, StateFolder folder) {
        Map<String, String> all = new HashMap<>(DemoTopics.settings(partitions));
        all.putAll(settings);
        all.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        all.put("state.dir", folder.path().toString());
        return all;
    }

    @Override
    public FreshetConfig config() {
        return config;
    }

    /** Returns the configuration of the demo with further settings. */
    public FreshetConfig config(Map<String, String> further) throws IOException {
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(further);
        return FreshetConfig.load(null, environment, all);
    }

    @Override
    public void close() throws IOException {
        kafka.close();
        log.close();
        folder.close();
    }
}
