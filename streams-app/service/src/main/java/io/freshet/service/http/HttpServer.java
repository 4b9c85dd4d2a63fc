package io.freshet.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.config.AccessTokens;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.http.access.AccessControl;
import io.freshet.service.http.access.ConnectionLimit;
import io.freshet.service.http.access.Forwarder;
import io.freshet.service.http.access.HostNames;
import io.freshet.service.http.access.RateLimit;
import io.freshet.service.http.access.ReloadedFiles;
import io.freshet.service.http.access.RequestIds;
import io.freshet.service.http.access.TlsIdentity;
import io.freshet.service.http.exchange.DroppedRequests;
import io.freshet.service.http.exchange.ErrorPages;
import io.freshet.service.http.exchange.Problems;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.http.exchange.RequestBody;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.http.exchange.RouteTable;
import io.freshet.service.http.page.EventStreams;
import io.freshet.service.http.page.PageFiles;
import io.freshet.service.http.page.PageMetrics;
import io.freshet.service.http.page.ServedFigures;
import io.freshet.service.http.route.AnsweringHealth;
import io.freshet.service.http.route.ClickProducer;
import io.freshet.service.http.route.ClickRoutes;
import io.freshet.service.http.route.Description;
import io.freshet.service.http.route.Health;
import io.freshet.service.http.route.Metrics;
import io.freshet.service.http.route.ModelAdmin;
import io.freshet.service.http.route.ModelRoutes;
import io.freshet.service.http.route.RecommendationRoutes;
import io.freshet.service.http.route.TrainerHealth;
import io.freshet.service.http.route.UserRoutes;
import io.freshet.service.http.route.UserRouting;
import io.freshet.service.http.route.VariantRoutes;
import io.freshet.service.request.RequestCodec;
import io.freshet.service.runtime.AnsweringRole;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TopicWatch;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.service.sequencer.ClickRules;
import io.freshet.service.serving.LiveModel;
import io.freshet.store.SnapshotStore;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP API of one process, with the page if the process has the streams role. Routes of roles that the process does not
 * have are not found.
 *
 * <p>Requests run on virtual threads, so that one that waits for Kafka or another instance does not block others. Every
 * second a thread checks the token and certificate files and the connections. Close the server before the roles: it
 * finishes the requests in progress and takes no new ones.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final String STARTED = "freshet.started.ns";
    private static final Duration STOP = Duration.ofSeconds(3);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final String TOKEN_FILE = HttpKeys.TOKEN_FILE.name();
    private static final int LEAST_THREADS = 2;
    private static final int MOST_THREADS = 16;

    private final FreshetConfig config;
    private final AccessControl access;
    private final @Nullable ReloadedFiles<AccessTokens> tokens;
    private final @Nullable ReloadedFiles<TlsIdentity> identity;
    private final SslContextFactory.Server encryption = new SslContextFactory.Server();
    private final ConnectionLimit connections;
    private final DroppedRequests dropped;
    private final Metrics metrics;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("http-watch").daemon().factory());
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();
    private final Javalin javalin;
    private @Nullable ServerConnector connector;
    private @Nullable EventStreams events;
    private @Nullable Forwarder forwarder;
    private volatile boolean closing;

    /**
     * Roles and resources of the process. The server closes none of them.
     *
     * @param answering null if the process answers no clicks
     * @param trainer null if the process does not train
     * @param store snapshots; only read
     * @param registry metrics of the roles
     * @param figures figures of the page; null for those that the streams role knows by itself
     * @param topics topics that the process may be waiting for; null if its topics exist
     */
    public record Roles(
            @Nullable AnsweringRole answering,
            @Nullable TrainerRole trainer,
            SnapshotStore store,
            PrometheusMeterRegistry registry,
            PageMetrics.@Nullable Source figures,
            @Nullable TopicWatch topics) {
        /** Creates the roles of a process whose topics exist. */
        public Roles(
                @Nullable AnsweringRole answering,
                @Nullable TrainerRole trainer,
                SnapshotStore store,
                PrometheusMeterRegistry registry,
                PageMetrics.@Nullable Source figures) {
            this(answering, trainer, store, registry, figures, null);
        }
    }

    private HttpServer(FreshetConfig config, Roles roles) {
        this.config = config;
        PrometheusMeterRegistry registry = roles.registry();
        ReloadedFiles.failures(TOKEN_FILE, registry);
        ReloadedFiles.failures(TlsIdentity.CERTIFICATE, registry);
        String tokenFile = config.get(HttpKeys.TOKEN_FILE);
        tokens = tokenFile.isEmpty()
                ? null
                : new ReloadedFiles<>(
                        TOKEN_FILE,
                        List.of(Path.of(tokenFile)),
                        HttpServer::tokens,
                        changed -> LOG.info("Valid tokens: {}", changed.size()),
                        registry);
        AccessTokens single = AccessTokens.single(config.get(HttpKeys.TOKEN));
        access = new AccessControl(
                new HostNames(config),
                new RateLimit(config.get(HttpKeys.MAX_REQUEST_RATE), System::nanoTime),
                () -> tokens == null ? single : tokens.value());
        identity = config.http().tls()
                ? new ReloadedFiles<>(
                        TlsIdentity.CERTIFICATE,
                        TlsIdentity.files(config),
                        TlsIdentity::parse,
                        this::useFromNowOn,
                        registry)
                : null;
        Gauge.builder("freshet.http.certificate.remaining", this, HttpServer::secondsToExpiry)
                .description("Time until the certificate of http.tls.certificate expires; NaN without TLS")
                .baseUnit("seconds")
                .register(registry);
        connections = new ConnectionLimit(config.get(HttpKeys.MAX_CONNECTIONS), registry);
        dropped = new DroppedRequests(registry, EventStreams.PATH);
        metrics = opened(new Metrics(registry));
        addRoutes(roles);
        javalin = Javalin.create(this::configure);
    }

    /**
     * Starts a server. Routes answer at once, whether or not the process is ready.
     *
     * @throws ConfigException if the port is taken, or a token or certificate file is missing or invalid
     */
    public static HttpServer start(FreshetConfig config, Roles roles) {
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
        var _ = server.watch.scheduleWithFixedDelay(
                server::look, LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        LOG.info("HTTP at {}", config.http().url());
        return server;
    }

    private static AccessTokens tokens(List<byte[]> contents) {
        return AccessTokens.parse(new String(contents.getFirst(), UTF_8));
    }

    /**
     * Returns the tokens of a configuration.
     *
     * @throws ConfigException if the file is missing or invalid
     */
    public static AccessTokens tokens(FreshetConfig config) {
        String file = config.get(HttpKeys.TOKEN_FILE);
        return file.isEmpty()
                ? AccessTokens.single(config.get(HttpKeys.TOKEN))
                : tokens(ReloadedFiles.read(TOKEN_FILE, List.of(Path.of(file))));
    }

    /** Returns the routes of this process. */
    List<Route> routes() {
        return List.copyOf(routes);
    }

    private void addRoutes(Roles roles) {
        RequestBody bodies = new RequestBody(config.get(HttpKeys.MAX_BODY_BYTES));
        Health health = health(roles);
        health.bindTo(roles.registry());
        routes.addAll(health.routes());
        routes.addAll(metrics.routes());
        ModelAdmin admin = opened(new ModelAdmin(config, roles.store(), InstantSource.system()));
        AnsweringRole answering = roles.answering();
        LiveModel live = answering == null ? null : answering.variants().own().live();
        routes.addAll(new ModelRoutes(config, live, admin, bodies).routes());
        if (answering != null) {
            routes.addAll(new VariantRoutes(answering.variants()).routes());
        }
        if (answering instanceof StreamsRole streams) {
            addStreamsRoutes(roles, streams, bodies);
        }
        routes.addAll(new Description(config, routes).routes());
    }

    private void addStreamsRoutes(Roles roles, StreamsRole streams, RequestBody bodies) {
        ClickProducer producer = opened(ClickProducer.of(config, roles.registry()));
        Forwarder others = opened(new Forwarder(config.get(HttpKeys.FORWARD_TIMEOUT)));
        if (identity != null) {
            others.use(identity.value());
        }
        forwarder = others;
        UserRouting routing = new UserRouting(
                streams.users(), others, config.http().advertisedAddress(), config.get(HttpKeys.STALE_READS));
        routes.addAll(new UserRoutes(routing, producer).routes());
        routes.addAll(new RecommendationRoutes(
                        streams.variants(), new RequestCodec(config), routing, bodies, InstantSource.system())
                .routes());
        routes.addAll(new ClickRoutes(
                        producer,
                        bodies,
                        config.get(HttpKeys.MAX_CLICKS),
                        new ClickRules(config),
                        InstantSource.system())
                .routes());
        EventStreams streaming = opened(new EventStreams(figures(roles, streams), InstantSource.system()));
        events = streaming;
        routes.addAll(streaming.routes());
        routes.addAll(new PageFiles().routes());
    }

    private PageMetrics.Source figures(Roles roles, StreamsRole streams) {
        if (roles.figures() != null) {
            return roles.figures();
        }
        ServedFigures own = new ServedFigures(config, streams.liveModel(), roles.registry());
        streams.liveModel().addListener(own);
        return own;
    }

    private Health health(Roles roles) {
        AnsweringRole answering = roles.answering();
        TrainerRole trainer = roles.trainer();
        return new Health(
                answering == null ? null : new AnsweringHealth(answering),
                trainer == null ? null : new TrainerHealth(trainer, answering == null),
                roles.topics(),
                () -> closing);
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
        javalinConfig.jetty.clientAbortStatus = DroppedRequests.CLIENT_GONE_STATUS;
        javalinConfig.jetty.timeoutStatus = DroppedRequests.TIMEOUT_STATUS;
        javalinConfig.jetty.threadPool = threads();
        javalinConfig.jetty.modifyServer(this::configure);
        javalinConfig.jetty.addConnector(this::connector);
        javalinConfig.router.javaLangErrorHandler((_, error) -> LOG.error("A request could not be answered", error));
        RouteTable table = new RouteTable(routes);
        javalinConfig.routes.before(this::begin);
        javalinConfig.routes.after(this::end);
        table.addTo(javalinConfig.routes, AccessControl::requireScope);
        Problems.addTo(javalinConfig.routes, table);
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, LEAST_THREADS);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("http-request-", 0).factory()));
        return threads;
    }

    private void configure(Server server) {
        server.setStopTimeout(STOP.toMillis());
        server.setErrorHandler(new ErrorPages());
        server.insertHandler(connections);
        server.insertHandler(dropped);
    }

    private ServerConnector connector(Server server, HttpConfiguration http) {
        ServerConnector made;
        if (identity == null) {
            made = new ServerConnector(server, new HttpConnectionFactory(http));
        } else {
            encryption.setKeyStore(identity.value().keyStore());
            encryption.setKeyStorePassword("");
            // Probes and pods use IP addresses, which are not among a certificate's names; AccessControl checks the
            // names.
            http.addCustomizer(new SecureRequestCustomizer(false));
            made = new ServerConnector(server, encryption, new HttpConnectionFactory(http));
        }
        made.setHost(config.get(HttpKeys.HOST));
        made.setPort(config.get(HttpKeys.PORT));
        made.addBean(connections);
        connector = made;
        return made;
    }

    private void useFromNowOn(TlsIdentity changed) {
        try {
            encryption.reload(factory -> factory.setKeyStore(changed.keyStore()));
        } catch (Exception e) {
            throw new ConfigException("The server must be able to use the certificate: " + e);
        }
        if (forwarder != null) {
            forwarder.use(changed);
        }
    }

    private double secondsToExpiry() {
        return identity == null
                ? Double.NaN
                : Duration.between(Instant.now(), identity.value().expiry()).toSeconds();
    }

    private void look() {
        try {
            dropped.look();
            if (connector != null) {
                connections.look(connector);
            }
            if (tokens != null) {
                tokens.look();
            }
            if (identity != null) {
                identity.look();
            }
        } catch (RuntimeException e) {
            LOG.warn("The files and connections of the HTTP server could not be checked", e);
        }
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
        watch.shutdownNow();
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
