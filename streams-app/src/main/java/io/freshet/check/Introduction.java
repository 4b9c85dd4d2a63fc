package io.freshet.check;

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
 * The first that a Kafka client says to a broker: it logs in and asks who else is there. An admin client goes on to the
 * addresses that it is told at once, and tells neither them nor why a broker ended the connection.
 */
final class Introduction {
    /** For the login and for the answer. A busy machine takes seconds for both. */
    static final Duration TIME = Duration.ofSeconds(5);

    private static final int BUFFER_BYTES = 64 << 10;

    private Introduction() {}

    /**
     * The brokers that one of them names.
     *
     * @throws org.apache.kafka.common.errors.AuthenticationException if TLS or the login fail
     * @throws SocketTimeoutException if there is no answer in time
     * @throws IOException if the connection ends before
     */
    static Collection<Node> nodes(Map<String, Object> settings, Address address) throws IOException {
        long startedNanos = System.nanoTime();
        try {
            return answered(settings, address, startedNanos);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // The client ends a connection on which a request has timed out, and tells only that it has ended.
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
            throw new IOException("another answer than was asked for, from " + address);
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
