package io.freshet.testkit.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
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
public final class EmbeddedKafka implements Broker {
    /** Fixed, so that a folder formatted by an earlier start is recognised. */
    private static final String CLUSTER_ID = new Uuid(0x66726573_68657400L, 0x64656d6f_00000001L).toString();

    private static final String LISTENER = "PLAINTEXT";
    private static final int NODE = 1;
    private static final int START_ATTEMPTS = 3;
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);

    private final KafkaNode node;

    private EmbeddedKafka(KafkaNode node) {
        this.node = node;
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
        Map<String, Integer> listeners = new LinkedHashMap<>();
        listeners.put(LISTENER, ports.broker());
        listeners.put(KafkaNode.CONTROLLER, ports.controller());
        KilledBroker.fenceIn(folder, NODE, ports.controller());
        KafkaNode node = KafkaNode.startMember(folder, NODE, CLUSTER_ID, listeners, settings());
        ports.keepIn(folder);
        return new EmbeddedKafka(node);
    }

    private static Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("default.replication.factor", "1"),
                Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
                Map.entry("group.min.session.timeout.ms", "1000"),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "3"),
                Map.entry("background.threads", "2"),
                Map.entry("num.recovery.threads.per.data.dir", "2"),
                Map.entry("group.coordinator.threads", "1"),
                Map.entry("share.coordinator.threads", "1"),
                Map.entry("log.cleaner.threads", "1"),
                Map.entry("log.segment.bytes", String.valueOf(128 << 20)),
                Map.entry("log.segment.delete.delay.ms", "1000"));
    }

    /** Returns the address for clients: {@code 127.0.0.1:PORT}. */
    @Override
    public String bootstrapServers() {
        return node.address(LISTENER);
    }

    /** Stops the node cleanly. Close the clients first, otherwise they log connection failures. */
    @Override
    public void close() {
        node.close();
    }
}
