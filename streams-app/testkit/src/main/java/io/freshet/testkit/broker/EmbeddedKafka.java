package io.freshet.testkit.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A single real Kafka node, broker and controller combined, inside this JVM and reachable on the loopback address only.
 *
 * <p>The folder holds the node's entire state. A second start on the same folder continues with the same topics,
 * offsets and transactions, whether the first node was closed or killed, and listens on the same port if that port is
 * free. Only one node may run on a folder at a time: Kafka's own lock file rejects a second one.
 *
 * <p>Sized for a laptop: replication factor 1, one partition for each internal topic, few threads, a small log cleaner
 * buffer. Timed-out transactions are aborted within a second, which bounds how long a killed producer holds back {@code
 * read_committed} readers. Records survive a crash of the process, but not of the machine, because Kafka leaves
 * flushing to the operating system.
 */
public final class EmbeddedKafka implements AutoCloseable {
    /** Fixed, so that a folder formatted by an earlier start is recognised. */
    private static final String CLUSTER_ID = new Uuid(0x66726573_68657400L, 0x64656d6f_00000001L).toString();

    private static final int NODE_ID = 1;
    private static final int START_ATTEMPTS = 3;
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);

    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private EmbeddedKafka(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a node on {@code dataDir}, creating and formatting the folder if it is new. Returns once the node has
     * started.
     *
     * @throws IOException if the folder cannot be written or belongs to another cluster
     * @throws KafkaException if the node does not start
     */
    public static EmbeddedKafka start(Path dataDir) throws IOException {
        Path folder = Files.createDirectories(dataDir.toAbsolutePath());
        for (int attempt = 1; ; attempt++) {
            ListenerPorts ports = ListenerPorts.keptOrChosen(folder);
            try {
                return start(folder, ports);
            } catch (KafkaException e) {
                // Another process may have taken a port between our check and the node's bind.
                if (attempt == START_ATTEMPTS || ports.areFree()) {
                    throw e;
                }
                LOG.info("A port of {} was taken while the broker started; choosing others", ports, e);
            }
        }
    }

    private static EmbeddedKafka start(Path folder, ListenerPorts ports) throws IOException {
        format(folder);
        ports.keepIn(folder);
        KafkaRaftServer server =
                new KafkaRaftServer(KafkaConfig.fromProps(asProperties(settings(folder, ports))), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw e;
        }
        return new EmbeddedKafka(server, "127.0.0.1:" + ports.broker());
    }

    private static void format(Path folder) throws IOException {
        Formatter formatter = new Formatter()
                .setNodeId(NODE_ID)
                .setClusterId(CLUSTER_ID)
                .setDirectories(List.of(folder.toString()))
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setIgnoreFormatted(true)
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            formatter.run();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Formatting or reusing the broker's folder failed: folder=" + folder, e);
        }
    }

    private static Map<String, String> settings(Path folder, ListenerPorts ports) {
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", String.valueOf(NODE_ID)),
                Map.entry("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + ports.controller()),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry(
                        "listeners",
                        "PLAINTEXT://127.0.0.1:" + ports.broker() + ",CONTROLLER://127.0.0.1:" + ports.controller()),
                Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + ports.broker()),
                Map.entry("log.dirs", folder.toString()),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("default.replication.factor", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "1"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "1"),
                Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("group.min.session.timeout.ms", "1000"),
                // With the defaults the controller waits 9 s before it readmits a restarted broker.
                Map.entry("broker.session.timeout.ms", "1000"),
                Map.entry("broker.heartbeat.interval.ms", "200"),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "3"),
                Map.entry("background.threads", "2"),
                Map.entry("num.recovery.threads.per.data.dir", "2"),
                Map.entry("group.coordinator.threads", "1"),
                Map.entry("share.coordinator.threads", "1"),
                Map.entry("log.cleaner.threads", "1"),
                Map.entry("log.cleaner.dedupe.buffer.size", String.valueOf(8 << 20)),
                Map.entry("log.segment.bytes", String.valueOf(128 << 20)),
                Map.entry("log.segment.delete.delay.ms", "1000"));
    }

    private static Properties asProperties(Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        return properties;
    }

    /** Returns the address for clients: {@code 127.0.0.1:PORT}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Stops the node cleanly. Close the clients first, otherwise they log connection failures. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
