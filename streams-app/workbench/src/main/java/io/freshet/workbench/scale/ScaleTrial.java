package io.freshet.workbench.scale;

import io.freshet.app.feed.ClickGenerator;
import io.freshet.app.feed.FeedFailedException;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.SourceClick;
import io.freshet.app.sizing.UnitCosts;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.output.ImportMark;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.workbench.demo.state.DemoLog;
import io.freshet.workbench.demo.state.StateFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a click costs in whole processes: the broker runs in this JVM, and each role in a process of its own, which
 * works off clicks that wait. Owns the broker and the folder of the state.
 */
public final class ScaleTrial implements AutoCloseable {
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);
    private static final String ACCEPTED = "freshet_clicks_accepted_total";
    private static final String ANSWERED = "freshet_recommendations_total";
    private static final String LEARNED = "freshet_trainer_records_total";

    /** Number of trainers that learn a model together. */
    private static final int LEARNERS = 2;

    /** Settings for learning as many clicks a second as possible, unless the load says otherwise. */
    private static final Map<String, String> CATCHING_UP =
            Map.of("online.catchup.clicks", "128", "online.publish.interval.ms", "2000", "learners.merge.steps", "8");

    private final Load load;
    private final StateFolder folder;
    private final DemoLog log;
    private final EmbeddedKafka kafka;
    private final FreshetConfig config;
    private final Thread hook; // closes after Ctrl-C

    /**
     * The clicks of a trial.
     *
     * @param clicks of the past, which are sequenced and learned from; as many live ones follow, which are answered, too
     * @param users number of users
     * @param items initial number of items, of which there are twice as many in the end
     * @param settings keys of the configuration and their values
     */
    public record Load(int clicks, int users, int items, Map<String, String> settings) {
        public Load {
            settings = Map.copyOf(settings);
            if (clicks < 1) {
                throw new IllegalArgumentException("there must be clicks: " + clicks);
            }
        }
    }

    /**
     * What was measured.
     *
     * @param cpu processor time
     * @param bytes bytes on topics and disks
     */
    public record Outcome(UnitCosts.Cpu cpu, UnitCosts.Bytes bytes) {}

    /**
     * How fast several learners catch up, beside one.
     *
     * @param learners number of learners, each a process with one worker
     * @param oneClicksPerSecond clicks that one learner learned from
     * @param clicksPerSecond clicks that several learned from together
     * @param cost processor time of a click with several learners, by that with one
     */
    public record Parallel(int learners, double oneClicksPerSecond, double clicksPerSecond, double cost) {
        /** Returns how many times as fast as one the learners would be if each had a processor and none waited. */
        public double projected() {
            return learners / cost;
        }

        /** Returns how many times as fast as one the learners were. */
        public double measured() {
            return clicksPerSecond / oneClicksPerSecond;
        }
    }

    private ScaleTrial(Load load, StateFolder folder, DemoLog log, EmbeddedKafka kafka) {
        this.load = load;
        this.folder = folder;
        this.log = log;
        this.kafka = kafka;
        config = FreshetConfig.of(settings("streams"));
        hook = Thread.ofPlatform().unstarted(this::closeQuietly);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Starts the broker and creates the topics.
     *
     * @throws org.apache.kafka.common.config.ConfigException if the settings are not valid
     */
    public static ScaleTrial start(Load load) throws IOException {
        Map<String, String> checked = new LinkedHashMap<>(load.settings());
        checked.put("kafka.bootstrap.servers", "localhost:9092");
        var _ = FreshetConfig.of(checked).trainer();
        StateFolder folder = StateFolder.open(null);
        DemoLog log = DemoLog.to(folder.logFile());
        try {
            ScaleTrial trial = new ScaleTrial(load, folder, log, EmbeddedKafka.start(folder.kafka()));
            try {
                TopicSetup.run(FreshetConfig.of(trial.catchingUp("one-learner", LEARNERS)), TOPIC_TIMEOUT);
                return trial;
            } catch (RuntimeException e) {
                trial.kafka.close();
                trial.removeHook();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            log.close();
            folder.close();
            throw e;
        }
    }

    private Map<String, String> settings(String role) {
        Map<String, String> settings = new LinkedHashMap<>(load.settings());
        // All clicks wait from the start, and the trainer must not learn less of each because of that.
        settings.putIfAbsent("online.catchup.clicks", "0");
        settings.putAll(ofTrial(role));
        return settings;
    }

    private Map<String, String> ofTrial(String folderName) {
        return Map.of(
                "kafka.bootstrap.servers", kafka.bootstrapServers(),
                "state.dir", folder.path().resolve(folderName).toString(),
                "model.store.path", folder.path().resolve("models").toString());
    }

    /**
     * Runs the trial.
     *
     * @param progress receives what is being done
     * @throws FeedFailedException if a process ends or hangs
     */
    public Outcome run(Consumer<String> progress) throws IOException, InterruptedException, FeedFailedException {
        try (ClickGenerator clicks =
                new ClickGenerator(new GeneratorConfig(1, load.users(), load.items(), false), InstantSource.system())) {
            progress.accept("writing clicks of the past");
            write(clicks, true);
            try (RoleProcess streams = launch("streams")) {
                double sequencing = streams.microsPerUnit(
                        ACCEPTED, 0, load.clicks(), done -> progress.accept("sequenced " + done + " clicks"));
                try (RoleProcess trainer = launch("trainer")) {
                    double learning = trainer.microsPerUnit(
                            LEARNED, 0, load.clicks(), done -> progress.accept("learned from " + done + " clicks"));
                    streams.await("freshet_model_step", 1, _ -> {});
                    progress.accept("writing live clicks");
                    double answered = streams.metric(ANSWERED);
                    write(clicks, false);
                    double streamsMicros = streams.microsPerUnit(
                            ANSWERED, answered, load.clicks(), done -> progress.accept("answered " + done + " clicks"));
                    trainer.await(
                            LEARNED, 2.0 * load.clicks(), done -> progress.accept("learned from " + done + " clicks"));
                    int items = (int) trainer.metric("freshet_trainer_items");
                    progress.accept("ending the streams role");
                    streams.end();
                    return new Outcome(
                            new UnitCosts.Cpu(items, sequencing, streamsMicros - sequencing, learning), bytes());
                }
            }
        }
    }

    /**
     * Measures how fast two trainers with one worker each learn a model together, beside a single one. Both times the
     * sequences of all clicks of {@link #run} wait, which must have returned.
     *
     * @param progress receives what is being done
     * @throws FeedFailedException if a process ends or hangs
     */
    public Parallel learnTogether(Consumer<String> progress)
            throws IOException, InterruptedException, FeedFailedException {
        LearnersTrial.Speed one = learnTogether("one-learner", 1, progress);
        LearnersTrial.Speed several = learnTogether("several-learners", LEARNERS, progress);
        return new Parallel(
                LEARNERS, one.clicksPerSecond(), several.clicksPerSecond(), several.micros() / one.micros());
    }

    private LearnersTrial.Speed learnTogether(String model, int learners, Consumer<String> progress)
            throws IOException, InterruptedException, FeedFailedException {
        Map<String, String> settings = catchingUp(model, learners);
        return LearnersTrial.run(
                learners, 2L * load.clicks(), number -> launch(model + "-" + number, "trainer", settings), progress);
    }

    private Map<String, String> catchingUp(String model, int learners) {
        Map<String, String> settings = new LinkedHashMap<>(CATCHING_UP);
        settings.putAll(load.settings());
        settings.putAll(ofTrial("trainers"));
        settings.put("model.name", model);
        settings.put("model.item.retention.ms", "0"); // several learners cannot forget items
        settings.put("training.workers", "1");
        settings.put("learners.count", String.valueOf(learners));
        return settings;
    }

    private RoleProcess launch(String role) throws IOException {
        return launch(role, role, settings(role));
    }

    private RoleProcess launch(String name, String role, Map<String, String> settings) throws IOException {
        Map<String, String> own = new LinkedHashMap<>(settings);
        own.put("http.port", String.valueOf(ListenerPorts.free()));
        return RoleProcess.start(role, own, folder.path().resolve(name + ".log"));
    }

    /** Produces clicks, as many as the load says. */
    private void write(ClickGenerator clicks, boolean past) throws FeedFailedException {
        String topic = config.get(TopicKeys.CLICKS);
        Map<String, Object> properties = config.kafka().forProducer();
        AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int click = 0; click < load.clicks(); click++) {
                SourceClick next = clicks.next();
                String key = next.key();
                var record = new ProducerRecord<>(
                        topic, key == null ? null : key.getBytes(StandardCharsets.UTF_8), next.value());
                // The processes may have another format from their environment.
                ClickFormat.markAsOwn(record.headers());
                if (past) {
                    record.headers().add(ImportMark.HEADER, "scale".getBytes(StandardCharsets.UTF_8));
                }
                var _ = producer.send(record, (_, failure) -> refused.compareAndSet(null, failure));
            }
            producer.flush();
        } catch (RuntimeException e) {
            throw new FeedFailedException("producing clicks failed: topic=" + topic, e);
        }
        Exception failure = refused.get();
        if (failure != null) {
            throw new FeedFailedException("producing clicks failed: topic=" + topic, failure);
        }
    }

    private UnitCosts.Bytes bytes() throws IOException, InterruptedException, FeedFailedException {
        Map<String, Long> sizes = topicSizes();
        Map<String, Double> perClick = new LinkedHashMap<>();
        for (ConfigKey<String> key : TopicKeys.NAMES) {
            // The clicks of the past have no answers.
            long clicks = key.equals(TopicKeys.RECOMMENDATIONS) ? load.clicks() : 2L * load.clicks();
            perClick.put(key.name(), (double) sizes.getOrDefault(config.get(key), 0L) / clicks);
        }
        double changelogs = TopicPlan.stateTopics(config.get(ProcessKeys.APPLICATION_ID)).stream()
                .mapToLong(topic -> sizes.getOrDefault(topic, 0L))
                .sum();
        return new UnitCosts.Bytes(
                perClick,
                changelogs / (2.0 * load.clicks()),
                sizeOf(folder.path().resolve("streams")) / (2.0 * load.clicks()));
    }

    /** Returns the bytes of each topic. */
    private Map<String, Long> topicSizes() throws InterruptedException, FeedFailedException {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            Map<String, Long> sizes = new LinkedHashMap<>();
            List<Integer> brokers =
                    admin.describeCluster().nodes().get().stream().map(Node::id).toList();
            admin.describeLogDirs(brokers)
                    .allDescriptions()
                    .get()
                    .values()
                    .forEach(directories -> directories
                            .values()
                            .forEach(directory -> directory
                                    .replicaInfos()
                                    .forEach((partition, replica) ->
                                            sizes.merge(partition.topic(), replica.size(), Long::sum))));
            return sizes;
        } catch (ExecutionException e) {
            throw new FeedFailedException("the broker must tell the size of its topics", e);
        }
    }

    private static long sizeOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(ScaleTrial::size)
                    .sum();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Returns the size of a file; 0 if RocksDB has just deleted it. */
    private static long size(Path file) {
        return file.toFile().length();
    }

    private void closeQuietly() {
        try (folder;
                log) {
            kafka.close();
        } catch (IOException _) {
            // The process ends, and a folder in the temporary folder remains.
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is ending, and the hook closes what is open.
        }
    }

    @Override
    public void close() throws IOException {
        removeHook();
        try (folder;
                log) {
            kafka.close();
        }
    }
}
