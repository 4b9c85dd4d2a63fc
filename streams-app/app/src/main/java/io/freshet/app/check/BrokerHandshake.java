package io.freshet.app.check;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * The first exchange of a Kafka client with a broker: login, then a metadata request for the brokers of the cluster. An
 * admin client cannot be used for this: it connects to the advertised addresses at once, and reports neither those
 * addresses nor why a broker closed the connection.
 */
final class BrokerHandshake {
    /** Time limit for login and answer together. A busy machine takes seconds for both. */
    static final Duration TIME = Duration.ofSeconds(5);

    private static final int BUFFER_BYTES = 64 << 10;

    private BrokerHandshake() {}

    /**
     * Returns the brokers that the broker at the address names in its metadata.
     *
     * @throws org.apache.kafka.common.errors.AuthenticationException if TLS or the login fails
     * @throws SocketTimeoutException if there is no answer in time
     * @throws IOException if the connection ends before the answer
     */
    static Collection<Node> nodes(Map<String, Object> settings, Address address) throws IOException {
        long startedNanos = System.nanoTime();
        try {
            return answered(settings, address, startedNanos);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // After a request timeout the client closes the connection, and reports only that it was closed.
            throw leftMs(startedNanos) == 0 ? timeout(e) : e;
        }
    }

    private static Collection<Node> answered(Map<String, Object> settings, Address address, long startedNanos)
            throws IOException {
        Node node = new Node(-1, address.host(), address.port());
        try (Metrics metrics = new Metrics();
                NetworkClient client = client(settings, metrics)) {
            if (!NetworkClientUtils.awaitReady(client, node, Time.SYSTEM, leftMs(startedNanos))) {
                throw timeout(null);
            }
            ClientRequest request = client.newClientRequest(
                    node.idString(),
                    new MetadataRequest.Builder(List.of(), false),
                    Time.SYSTEM.milliseconds(),
                    true,
                    (int) Math.max(1, leftMs(startedNanos)),
                    null);
            if (NetworkClientUtils.sendAndReceive(client, request, Time.SYSTEM).responseBody()
                    instanceof MetadataResponse answer) {
                return answer.brokers();
            }
            throw new IOException("unexpected answer to a Kafka request, from " + address);
        }
    }

    private static long leftMs(long startedNanos) {
        return Math.max(0, TIME.toMillis() - (System.nanoTime() - startedNanos) / 1_000_000);
    }

    private static SocketTimeoutException timeout(@Nullable Throwable cause) {
        SocketTimeoutException timeout = new SocketTimeoutException("no answer within " + TIME.toSeconds() + " s");
        timeout.initCause(cause);
        return timeout;
    }

    private static NetworkClient client(Map<String, Object> settings, Metrics metrics) {
        LogContext log = new LogContext("[check] ");
        Selector selector = new Selector(
                TIME.multipliedBy(10).toMillis(),
                metrics,
                Time.SYSTEM,
                "check",
                ClientUtils.createChannelBuilder(new AdminClientConfig(settings), Time.SYSTEM, log),
                log);
        return new NetworkClient(
                selector,
                new ManualMetadataUpdater(),
                "freshet-check",
                1,
                0,
                0,
                BUFFER_BYTES,
                BUFFER_BYTES,
                (int) TIME.toMillis(),
                TIME.toMillis(),
                TIME.toMillis(),
                Time.SYSTEM,
                true,
                new ApiVersions(),
                log,
                MetadataRecoveryStrategy.NONE);
    }
}
