package io.freshet.service.http.exchange;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs requests whose answer was not sent in full. The first is logged at once, further ones of the same second
 * as a number. Event streams always end this way and are not counted. Thread-safe.
 */
public final class DroppedRequests extends Handler.Wrapper {
    private static final Logger LOG = LoggerFactory.getLogger(DroppedRequests.class);

    /** Status codes that Javalin assigns to requests that it could not read to the end. */
    public static final int CLIENT_GONE_STATUS = 499;

    public static final int TIMEOUT_STATUS = 408;

    private final MeterRegistry registry;
    private final String streamsPath;
    private boolean isMentioned; // guarded by this
    private long unmentioned; // guarded by this

    private enum Reason {
        /** The client closed the connection. */
        CLIENT_GONE,
        /** The client neither sent nor read anything for too long. */
        TIMEOUT,
        /** This instance could not answer. */
        FAILED;

        static Reason of(Throwable failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof TimeoutException) {
                    return TIMEOUT;
                }
                if (cause instanceof IOException) {
                    return CLIENT_GONE;
                }
            }
            return FAILED;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * @param streamsPath path of the event streams, whose answers are never complete
     */
    public DroppedRequests(MeterRegistry registry, String streamsPath) {
        this.registry = registry;
        this.streamsPath = streamsPath;
        for (Reason reason : Reason.values()) {
            counter(reason);
        }
    }

    private Counter counter(Reason reason) {
        return Counter.builder("freshet.http.dropped")
                .description("HTTP requests whose answer was not sent completely, by reason")
                .tag("reason", reason.code())
                .register(registry);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Request.addCompletionListener(request, failure -> {
            if (streamsPath.equals(Request.getPathInContext(request))) {
                return;
            }
            if (response.getStatus() == CLIENT_GONE_STATUS) {
                drop(request, Reason.CLIENT_GONE, "the client disconnected before its request was read");
            } else if (response.getStatus() == TIMEOUT_STATUS) {
                drop(request, Reason.TIMEOUT, "the client did not send its request in time");
            } else if (failure != null) {
                drop(request, Reason.of(failure), failure.toString());
            }
        });
        return super.handle(request, response, callback);
    }

    private void drop(Request request, Reason reason, String detail) {
        counter(reason).increment();
        synchronized (this) {
            if (isMentioned) {
                unmentioned++;
                return;
            }
            isMentioned = true;
        }
        LOG.warn(
                "A request was dropped: {} {} from {}: reason={} {}",
                request.getMethod(),
                Request.getPathInContext(request),
                Request.getRemoteAddr(request),
                reason.code(),
                detail);
    }

    /** Logs the number of requests that were not logged individually. Called about every second. */
    public void look() {
        long more;
        synchronized (this) {
            more = unmentioned;
            unmentioned = 0;
            isMentioned = false;
        }
        if (more > 0) {
            LOG.warn("{} more requests were dropped within a second", more);
        }
    }
}
