package io.freshet.testkit.broker;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Prepares the folder of a single node that was killed for its next start.
 *
 * <p>After a kill the metadata still say that the broker leads its partitions. A node that starts with them loads its open
 * transactions, and cannot reach itself yet. When the controller notices that the broker was away, the partitions lose
 * their leader for a moment, and the transaction coordinator takes them for deleted: it drops the markers that would end
 * the transactions. Readers of committed records then wait for ever. If the broker is fenced before it starts, the
 * coordinator starts only when the partitions have a leader again. This also spares the wait for the session timeout.
 */
final class KilledBroker {
    private static final String CLEAN_SHUTDOWN_FILE = ".kafka_cleanshutdown";
    private static final String FORMATTED_FILE = "meta.properties";
    private static final String COUNT = "kafka.controller:type=KafkaController,name=";
    private static final Map<String, String> SHORT_SESSION =
            Map.of("broker.session.timeout.ms", "100", "broker.heartbeat.interval.ms", "20");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(20);

    /** Time after which a controller that knows no broker is taken at its word. */
    private static final Duration LOADED = Duration.ofSeconds(3);

    private KilledBroker() {}

    /**
     * Fences the broker of a folder if it was not closed cleanly.
     *
     * @param controllerPort free port for the controller
     * @throws KafkaException if the controller does not start, or does not fence the broker in time
     */
    static void fenceIn(Path folder, int node, int controllerPort) throws IOException {
        if (!Files.exists(folder.resolve(FORMATTED_FILE)) || Files.exists(folder.resolve(CLEAN_SHUTDOWN_FILE))) {
            return;
        }
        try (KafkaNode _ = KafkaNode.startController(folder, node, controllerPort, SHORT_SESSION)) {
            long start = System.nanoTime();
            while (count("FencedBrokerCount") == 0 || count("ActiveBrokerCount") > 0) {
                long waited = System.nanoTime() - start;
                if (waited > LOADED.toNanos() && count("ActiveBrokerCount") == 0) {
                    return; // killed before its broker registered
                }
                if (waited > TIMEOUT.toNanos()) {
                    throw new KafkaException(
                            "The controller must fence the killed broker within " + TIMEOUT + ": folder=" + folder);
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Returns a metric of the controller: a number of brokers, or 0 while the controller has no such metric. */
    private static int count(String metric) {
        try {
            Object value = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(ObjectName.getInstance(COUNT + metric), "Value");
            return ((Number) value).intValue();
        } catch (InstanceNotFoundException e) {
            return 0;
        } catch (JMException e) {
            throw new KafkaException("Reading the controller's metric failed: " + metric, e);
        }
    }
}
