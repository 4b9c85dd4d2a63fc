package io.freshet.http;

import io.freshet.config.FreshetConfig;
import io.freshet.config.HttpConfig;
import io.freshet.scoring.LiveModel;
import io.freshet.scoring.RequestCodec;
import io.freshet.store.SnapshotStore;
import io.freshet.topology.AnsweringRole;
import io.freshet.topology.ScorerRole;
import io.freshet.topology.StreamsRole;
import io.freshet.training.TrainerRole;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.apache.kafka.common.config.ConfigException;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API of one process, and the page where it has the streams role. What the process does not do is not found.
 *
 * <p>Requests run on virtual threads, so that one that waits, for Kafka or another instance, holds up none. Close it
 * before the roles: requests that are being answered are answered, new ones are not taken.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final String STARTED = "freshet.started.ns";
    private static final Duration STOP = Duration.ofSeconds(3);
    private static final int LEAST_THREADS = 2;
    private static final int MOST_THREADS = 16;

    private final HttpConfig config;
    private final AccessControl access;
    private final Metrics metrics;
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();
    private final Javalin javalin;
    private @Nullable EventStreams events;
    private volatile boolean closing;

    /**
     * What the process runs, none of which becomes the server's own.
     *
     * @param streams null where the process has no such role
     * @param scorer null where the process has no such role
     * @param trainer null where the process has no such role
     * @param store the snapshots; only read
     * @param registry where the roles' metrics are
     * @param figures what the page shows; null for what the streams role knows by itself
     */
    public record Roles(
            @Nullable StreamsRole streams,
            @Nullable ScorerRole scorer,
            @Nullable TrainerRole trainer,
            SnapshotStore store,
            PrometheusMeterRegistry registry,
            Figures.@Nullable Source figures) {
        /** What answers clicks; null where the process does not. */
        @Nullable
        AnsweringRole answering() {
            return streams != null ? streams : scorer;
        }
    }

    private HttpServer(FreshetConfig freshet, Roles roles) throws IOException {
        config = freshet.http();
        access = new AccessControl(config.requiredToken());
        metrics = opened(new Metrics(roles.registry()));
        addRoutes(freshet, roles);
        javalin = Javalin.create(this::configure);
    }

    /**
     * Starts a server. Routes answer at once; whether the process is ready is theirs to say.
     *
     * @throws ConfigException if the port is taken, or the token's file is not there
     */
    public static HttpServer start(FreshetConfig config, Roles roles) throws IOException {
        HttpServer server = new HttpServer(config, roles);
        try {
            server.javalin.start(config.http().host(), config.http().port());
        } catch (JavalinBindException e) {
            server.close();
            throw new ConfigException("The port must be free: http.host="
                    + config.http().host() + ", http.port=" + config.http().port());
        }
        if (server.events != null) {
            server.events.start();
        }
        LOG.info("HTTP at {}", config.http().url());
        return server;
    }

    /** What can be asked for. */
    List<Route> routes() {
        return List.copyOf(routes);
    }

    private void addRoutes(FreshetConfig freshet, Roles roles) {
        RequestBody bodies = new RequestBody(config.maxBodyBytes());
        StreamsRole streams = roles.streams();
        Health health = health(roles);
        health.bindTo(roles.registry());
        routes.addAll(health.routes());
        routes.addAll(metrics.routes());
        routes.addAll(new Description().routes());
        ModelDesk desk = opened(new ModelDesk(freshet, roles.store(), InstantSource.system()));
        AnsweringRole answering = roles.answering();
        LiveModel live = answering == null ? null : answering.variants().own().live();
        routes.addAll(new ModelRoutes(freshet, live, desk, bodies).routes());
        if (answering != null) {
            routes.addAll(new VariantRoutes(answering.variants()).routes());
        }
        if (streams != null) {
            addStreamsRoutes(freshet, roles, streams, bodies);
        }
    }

    private void addStreamsRoutes(FreshetConfig freshet, Roles roles, StreamsRole streams, RequestBody bodies) {
        ClickProducer producer = opened(ClickProducer.of(freshet, roles.registry()));
        Forwarder forwarder = opened(new Forwarder(config.forwardTimeout()));
        UserPlaces places = new UserPlaces(streams.users(), forwarder, config.advertisedAddress(), config.staleReads());
        routes.addAll(new UserRoutes(places, producer).routes());
        routes.addAll(new RecommendationRoutes(
                        streams.variants(),
                        new RequestCodec(freshet.requests()),
                        places,
                        bodies,
                        InstantSource.system())
                .routes());
        routes.addAll(
                new ClickRoutes(producer, bodies, freshet.sequencer().futureBound(), InstantSource.system()).routes());
        EventStreams streaming = opened(new EventStreams(figures(freshet, roles, streams), InstantSource.system()));
        events = streaming;
        routes.addAll(streaming.routes());
        routes.addAll(new PageFiles().routes());
    }

    private static Figures.Source figures(FreshetConfig freshet, Roles roles, StreamsRole streams) {
        if (roles.figures() != null) {
            return roles.figures();
        }
        ServedFigures own = new ServedFigures(freshet, streams.liveModel(), roles.registry());
        streams.liveModel().addListener(own);
        return own;
    }

    private Health health(Roles roles) {
        List<Health.Part> parts = new ArrayList<>();
        AnsweringRole answering = roles.answering();
        if (answering != null) {
            parts.add(new AnsweringHealth(answering));
        }
        if (roles.trainer() != null) {
            parts.add(new TrainerHealth(roles.trainer()));
        }
        return new Health(parts, () -> closing);
    }

    private <T extends AutoCloseable> T opened(T part) {
        owned.add(part);
        return part;
    }

    private void configure(JavalinConfig javalinConfig) {
        javalinConfig.startup.showJavalinBanner = false;
        javalinConfig.startup.showOldJavalinVersionWarning = false;
        javalinConfig.startup.startupWatcherEnabled = false;
        javalinConfig.http.prefer405over404 = true;
        javalinConfig.jetty.threadPool = threads();
        javalinConfig.jetty.modifyServer(HttpServer::configure);
        RouteTable table = new RouteTable(routes);
        javalinConfig.routes.before(this::begin);
        javalinConfig.routes.after(this::end);
        table.addTo(javalinConfig.routes);
        Problems.addTo(javalinConfig.routes, table);
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, LEAST_THREADS);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("http-request-", 0).factory()));
        return threads;
    }

    private static void configure(Server server) {
        server.setStopTimeout(STOP.toMillis());
        server.setErrorHandler(new ErrorPages());
    }

    private void begin(Context context) {
        context.attribute(STARTED, System.nanoTime());
        RequestIds.begin(context);
        context.header("X-Content-Type-Options", "nosniff").header("Cache-Control", "no-store");
        QueryParameters.decoded(context.path());
        access.check(context);
    }

    private void end(Context context) {
        Long started = context.attribute(STARTED);
        if (started != null) {
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            metrics.count(context, took);
            LOG.debug("{} {}: {} in {} ms", context.method(), context.path(), context.statusCode(), took.toMillis());
        }
        RequestIds.end();
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        if (events != null) {
            events.close();
        }
        javalin.stop();
        owned.reversed().forEach(HttpServer::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("{} did not close", part.getClass().getSimpleName(), e);
        }
    }
}
