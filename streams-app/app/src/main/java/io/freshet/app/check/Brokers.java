package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.KafkaProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * A connection to brokers that accept this client, with the nodes of their cluster. Owns the admin client.
 *
 * @param nodes the brokers of the cluster
 * @param bootstrapServers the configured bootstrap servers, for the commands in remedies
 */
record Brokers(Admin admin, Collection<Node> nodes, String bootstrapServers) implements AutoCloseable {
    private static final String BOOTSTRAP = "bootstrap";
    private static final String SERVERS_KEY = "kafka.bootstrap.servers";

    /** Time limit of one admin call; shorter than the checks that wait for it. */
    static final Duration CALL_TIME = Duration.ofSeconds(4);

    private static final Duration REQUEST_TIME = Duration.ofMillis(3_500);

    /**
     * Checks host names, ports, the login and the brokers' advertised addresses in turn. Returns empty if one of these
     * fails, and reports the failure to {@code found}.
     */
    static Optional<Brokers> connect(FreshetConfig config, Consumer<Finding> found) throws InterruptedException {
        List<Address> reached = reach(config.kafka().bootstrapServers(), found);
        if (reached.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> settings = settings(config.kafka());
        if (!isUsable(settings, found)) {
            return Optional.empty();
        }
        Collection<Node> nodes = introduce(settings, reached, found);
        if (nodes.isEmpty() || !canBeReached(nodes, found)) {
            return Optional.empty();
        }
        // Created last, because it connects at once and would log warnings about problems that are already reported.
        Admin admin = Admin.create(settings);
        found.accept(Finding.ok("connection", nodes.size() + (nodes.size() == 1 ? " broker" : " brokers")));
        return Optional.of(new Brokers(admin, nodes, config.kafka().bootstrapServers()));
    }

    /** Returns whether the problem is that nothing listens, which is also the case while brokers start. */
    static boolean isOfAbsence(Finding problem) {
        return problem.check().equals(BOOTSTRAP);
    }

    /** Returns whether the problem is that a listener does not answer, which is also the case with busy brokers. */
    static boolean isOfSilence(Finding problem) {
        return problem.check().equals(ConnectionFailure.ANSWER);
    }

    private static List<Address> reach(String servers, Consumer<Finding> found) throws InterruptedException {
        List<Address> addresses = new ArrayList<>();
        for (String server : servers.split(",", -1)) {
            Optional<Address> address = Address.parse(server);
            if (address.isEmpty()) {
                found.accept(Finding.problem(
                        BOOTSTRAP,
                        SERVERS_KEY + " must be host:port pairs separated by commas: \"" + server.strip() + "\"",
                        "write it like broker1:9092,broker2:9092"));
                return List.of();
            }
            addresses.add(address.get());
        }
        Map<Address, String> unreachable = unreachable(addresses);
        List<Address> reached = new ArrayList<>(addresses);
        reached.removeAll(unreachable.keySet());
        unreachable.forEach((address, why) -> found.accept(new Finding(
                BOOTSTRAP,
                reached.isEmpty() ? Outcome.PROBLEM : Outcome.WARNING,
                why,
                why.startsWith("the name")
                        ? "correct " + SERVERS_KEY + ", or check this machine's DNS"
                        : "correct " + SERVERS_KEY + ", start the broker, or open the network path to it")));
        if (!reached.isEmpty()) {
            found.accept(Finding.ok(BOOTSTRAP, names(reached) + " can be reached"));
        }
        return reached;
    }

    /** Tries all addresses in parallel, so that several unresponsive ones take no longer than one. */
    private static Map<Address, String> unreachable(Collection<Address> addresses) throws InterruptedException {
        List<Address> asked = List.copyOf(addresses);
        Map<Address, String> unreachable = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Optional<String>>> calls = asked.stream()
                    .map(address -> (Callable<Optional<String>>) address::unreachable)
                    .toList();
            List<Future<Optional<String>>> answers = threads.invokeAll(calls);
            for (int i = 0; i < asked.size(); i++) {
                Address address = asked.get(i);
                answers.get(i).resultNow().ifPresent(why -> unreachable.put(address, why));
            }
        }
        return unreachable;
    }

    private static Map<String, Object> settings(KafkaProperties kafka) {
        Map<String, Object> settings = kafka.forAdmin();
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIME.toMillis());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) CALL_TIME.toMillis());
        return settings;
    }

    /** Returns whether a client can be created from the settings; reports a problem if not. */
    private static boolean isUsable(Map<String, Object> settings, Consumer<Finding> found) {
        try (ChannelBuilder _ = ClientUtils.createChannelBuilder(
                new AdminClientConfig(settings), Time.SYSTEM, new LogContext("[check] "))) {
            return true;
        } catch (KafkaException e) {
            found.accept(Finding.problem(
                    "connection",
                    "the Kafka client rejects its settings: " + ConnectionFailure.chain(e),
                    "check kafka.security.protocol, kafka.ssl.* (stores, their passwords and types) and"
                            + " kafka.sasl.*"));
            return false;
        }
    }

    /** Returns the brokers of the cluster. Returns none, and reports why, if the broker rejects this client. */
    private static Collection<Node> introduce(
            Map<String, Object> settings, List<Address> reached, Consumer<Finding> found) {
        Address address = reached.getFirst();
        try {
            return BrokerHandshake.nodes(settings, address);
        } catch (IOException | KafkaException e) {
            Object protocol = settings.getOrDefault(AdminClientConfig.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
            ConnectionFailure refusal = ConnectionFailure.of(e, protocol.toString(), address);
            found.accept(Finding.problem(refusal.check(), refusal.message(), refusal.remedy()));
            return List.of();
        }
    }

    /** Checks the advertised addresses of the brokers, to which clients connect after the bootstrap. */
    private static boolean canBeReached(Collection<Node> nodes, Consumer<Finding> found) throws InterruptedException {
        Map<Address, String> unreachable = unreachable(nodes.stream()
                .map(node -> new Address(node.host(), node.port()))
                .toList());
        unreachable.forEach((address, why) -> found.accept(Finding.problem(
                "brokers",
                "a broker advertises the address " + address + ", and from here " + why,
                "correct the broker's advertised.listeners, or make that address resolvable and reachable from here")));
        return unreachable.isEmpty();
    }

    /** Waits for the result of a call, for at most {@link #CALL_TIME} and a little more. */
    static <T> T answer(KafkaFuture<T> call) throws ExecutionException, InterruptedException {
        try {
            return call.get(CALL_TIME.plusMillis(500).toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new ExecutionException(new TimeoutException("no answer within " + CALL_TIME.toSeconds() + " s", e));
        }
    }

    /** Returns the reason for which a call failed. */
    static Throwable cause(ExecutionException failure) {
        return failure.getCause() == null ? failure : failure.getCause();
    }

    private static String names(Collection<Address> addresses) {
        return addresses.stream().map(Address::toString).collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
