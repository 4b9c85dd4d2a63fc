package io.freshet.app.faults;

import io.freshet.testkit.broker.KafkaNode;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** Program that runs one broker of a {@link Cluster}. It ends when its parent process ends. */
final class BrokerProgram {
    /** Prefix of settings that are ports of listeners. */
    static final String PORT = "port.";

    private BrokerProgram() {}

    /**
     * Runs until it is killed.
     *
     * @param arguments folder, number and cluster id of the node, then its settings file
     */
    public static void main(String[] arguments) throws Exception {
        ProcessHandle.current().parent().ifPresent(parent -> {
            var _ = parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1));
        });
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(arguments[3]))) {
            file.load(reader);
        }
        Map<String, Integer> ports = new LinkedHashMap<>();
        Map<String, String> settings = new LinkedHashMap<>();
        for (String key : file.stringPropertyNames()) {
            if (key.startsWith(PORT)) {
                ports.put(key.substring(PORT.length()), Integer.valueOf(file.getProperty(key)));
            } else {
                settings.put(key, file.getProperty(key));
            }
        }
        KafkaNode.startMember(Path.of(arguments[0]), Integer.parseInt(arguments[1]), arguments[2], ports, settings)
                .awaitEnd();
    }
}
