package io.freshet.app.cli.run;

import io.freshet.app.check.NativeLibraries;
import io.freshet.app.check.Reachability;
import io.freshet.app.check.Roles;
import io.freshet.app.check.StartCheck;
import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.LogEnvironment;
import io.freshet.app.cli.option.BatchOption;
import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelStores;
import io.freshet.service.http.HttpServer;
import io.freshet.service.runtime.AnsweringRole;
import io.freshet.service.runtime.OtherApplications;
import io.freshet.service.runtime.Role;
import io.freshet.service.runtime.ScorerRole;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.service.runtime.TopicWatch;
import io.freshet.service.runtime.TrainerRole;
import io.freshet.service.telemetry.ProcessMeters;
import io.freshet.store.SnapshotStore;
import io.freshet.training.liveness.ClockWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet run}. */
@Command(
        name = "run",
        description = {
            "Runs one or more roles on your Kafka until SIGTERM or Ctrl-C, then closes cleanly.",
            "",
            "  streams   sequences clicks and answers them; run as many as you like, up to one for each partition",
            "            of the clicks. Each needs a folder of its own for its state, and reads the model store.",
            "  trainer   learns and publishes the model; one at a time. Others stand by and follow its journal; one",
            "            takes over when it ends. Writes the model store, which all processes must share.",
            "  scorer    answers the users of one variant of an A/B test, or as a shadow all users on a separate topic",
            "            (variants.name, scorer.shadow). Cannot share a process with streams.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet run --roles streams,trainer --config freshet.properties",
            "  freshet run --roles trainer --set kafka.bootstrap.servers=broker:9092 --set state.dir=/var/lib/freshet",
            "  FRESHET_KAFKA_BOOTSTRAP_SERVERS=broker:9092 freshet run",
            "  freshet run --check --roles streams --config freshet.properties",
            "      find what would keep it from starting, and what to do about it",
            "",
            "A smallest freshet.properties:",
            "  kafka.bootstrap.servers=broker1:9092,broker2:9092",
            "  state.dir=/var/lib/freshet",
            "",
            "Values come from the defaults, the file, the environment (sequencer.window is FRESHET_SEQUENCER_WINDOW)"
                    + " and --set. Later ones win. kafka.* goes to the Kafka clients. streams-app/docs/configuration.md"
                    + " lists every key."
        })
