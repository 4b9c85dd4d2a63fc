package io.freshet.testkit.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A real Kafka node in this JVM, with listeners and settings chosen by the test. */
public final class KafkaNode implements AutoCloseable {
    /** Name of a listener that advertises an address that does not exist. */
    public static final String AWAY = "AWAY";

    /** Listener of the controllers, not used by clients. */
    public static final String CONTROLLER = "CONTROLLER";

    private final KafkaRaftServer server;
    private final Map<String, Integer> ports;

    private KafkaNode(KafkaRaftServer server, Map<String, Integer> ports) {
        this.server = server;
        this.ports = ports;
    }

    /**
     * Starts a node.
     *
     * @param listeners names of the listeners, each of which gets a port; the settings define their protocols
     * @param settings settings that override the node's own
     */
    public static KafkaNode start(Path folder, List<String> listeners, Map<String, String> settings)
            throws IOException {
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (String listener : listeners) {
            ports.put(listener, ListenerPorts.free());
        }
        ports.put(CONTROLLER, ListenerPorts.free());
        return startMember(folder, 1, Uuid.randomUuid().toString(), ports, settings);
    }

    /**
     * Starts a node of a cluster. It continues with the data of an earlier start on the same folder.
     *
     * @param cluster cluster id, a {@link Uuid}
     * @param ports ports of its listeners and of its {@link #CONTROLLER}
     * @param settings settings that override the node's own; in a cluster of several nodes they name the voters
     * @throws IOException if the folder cannot be written or belongs to another cluster
     */
    public static KafkaNode startMember(
            Path folder, int node, String cluster, Map<String, Integer> ports, Map<String, String> settings)
            throws IOException {
        format(folder, node, cluster);
        Map<String, String> properties = usual(folder, node, ports);
        properties.putAll(settings);
        return new KafkaNode(start(properties), ports);
    }

    /**
     * Starts a controller without a broker on the folder of a node that is its cluster's only one.
     *
     * @param port port of the controller
     * @param settings settings that override the node's own
     */
    static KafkaNode startController(Path folder, int node, int port, Map<String, String> settings) {
        Map<String, Integer> ports = Map.of(CONTROLLER, port);
        Map<String, String> properties = usual(folder, node, ports);
        properties.put("process.roles", "controller");
        properties.remove("advertised.listeners");
        properties.putAll(settings);
        return new KafkaNode(start(properties), ports);
    }

    private static KafkaRaftServer start(Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw e;
        }
        return server;
    }

    /** Returns host:port of a listener. */
    public String address(String listener) {
        return "127.0.0.1:" + ports.get(listener);
    }

    /** Waits until the node ends, for whatever reason. */
    public void awaitEnd() {
        server.awaitShutdown();
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path folder, int node, String cluster) throws IOException {
        Formatter formatter = new Formatter()
                .setNodeId(node)
                .setClusterId(cluster)
                .setIgnoreFormatted(true)
                .setDirectories(List.of(folder.toString()))
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName(CONTROLLER)
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            formatter.run();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Formatting or reusing the broker's folder failed: folder=" + folder, e);
        }
    }

    private static Map<String, String> usual(Path folder, int node, Map<String, Integer> ports) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(node));
        settings.put("controller.quorum.voters", node + "@127.0.0.1:" + ports.get(CONTROLLER));
        settings.put("controller.listener.names", CONTROLLER);
        settings.put(
                "listeners",
                ports.entrySet().stream()
                        .map(port -> port.getKey() + "://127.0.0.1:" + port.getValue())
                        .collect(Collectors.joining(",")));
        settings.put(
                "advertised.listeners",
                ports.keySet().stream()
                        .filter(listener -> !listener.equals(CONTROLLER))
                        .map(listener -> listener + "://" + (listener.equals(AWAY) ? "broker.invalid" : "127.0.0.1")
                                + ":" + ports.get(listener))
                        .collect(Collectors.joining(",")));
        settings.put("log.dirs", folder.toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("group.initial.rebalance.delay.ms", "0");
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "1");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
        return settings;
    }
}
