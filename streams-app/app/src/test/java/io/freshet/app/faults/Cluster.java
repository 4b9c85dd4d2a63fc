package io.freshet.app.faults;

import static org.awaitility.Awaitility.await;

import io.freshet.testkit.broker.KafkaNode;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.broker.TcpProxy;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;

/**
 * Three brokers in separate processes, each of which is also a controller. Each record has three replicas, and a write is
 * acknowledged when two have it. The brokers are numbered 0 to 2.
 *
 * <p>Clients reach the brokers at {@link #addresses()}, or through one proxy for each at {@link #addressesOfProxies()}.
 */
final class Cluster implements AutoCloseable {
    static final int BROKERS = 3;

    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final String DIRECT = "DIRECT";
    private static final String PROXIED = "PROXIED";

    private final Path folder;
    private final String id = Uuid.randomUuid().toString();
    private final List<Map<String, Integer>> ports = new ArrayList<>();
    private final List<TcpProxy> proxies = new ArrayList<>();
    private final List<FreshetProcess> brokers = new ArrayList<>();

    private Cluster(Path folder) {
        this.folder = folder;
    }

    /** Starts all three brokers, and returns when they answer. */
    static Cluster start(Path folder) throws Exception {
        Cluster cluster = new Cluster(folder);
        try {
            cluster.startAll();
            return cluster;
        } catch (Throwable e) {
            cluster.close();
            throw e;
        }
    }

    private void startAll() throws Exception {
        Files.createDirectories(folder);
        for (int i = 0; i < BROKERS; i++) {
            Map<String, Integer> ofBroker = Map.of(
                    DIRECT,
                    ListenerPorts.free(),
                    PROXIED,
                    ListenerPorts.free(),
                    KafkaNode.CONTROLLER,
                    ListenerPorts.free());
            ports.add(ofBroker);
            proxies.add(TcpProxy.to("127.0.0.1:" + ofBroker.get(PROXIED)));
        }
        for (int broker = 0; broker < BROKERS; broker++) {
            writeSettings(broker);
            brokers.add(startBroker(broker));
        }
        try (Admin admin = admin()) {
            await().atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> admin.describeCluster().nodes().get().size() == BROKERS);
        }
    }

    private FreshetProcess startBroker(int broker) throws IOException {
        return FreshetProcess.startProgram(
                BrokerProgram.class,
                folder.resolve("broker-" + broker + ".txt"),
                folder.resolve("broker-" + broker).toString(),
                Integer.toString(broker),
                id,
                settingsFile(broker).toString());
    }

    private Path settingsFile(int broker) {
        return folder.resolve("broker-" + broker + ".properties");
    }

    private void writeSettings(int broker) throws IOException {
        Properties settings = new Properties();
        ports.get(broker).forEach((listener, port) -> settings.put(BrokerProgram.PORT + listener, port.toString()));
        settings.putAll(Map.ofEntries(
                Map.entry(
                        "controller.quorum.voters",
                        IntStream.range(0, BROKERS)
                                .mapToObj(i -> i + "@127.0.0.1:" + ports.get(i).get(KafkaNode.CONTROLLER))
                                .collect(Collectors.joining(","))),
                Map.entry(
                        "advertised.listeners",
                        DIRECT + "://127.0.0.1:" + ports.get(broker).get(DIRECT) + "," + PROXIED + "://"
                                + proxies.get(broker).address()),
                Map.entry(
                        "listener.security.protocol.map",
                        Stream.of(DIRECT, PROXIED, KafkaNode.CONTROLLER)
                                .map(listener -> listener + ":PLAINTEXT")
                                .collect(Collectors.joining(","))),
                Map.entry("inter.broker.listener.name", DIRECT),
                Map.entry("default.replication.factor", "3"),
                Map.entry("min.insync.replicas", "2"),
                Map.entry("offsets.topic.replication.factor", "3"),
                Map.entry("offsets.topic.num.partitions", "3"),
                Map.entry("transaction.state.log.replication.factor", "3"),
                Map.entry("transaction.state.log.min.isr", "2"),
                Map.entry("transaction.state.log.num.partitions", "3"),
                Map.entry("share.coordinator.state.topic.replication.factor", "3"),
                Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
                Map.entry("broker.session.timeout.ms", "4000"),
                Map.entry("broker.heartbeat.interval.ms", "500"),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "4"),
                Map.entry("background.threads", "2"),
                Map.entry("log.cleaner.threads", "1")));
        try (Writer writer = Files.newBufferedWriter(settingsFile(broker))) {
            settings.store(writer, null);
        }
    }

    String addresses() {
        return ports.stream()
                .map(ofBroker -> "127.0.0.1:" + ofBroker.get(DIRECT))
                .collect(Collectors.joining(","));
    }

    String addressesOfProxies() {
        return proxies.stream().map(TcpProxy::address).collect(Collectors.joining(","));
    }

    /** Returns the proxy in front of each broker. */
    List<TcpProxy> proxies() {
        return List.copyOf(proxies);
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", addresses()));
    }

    void kill(int broker) throws InterruptedException {
        brokers.get(broker).kill();
    }

    /** Restarts a killed broker on its data. */
    void restart(int broker) throws IOException {
        brokers.set(broker, startBroker(broker));
    }

    void pause(int broker) throws IOException, InterruptedException {
        brokers.get(broker).pause();
    }

    void resume(int broker) throws IOException, InterruptedException {
        brokers.get(broker).resume();
    }

    /** Waits until every broker has all records again. */
    void awaitWhole() {
        try (Admin admin = admin()) {
            await("every partition is on all brokers")
                    .atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> isWhole(admin));
        }
    }

    private static boolean isWhole(Admin admin) throws ExecutionException, InterruptedException {
        Collection<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        Collection<TopicDescription> described =
                admin.describeTopics(topics).allTopicNames().get().values();
        return described.stream()
                .flatMap(topic -> topic.partitions().stream())
                .allMatch(partition -> partition.isr().size() == BROKERS);
    }

    @Override
    public void close() throws IOException {
        brokers.forEach(FreshetProcess::close);
        for (TcpProxy proxy : proxies) {
            proxy.close();
        }
    }
}
