package io.freshet.service.http.access;

import com.sun.management.UnixOperatingSystemMXBean;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.Problems;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.config.ConfigException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections of a server, so that clients cannot exhaust the file descriptors that Kafka and the state stores
 * need.
 *
 * <p>Requests on connections above the limit are answered with 503, except for health checks. Connections more than an
 * eighth above the limit are closed on accept. While the process has used nine tenths of its descriptors, for whatever
 * purpose, all but a few connections are closed on accept. While the limit is reached, connections that are idle for two
 * seconds are closed. Thread-safe.
 */
public final class ConnectionLimit extends Handler.Wrapper implements SelectorManager.AcceptListener {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);
    private static final int MOST_BY_DEFAULT = 4_096;
    private static final int FEW = 16;
    private static final Duration IDLE_WHEN_FULL = Duration.ofSeconds(2);
    private static final double WARNED_SHARE = 0.8;
    private static final double REFUSED_SHARE = 0.9;
    private static final Duration WARNING_INTERVAL = Duration.ofMinutes(1);

    private final int most;
    private final int mostAccepted;
    private final Counter refused;
    private final Set<SelectableChannel> above = ConcurrentHashMap.newKeySet();
    private int pending; // guarded by this
    private int open; // guarded by this
    private volatile boolean isFull;
    private volatile boolean areDescriptorsScarce;
    private boolean wasFull; // the next three are used by the watching thread only
    private double refusedBefore;
    private long warnedAtNanos = System.nanoTime() - WARNING_INTERVAL.toNanos();

    /**
     * @param configured value of {@code http.max.connections}
     * @throws ConfigException if it is more than half of the process's descriptors
     */
    public ConnectionLimit(int configured, MeterRegistry registry) {
        most = most(configured);
        mostAccepted = most + Math.max(1, most / 8);
        refused = Counter.builder("freshet.http.connections.refused")
                .description("Connections that were closed, or whose request got 503, because too many were open")
                .register(registry);
        Gauge.builder("freshet.http.connections", this, ConnectionLimit::open)
                .description("Open connections of HTTP clients")
                .register(registry);
        Gauge.builder("freshet.http.connections.limit", this, limit -> limit.most)
                .description("Limit of HTTP client connections that are served at once (http.max.connections)")
                .register(registry);
    }

    private static int most(int configured) {
        long descriptors = maxDescriptors();
        if (configured > descriptors / 2) {
            throw new ConfigException("http.max.connections must be at most half of the process's file descriptors: "
                    + "http.max.connections=" + configured + " ulimit -n=" + descriptors
                    + "; raise the limit of the process, or lower the key");
        }
        return configured > 0 ? configured : Math.clamp((descriptors - openDescriptors()) / 2, FEW, MOST_BY_DEFAULT);
    }

    private static long maxDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Integer.MAX_VALUE;
    }

    private static long openDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    private synchronized int open() {
        return open;
    }

    @Override
    public void onAccepting(SelectableChannel channel) {
        boolean isTooMuch;
        synchronized (this) {
            pending++;
            isTooMuch = pending + open > (areDescriptorsScarce ? Math.min(FEW, mostAccepted) : mostAccepted);
        }
        if (isTooMuch) {
            refused.increment();
            close(channel);
        }
    }

    private static void close(SelectableChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("A connection above the limit did not close: {}", e.toString());
        }
    }

    @Override
    public synchronized void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        pending--;
    }

    @Override
    public synchronized void onAccepted(SelectableChannel channel) {
        pending--;
        open++;
        if (open > most) {
            above.add(channel);
        }
        isFull = isFull || open >= most;
    }

    @Override
    public synchronized void onClosed(SelectableChannel channel) {
        open--;
        above.remove(channel);
        isFull = isFull && open > most - most / 4;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (above.isEmpty() || !isAbove(request) || AccessControl.OPEN.contains(Request.getPathInContext(request))) {
            return super.handle(request, response, callback);
        }
        refused.increment();
        response.getHeaders().put(HttpHeader.RETRY_AFTER, "1").put(HttpFields.CONNECTION_CLOSE);
        Problems.write(
                request,
                response,
                callback,
                new ProblemException(
                        ProblemType.BUSY,
                        "at most " + most + " connections are served at once (http.max.connections)"));
        return true;
    }

    private boolean isAbove(Request request) {
        Object transport =
                request.getConnectionMetaData().getConnection().getEndPoint().getTransport();
        while (transport instanceof EndPoint encrypted) {
            transport = encrypted.getTransport();
        }
        return transport instanceof SelectableChannel channel && above.contains(channel);
    }

    /** Checks the connections and the process's descriptors. Called about every second by one thread. */
    public void look(AbstractConnector connector) {
        if (isFull || wasFull) {
            wasFull = isFull;
            long idleMs = isFull ? IDLE_WHEN_FULL.toMillis() : connector.getIdleTimeout();
            connector.getConnectedEndPoints().forEach(endPoint -> endPoint.setIdleTimeout(idleMs));
        }
        long descriptors = openDescriptors();
        areDescriptorsScarce = descriptors > REFUSED_SHARE * maxDescriptors();
        double refusedNow = refused.count();
        boolean isScarce = descriptors > WARNED_SHARE * maxDescriptors();
        if ((isScarce || refusedNow > refusedBefore)
                && System.nanoTime() - warnedAtNanos >= WARNING_INTERVAL.toNanos()) {
            warnedAtNanos = System.nanoTime();
            LOG.warn(
                    "{} connections refused since the last such line; {} of at most {} are open, and {} of the"
                            + " process's {} file descriptors (ulimit -n)",
                    (long) (refusedNow - refusedBefore),
                    open(),
                    most,
                    descriptors,
                    maxDescriptors());
            refusedBefore = refusedNow;
        }
    }
}
