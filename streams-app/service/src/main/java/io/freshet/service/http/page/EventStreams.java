package io.freshet.service.http.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.http.exchange.Route;
import io.freshet.training.liveness.DeadlyErrors;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /v1/events}: the history of the figures at once, then the figures of each second, as server-sent events.
 *
 * <p>Each stream has its own virtual thread, so that a slow client does not delay the others. Source: WHATWG HTML, 9.2
 * Server-sent events.
 */
public final class EventStreams implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    public static final String PATH = "/v1/events";

    /** Writes components under their names in snake case. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int MOST_STREAMS = 64;
    private static final int MOST_POINTS = 720;

    private final PageMetrics.Source source;
    private final InstantSource clock;
    private final Semaphore free = new Semaphore(MOST_STREAMS);
    private final Thread sampler =
            Thread.ofPlatform().name("http-figures").daemon().unstarted(this::sample);
    private final FigureHistory history = new FigureHistory(MOST_POINTS); // guarded by this

    /** The latest event; its number is {@code number}. Both are guarded by this. */
    private byte @Nullable [] newest;

    private long number;
    private volatile boolean closed;

    public EventStreams(PageMetrics.Source source, InstantSource clock) {
        this.source = source;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(Route.get(PATH, Scope.READ, this::stream));
    }

    /** Starts sampling. */
    public void start() {
        sampler.start();
    }

    private void sample() {
        while (!closed) {
            try {
                publish(clock.millis(), source.now());
            } catch (Throwable e) {
                DeadlyErrors.throwIfDeadly(e);
                LOG.warn("The figures of this second could not be published", e);
            }
            try {
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The figures of a second, as the page reads them. */
    private record Figures(long at, @JsonUnwrapped PageMetrics figures) {}

    private void publish(long nowMs, PageMetrics figures) throws IOException {
        byte[] event = event("figures", new Figures(nowMs, figures));
        synchronized (this) {
            history.add(nowMs, figures);
            newest = event;
            number++;
            notifyAll();
        }
    }

    private static byte[] event(String name, Object data) throws IOException {
        byte[] json = JSON.writeValueAsBytes(data);
        ByteArrayOutputStream event = new ByteArrayOutputStream(json.length + 32);
        event.writeBytes(("event: " + name + "\ndata: ").getBytes(UTF_8));
        event.writeBytes(json);
        event.writeBytes("\n\n".getBytes(UTF_8));
        return event.toByteArray();
    }

    private void stream(Context context) throws IOException {
        QueryParameters.requireNone(context);
        if (!free.tryAcquire()) {
            throw ProblemException.passing(
                    ProblemType.TOO_MANY_STREAMS,
                    "at most " + MOST_STREAMS + " event streams may be open on an instance");
        }
        try {
            context.res().setContentType("text/event-stream");
            context.header("Cache-Control", "no-store").header("X-Accel-Buffering", "no");
            if (!context.method().equals(HandlerType.HEAD)) {
                write(context.res().getOutputStream());
            }
        } finally {
            free.release();
        }
    }

    private void write(OutputStream out) {
        try {
            long sent = 0;
            out.write(historyEvent());
            while (!closed) {
                out.flush();
                sent = writeNewer(out, sent);
            }
        } catch (IOException e) {
            LOG.debug("The client of an event stream disconnected: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized byte[] historyEvent() throws IOException {
        return event("history", history.columns());
    }

    private long writeNewer(OutputStream out, long sent) throws IOException, InterruptedException {
        byte @Nullable [] event;
        long now;
        synchronized (this) {
            while (number == sent && !closed) {
                wait();
            }
            event = newest;
            now = number;
        }
        if (event != null) {
            out.write(event);
        }
        return now;
    }

    /** Ends every stream. */
    @Override
    public void close() {
        closed = true;
        sampler.interrupt();
        synchronized (this) {
            notifyAll();
        }
    }
}
