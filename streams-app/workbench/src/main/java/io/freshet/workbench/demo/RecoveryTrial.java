package io.freshet.workbench.demo;

import io.freshet.app.feed.ClickGenerator;
import io.freshet.app.feed.FeedFailedException;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.Pace;
import io.freshet.app.feed.SourceClick;
import io.freshet.model.jvm.ChildJvm;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.workbench.demo.count.Recommended;
import io.freshet.workbench.demo.state.DemoLog;
import io.freshet.workbench.demo.state.StateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Kills a process that answers clicks with {@code kill -9}, and measures how long users wait for an answer.
 *
 * <p>The broker, the producer of clicks and the reader of answers run in this JVM. The killed process is a separate
 * {@code freshet run --roles streams}. Either it is restarted at once, as an orchestrator does, or a second process
 * with standby replicas takes over. Owns the broker, the processes and the threads.
 */
public final class RecoveryTrial implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration RECOVERY = Duration.ofMinutes(2);
    private static final long LOOK_MS = 20;

    private final Settings settings;
    private final StateFolder folder;
    private final DemoLog log;
    private final EmbeddedKafka kafka;
    private final FreshetConfig config;
    private final List<ChildJvm> processes = new ArrayList<>();
    private final Thread clicks;
    private final Thread reader;
    private final long[] newestAnsweredClickMs; // (partitions); guarded by this
    private final long[] firstNewAnswerMs; // (partitions): arrival time, 0 until it arrives; guarded by this
    private long killedAtMs = Long.MAX_VALUE;
    private long slowestMs;
    private volatile boolean ending;

    /**
     * Parameters of a trial.
     *
     * @param rate clicks per second
     * @param users number of users of the synthetic shop
     * @param partitions number of partitions of the clicks
     * @param standby whether a second process keeps standby replicas and takes over; otherwise the killed one is
     *     restarted
     * @param sessionTimeout time after which the group evicts a silent process
     * @param transactionTimeout time after which the broker aborts a killed process's open transactions
     */
    public record Settings(
            double rate,
            int users,
            int partitions,
            boolean standby,
            Duration sessionTimeout,
            Duration transactionTimeout) {}

    /**
     * Result of a trial.
     *
     * @param firstAnswer time from the kill until every partition has had its first answer to a click made after the
     *     kill
     * @param slowestClick longest time from a click to its answer
     */
    public record Outcome(Duration firstAnswer, Duration slowestClick) {}

    private RecoveryTrial(Settings settings, StateFolder folder, DemoLog log, EmbeddedKafka kafka) {
        this.settings = settings;
        this.folder = folder;
        this.log = log;
        this.kafka = kafka;
        config = FreshetConfig.of(shared());
        newestAnsweredClickMs = new long[settings.partitions()];
        firstNewAnswerMs = new long[settings.partitions()];
        clicks = Thread.ofPlatform().name("clicks").unstarted(this::click);
        reader = Thread.ofPlatform().name("answers").unstarted(this::read);
    }

    /**
     * Starts the broker and all processes, and returns when users of every partition have been answered.
     *
     * @throws FeedFailedException if they are not answered in time
     */
    public static RecoveryTrial start(Settings settings) throws IOException, InterruptedException, FeedFailedException {
        StateFolder folder = StateFolder.open(null);
        DemoLog log = DemoLog.to(folder.logFile());
        RecoveryTrial trial = new RecoveryTrial(settings, folder, log, EmbeddedKafka.start(folder.kafka()));
        try {
            TopicSetup.run(trial.config, START);
            trial.launch(0);
            if (settings.standby()) {
                trial.launch(1);
            }
            trial.reader.start();
            trial.clicks.start();
            trial.awaitAnswers();
            return trial;
        } catch (IOException | InterruptedException | FeedFailedException | RuntimeException e) {
            trial.close();
            throw e;
        }
    }

    /**
     * Lets clicks flow for a while, kills the first process, and returns when users of every partition are answered
     * again.
     *
     * @throws FeedFailedException if they are not answered in time
     */
    public Outcome run(Duration before) throws IOException, InterruptedException, FeedFailedException {
        Thread.sleep(before);
        synchronized (this) {
            slowestMs = 0;
            Arrays.fill(firstNewAnswerMs, 0);
            killedAtMs = System.currentTimeMillis();
        }
        processes.getFirst().close();
        if (!settings.standby()) {
            processes.clear();
            launch(0);
        }
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        while (!hasRecovered()) {
            requireInTime(deadline, "answers must come again within " + RECOVERY);
            Thread.sleep(LOOK_MS);
        }
        synchronized (this) {
            long last = Arrays.stream(firstNewAnswerMs).max().orElseThrow();
            return new Outcome(Duration.ofMillis(last - killedAtMs), Duration.ofMillis(slowestMs));
        }
    }

    private synchronized boolean hasRecovered() {
        return Arrays.stream(firstNewAnswerMs).allMatch(ms -> ms > 0);
    }

    private Map<String, String> shared() {
        Map<String, String> settingsOfAll = new HashMap<>();
        settingsOfAll.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settingsOfAll.put("topics.partitions", String.valueOf(settings.partitions()));
        // The processes may have another format from their environment.
        settingsOfAll.put("recommendations.format", "json");
        settingsOfAll.put("state.dir", folder.path().resolve("state").toString());
        return settingsOfAll;
    }

    private void launch(int number) throws IOException {
        Map<String, String> own = shared();
        own.put("state.dir", folder.path().resolve("state-" + number).toString());
        own.put("model.store.path", folder.path().resolve("models").toString());
        own.put("streams.instance.id", "streams-" + number);
        own.put("kafka.num.standby.replicas", settings.standby() ? "1" : "0");
        own.put("kafka.main.consumer.session.timeout.ms", ms(settings.sessionTimeout()));
        own.put(
                "kafka.main.consumer.heartbeat.interval.ms",
                ms(settings.sessionTimeout().dividedBy(5)));
        own.put("kafka.producer.transaction.timeout.ms", ms(settings.transactionTimeout()));
        List<String> arguments = new ArrayList<>(List.of("run", "--roles", "streams"));
        own.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        processes.add(
                number,
                ChildJvm.start(ChildJvm.builder(ChildJvm.options(), "io.freshet.app.cli.Freshet", arguments)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.path()
                                .resolve("streams-" + number + ".log")
                                .toFile()))));
    }

    private static String ms(Duration time) {
        return String.valueOf(time.toMillis());
    }

    private void awaitAnswers() throws InterruptedException, FeedFailedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!isEveryPartitionAnswered()) {
            requireInTime(deadline, "answers must come within " + START);
            Thread.sleep(LOOK_MS);
        }
    }

    private synchronized boolean isEveryPartitionAnswered() {
        return Arrays.stream(newestAnsweredClickMs).allMatch(ms -> ms > 0);
    }

    private void requireInTime(long deadline, String rule) throws FeedFailedException {
        if (System.nanoTime() > deadline) {
            throw new FeedFailedException(rule);
        }
    }

    private void click() {
        Pace pace = new Pace.Rate(settings.rate(), true);
        try (var producer = new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", kafka.bootstrapServers(), "linger.ms", 0, "acks", "all"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
                var source = new ClickGenerator(
                        new GeneratorConfig(1, settings.users(), 2_000, false), InstantSource.system())) {
            for (long produced = 0; !ending; produced++) {
                pace.await(produced);
                SourceClick click = source.next();
                byte @Nullable [] key = click.key() == null ? null : click.key().getBytes(StandardCharsets.UTF_8);
                var record = new ProducerRecord<>(config.get(TopicKeys.CLICKS), key, click.value());
                // The processes may have another format from their environment.
                ClickFormat.markAsOwn(record.headers());
                var _ = producer.send(record);
            }
        }
    }

    private void read() {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (int partition = 0; partition < settings.partitions(); partition++) {
                partitions.add(new TopicPartition(config.get(TopicKeys.RECOMMENDATIONS), partition));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!ending) {
                consumer.poll(Duration.ofMillis(LOOK_MS)).forEach(this::answered);
            }
        }
    }

    private synchronized void answered(ConsumerRecord<byte[], byte[]> answer) {
        long nowMs = System.currentTimeMillis();
        long clickMs = Recommended.parse(answer.value()).clickTimestampMs();
        newestAnsweredClickMs[answer.partition()] = clickMs;
        slowestMs = Math.max(slowestMs, nowMs - clickMs);
        if (clickMs >= killedAtMs && firstNewAnswerMs[answer.partition()] == 0) {
            firstNewAnswerMs[answer.partition()] = nowMs;
        }
    }

    @Override
    public void close() throws IOException {
        ending = true;
        processes.forEach(ChildJvm::close);
        try {
            awaitEnd(clicks);
            awaitEnd(reader);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        kafka.close();
        log.close();
        folder.close();
    }

    /** Waits for a thread, unless it has not been started. */
    private static void awaitEnd(Thread thread) throws InterruptedException {
        if (thread.isAlive()) {
            thread.join(Duration.ofSeconds(10));
        }
    }
}