public final class RunCommand extends FreshetCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

    /** A clock that is set back by less than this delays commits by that time, and transactions do not time out. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

    @Option(
            names = "--roles",
            paramLabel = "ROLE",
            split = ",",
            description = "streams, trainer, scorer, or several with commas between them. Default: streams,trainer.")
    private Set<Role> roles = EnumSet.of(Role.STREAMS, Role.TRAINER);

    @Mixin
    private BatchOption batch;

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--check",
            description =
                    "Run nothing: check the configuration, Kafka, topics, rights, disks, the model store, ports and"
                            + " memory, print each problem with its remedy, and end with exit code 1 if there is a"
                            + " problem. Takes less than 15 seconds, even if something hangs, and leaves nothing"
                            + " behind.")
    private boolean check;

    @Option(names = "--json", paramLabel = "FILE", description = "With --check: write the findings to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        Path config = options.file(spec);
        if (roles.containsAll(EnumSet.of(Role.STREAMS, Role.SCORER))) {
            throw refused(
                    "--roles: streams answers clicks itself; a scorer needs a process, and a variants.name, of its own");
        }
        if (check) {
            return check(config);
        }
        if (json != null) {
            throw refused("--json needs --check");
        }
        FreshetConfig loaded =
                FreshetConfig.load(config, Environment.ofConfiguration(), batch.addTo(options.settings()));
        LogEnvironment.name(loaded, roles);
        NativeLibraries.require();
        Reachability.requireAtStart(loaded);
        StopSignal stop = StopSignal.onShutdown();
        try (stop) {
            return run(loaded, stop);
        }
    }

    private int check(@Nullable Path config) throws IOException, InterruptedException {
        StartCheck start = new StartCheck(
                new Roles(roles.contains(Role.STREAMS), roles.contains(Role.TRAINER), roles.contains(Role.SCORER)));
        return FindingsReport.exitCode(
                () -> start.run(config, Environment.ofConfiguration(), batch.addTo(options.settings())),
                System.out,
                json);
    }

    private int run(FreshetConfig loaded, StopSignal stop) throws IOException {
        SnapshotStore store = ModelStores.open(loaded);
        PrometheusMeterRegistry registry = ProcessMeters.registry(loaded);
        Optional<String> failure;
        // Closed in reverse order, the server first. While the process waits for its topics, the server answers
        // probes.
        try (TopicWatch topics = new TopicWatch(ownConfig(loaded), roles.contains(Role.STREAMS), registry);
                RunningRoles running =
                        new RunningRoles(answering(loaded, store, registry), trainer(loaded, store, registry));
                @Nullable
                        HttpServer _ = startHttp(
                                loaded,
                                new HttpServer.Roles(
                                        running.answering(), running.trainer(), store, registry, null, topics))) {
            if (!topics.awaitTopics(stop::await)) {
                LOG.info("Stopped while waiting for topics");
                return 0;
            }
            if (roles.contains(Role.STREAMS) || roles.contains(Role.TRAINER)) {
                OtherApplications.requireNone(loaded, roles.contains(Role.STREAMS));
            }
            topics.start();
            running.start(topics);
            LOG.info("Running {} on {}", roles, loaded.kafka().bootstrapServers());
            failure = untilEnd(running, stop);
            failure.ifPresentOrElse(LOG::error, () -> LOG.info("Stop requested"));
        }
        failure.ifPresent(why -> LOG.error("Freshet ends with exit code 1: {}", why));
        return failure.isEmpty() ? 0 : 1;
    }

    private FreshetConfig ownConfig(FreshetConfig loaded) {
        return roles.contains(Role.SCORER) ? loaded.asScorer() : loaded;
    }

    private @Nullable AnsweringRole answering(FreshetConfig loaded, SnapshotStore store, MeterRegistry registry) {
        if (roles.contains(Role.STREAMS)) {
            return new StreamsRole(loaded, store, registry, Clock.systemUTC());
        }
        return roles.contains(Role.SCORER)
                ? new ScorerRole(loaded.asScorer(), store, registry, Clock.systemUTC())
                : null;
    }

    private @Nullable TrainerRole trainer(FreshetConfig loaded, SnapshotStore store, MeterRegistry registry) {
        return roles.contains(Role.TRAINER) ? new TrainerRole(loaded, store, registry, Clock.systemUTC()) : null;
    }

    /**
     * Waits until the process is asked to end, or an indispensable role has failed. Returns the reason for a failure.
     */
    private static Optional<String> untilEnd(RunningRoles running, StopSignal stop) {
        AnsweringRole answering = running.answering();
        TrainerRole trainer = running.trainer();
        boolean servesAlone = false;
        ClockWatch clock = new ClockWatch(Clock.systemUTC());
        while (!stop.await(LOOK_INTERVAL)) {
            Optional<String> failure = failure(answering, trainer).or(() -> setBack(clock.behind()));
            if (failure.isPresent()) {
                return failure;
            }
            if (!servesAlone && trainer != null && trainer.failure().isPresent()) {
                servesAlone = true;
                LOG.error(
                        "This process continues to serve without learning: {}",
                        trainer.failure().get());
            }
        }
        return Optional.empty();
    }

    private static @Nullable HttpServer startHttp(FreshetConfig loaded, HttpServer.Roles process) {
        return loaded.http().isOn() ? HttpServer.start(loaded, process) : null;
    }

    private static Optional<String> setBack(Duration behind) {
        return behind.compareTo(CLOCK_TOLERANCE) <= 0
                ? Optional.empty()
                : Optional.of("the wall clock was set back by " + behind
                        + ". Kafka's clients would stall until it reaches the time that it had; start the process"
                        + " again");
    }

    private static Optional<String> failure(@Nullable AnsweringRole answering, @Nullable TrainerRole trainer) {
        if (answering != null && !answering.isAlive()) {
            return Optional.of("the " + answering.name() + " role ended: "
                    + answering.failure().map(Throwable::toString).orElse("state=" + answering.state()));
        }
        // If the trainer would fail again after a restart, the process continues to serve without it.
        return trainer != null && (answering == null || trainer.endsTheProcess())
                ? trainer.failure()
                : Optional.empty();
    }

    /** The roles of this process; null for a role that it does not have. */
    private record RunningRoles(
            @Nullable AnsweringRole answering, @Nullable TrainerRole trainer) implements AutoCloseable {
        void start(TopicWatch topics) {
            if (answering instanceof StreamsRole streams) {
                streams.keepTo(topics.readPartitions());
            }
            if (answering != null) {
                answering.start();
            }
            if (trainer != null) {
                trainer.start();
            }
        }

        /** Closes the roles in parallel, because most of the time is spent waiting for Kafka. */
        @Override
        public void close() {
            CompletableFuture<Void> trainerEnds = trainer == null
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.runAsync(trainer::close, Thread::startVirtualThread);
            try (answering) {
                LOG.debug("Ending");
            } finally {
                trainerEnds.join();
            }
        }
    }
}
