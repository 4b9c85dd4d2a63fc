package io.freshet.app.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.process.FreshetProcess;
import io.freshet.testkit.topic.CommittedLog;
import io.freshet.testkit.topic.SequenceFeeder;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.journal.JournalReplay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes that are killed as by {@code kill -9} at random moments, with a Kafka that keeps running. The clicks are those
 * of the RecSys Challenge 2015 sample if it is available (see {@link DataFile}), otherwise generated.
 *
 * <p>{@code mvn verify -Pkill20} kills more often, on the whole file.
 */
final class KilledProcessesIT {
    private static final Logger LOG = LoggerFactory.getLogger(KilledProcessesIT.class);
    private static final int KILLS = Integer.getInteger("freshet.kills", 3);
    private static final int CLICKS = Integer.getInteger("freshet.kills.clicks", 4_000);
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Duration TAKEOVER = Duration.ofSeconds(10);
    private static final int PARTITIONS = 2;
    private static final int BATCH = 50;
    private static final int WINDOW = 50;
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private final Random random = new Random();

    @TempDir
    Path folder;

    private EmbeddedKafka kafka;

    @BeforeEach
    void startBroker() throws IOException {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        Files.writeString(folder.resolve("freshet.properties"), """
                kafka.bootstrap.servers=%s
                state.dir=%s
                topics.partitions=%d
                streams.instance.id=one
                kafka.main.consumer.session.timeout.ms=3000
                kafka.main.consumer.heartbeat.interval.ms=500
                model.dim=32
                model.blocks=1
                training.negatives=128
                online.replay.sequences=32
                online.snapshot.interval.ms=2000
                online.step.clicks=32
                online.catchup.clicks=64
                online.rank.share=0.5
                model.item.retention.ms=600000
                """.formatted(
                        kafka.bootstrapServers(), folder.resolve("state"), PARTITIONS));
        TopicSetup.run(FreshetConfig.load(folder.resolve("freshet.properties"), Map.of(), Map.of()), TIMEOUT);
    }

    @AfterEach
    void stopBroker() {
        kafka.close();
    }

    @Test
    void shouldEndWithTheBytesOfAnUninterruptedReplayWhenItIsKilledAtRandomMoments() throws Exception {
        List<Click> clicks = clicks();
        // A restarted trainer must not wait long for the lease of its previous run.
        Files.writeString(
                folder.resolve("freshet.properties"), "online.lease.timeout.ms=2000\n", StandardOpenOption.APPEND);
        long accepted = sequenceWithKills(clicks);
        CommittedLog.read(kafka.bootstrapServers()).assertEachClickIsSequencedAndAnsweredOnce(clicks, WINDOW);

        learnWithKills(KILLS, "all", accepted);

        CommittedLog log = CommittedLog.read(kafka.bootstrapServers(), "all");
        log.assertEachRecordIsLearnedFromOnce();
        assertThat(ModelDigests.of(newest("all")))
                .isEqualTo(ModelDigests.replayed(folder, settings("all"), "--from-start"));

        // With fixed batches the learned model does not even depend on the journal.
        long fixed = mergeableRecords(log.sequences());
        try (FreshetProcess undisturbed =
                run("trainer", "undisturbed", "undisturbed", "--batch-clicks", String.valueOf(BATCH))) {
            learnWithKills(atLeastOne(KILLS / 3), "disturbed", fixed, "--batch-clicks", String.valueOf(BATCH));
            awaitLearned("undisturbed", fixed);
            end(undisturbed);
        }
        assertThat(ModelDigests.of(newest("disturbed"))).isEqualTo(ModelDigests.of(newest("undisturbed")));
        assertThat(CommittedLog.read(kafka.bootstrapServers(), "disturbed").stepsWithoutMarkers())
                .isEqualTo(CommittedLog.read(kafka.bootstrapServers(), "undisturbed")
                        .stepsWithoutMarkers())
                .allMatch(step -> step.clickTimestampsMs().length == BATCH);
    }

    @Test
    void shouldGoOnWithTheSameBytesWithinSecondsWhenTheTrainerThatLearnsIsKilled() throws Exception {
        List<Integer> ports = List.of(ListenerPorts.free(), ListenerPorts.free());
        FreshetProcess first = run("trainer", "pair", "one", "--set", "http.port=" + ports.getFirst());
        try (FreshetProcess second = run("trainer", "pair", "two", "--set", "http.port=" + ports.getLast())) {
            try (SequenceFeeder feeder = new SequenceFeeder(kafka.bootstrapServers())) {
                feeder.feed(200);
                awaitLearned("pair", feeder.fed());
                Asker one = Asker.at(ports.getFirst());
                Asker two = Asker.at(ports.getLast());
                await().atMost(TIMEOUT)
                        .ignoreExceptions()
                        .until(() -> Set.of("LEARNING", "STANDING_BY")
                                .equals(Set.of(one.trainerPhase(), two.trainerPhase())));
                boolean firstLearns = one.trainerPhase().equals("LEARNING");
                feeder.feed(200);
                awaitLearned("pair", feeder.fed());

                FreshetProcess learns = firstLearns ? first : second;
                FreshetProcess standsBy = firstLearns ? second : first;
                Duration takeover = takeover(learns, feeder);
                LOG.info("Taken over within {}", takeover);
                assertThat(takeover).isLessThan(TAKEOVER);
                awaitLearned("pair", feeder.fed());
                end(standsBy);
            }
        } finally {
            first.close();
        }

        CommittedLog.read(kafka.bootstrapServers()).assertEachRecordIsLearnedFromOnce();
        Map<String, String> settings = Map.of("model.name", "pair");
        OnlineConfig config = FreshetConfig.load(folder.resolve("freshet.properties"), Map.of(), settings)
                .trainer();
        try (JournalReplay replay = JournalReplay.fromStart(config)) {
            replay.runToEnd();
            Manifest replayed = replay.save(new FileSnapshotStore(folder.resolve("replayed")), Instant.EPOCH);
            assertThat(newest("pair").version()).isEqualTo(replayed.version());
        }
    }

    @Test
    void shouldLearnOnWhenItWasSuspendedUntilItsTransactionWasAborted() throws Exception {
        Files.writeString(folder.resolve("freshet.properties"), """
                        online.lease.timeout.ms=0
                        online.publish.interval.ms=1000
                        kafka.producer.transaction.timeout.ms=3000
                        """, StandardOpenOption.APPEND);
        int port = ListenerPorts.free();
        try (FreshetProcess trainer = run("trainer", "suspended", "suspended", "--set", "http.port=" + port);
                SequenceFeeder feeder = new SequenceFeeder(kafka.bootstrapServers());
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            feeder.feed(50);
            awaitLearned("suspended", feeder.fed());
            await().atMost(TIMEOUT)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptions()
                    .failFast("the trainer must go on", () -> !trainer.isAlive())
                    .until(() -> {
                        feeder.feed(1);
                        if (hasOpenTransaction(admin)) {
                            trainer.pause();
                            await().atMost(TIMEOUT).until(() -> !hasOpenTransaction(admin));
                            trainer.resume();
                        }
                        return Asker.at(port).metric("freshet_trainer_restarts_total") > 0;
                    });
            awaitLearned("suspended", feeder.fed());
            end(trainer);
        }
        CommittedLog.read(kafka.bootstrapServers(), "suspended").assertEachRecordIsLearnedFromOnce();
    }

    private static boolean hasOpenTransaction(Admin admin) throws Exception {
        return admin
                .listTransactions(new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)))
                .all()
                .get()
                .stream()
                .anyMatch(transaction -> transaction.transactionalId().contains("suspended"));
    }

    /** {@link #shouldEndWithTheBytesOfAnUninterruptedReplayWhenItIsKilledAtRandomMoments} covers SASRec. */
    @Test
    void shouldEndWithTheBytesOfAReplayWithEachOtherEncoder() throws Exception {
        long fed;
        try (SequenceFeeder feeder = new SequenceFeeder(kafka.bootstrapServers())) {
            feeder.feed(600);
            fed = feeder.fed();
        }
        for (String encoder : List.of("gru4rec", "lrurec", "fmlprec", "bsarec", "bert4rec")) {
            String option = "model.encoder=" + encoder;
            learnWithKills(1, encoder, fed, "--set", option);

            Map<String, String> settings = Map.of("model.name", encoder, "model.encoder", encoder);
            OnlineConfig config = FreshetConfig.load(folder.resolve("freshet.properties"), Map.of(), settings)
                    .trainer();
            try (JournalReplay replay = JournalReplay.fromStart(config)) {
                replay.runToEnd();
                Manifest replayed = replay.save(new FileSnapshotStore(folder.resolve("replayed")), Instant.EPOCH);
                assertThat(ModelDigests.of(newest(encoder))).as(encoder).isEqualTo(ModelDigests.of(replayed));
            }
        }
    }

    /** Returns the time from the death of the active trainer to the first committed step of the other. */
    private Duration takeover(FreshetProcess learns, SequenceFeeder feeder) throws Exception {
        try (CommittedCounts counts = new CommittedCounts(kafka.bootstrapServers())) {
            long before = counts.learned("pair");
            learns.kill();
            long killedNanos = System.nanoTime();
            feeder.feed(100);
            await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(20)).until(() -> counts.learned("pair") > before);
            return Duration.ofNanos(System.nanoTime() - killedNanos);
        }
    }

    private static List<Click> clicks() throws IOException {
        Path file = DataFile.find("rsc15/clicks.stream.tsv");
        if (file == null) {
            LOG.info("No rsc15/clicks.stream.tsv: the clicks are synthetic; set FRESHET_DATA");
            return synthetic();
        }
        try (Stream<String> rows = Files.lines(file)) {
            return rows.skip(1)
                    .limit(CLICKS)
                    .map(row -> row.split("\t"))
                    .map(row -> new Click(row[0], row[1], Math.round(Double.parseDouble(row[2]) * 1_000), null, null))
                    .toList();
        }
    }

    private static List<Click> synthetic() {
        Random shop = new Random(7);
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < CLICKS; i++) {
            int user = shop.nextInt(CLICKS / 20);
            clicks.add(new Click(
                    "u" + user, "i" + (user + shop.nextInt(12)) % 300, 1_700_000_000_000L + 1_000L * i, null, null));
        }
        return clicks;
    }

    /**
     * Feeds all clicks at once, kills the streams role meanwhile, and returns the number of clicks without repetitions.
     */
    private long sequenceWithKills(List<Click> clicks) throws Exception {
        produce(clicks);
        long accepted = CommittedLog.expectedSequences(clicks, WINDOW).values().stream()
                .mapToLong(List::size)
                .sum();
        try (CommittedCounts counts = new CommittedCounts(kafka.bootstrapServers())) {
            int kills = atLeastOne(KILLS / 2);
            for (int kill = 1; kill <= kills; kill++) {
                try (FreshetProcess streams = run("streams", "all", "streams")) {
                    killSomewhere(streams, kill, accepted * kill / (kills + 1), counts::answers);
                }
            }
            try (FreshetProcess streams = run("streams", "all", "streams")) {
                await().atMost(TIMEOUT).until(() -> counts.answers() >= accepted);
                end(streams);
            }
            assertThat(counts.answers()).isEqualTo(accepted);
            return accepted;
        }
    }

    private void learnWithKills(int kills, String model, long records, String... options) throws Exception {
        try (CommittedCounts counts = new CommittedCounts(kafka.bootstrapServers())) {
            for (int kill = 1; kill <= kills; kill++) {
                try (FreshetProcess trainer = run("trainer", model, model, options)) {
                    killSomewhere(trainer, kill, records * kill / (kills + 1), () -> counts.learned(model));
                }
            }
            int port = ListenerPorts.free();
            String[] withPort = Stream.concat(Stream.of(options), Stream.of("--set", "http.port=" + port))
                    .toArray(String[]::new);
            try (FreshetProcess trainer = run("trainer", model, model + "-at-last", withPort)) {
                // Earlier runs may have learned everything, and a trainer stopped during recovery writes no snapshot.
                awaitPhase(Asker.at(port), "LEARNING");
                await().atMost(TIMEOUT).until(() -> counts.learned(model) >= records);
                end(trainer);
            }
        }
    }

    /**
     * Kills the process soon after it has reached a random point on the way to the goal; every fourth time during its
     * start.
     */
    private void killSomewhere(FreshetProcess process, int kill, long goal, Count progress) throws Exception {
        long from = progress.now();
        long target = from < goal ? random.nextLong(from, goal) + 1 : from;
        boolean early = kill % 4 == 0;
        if (early) {
            Thread.sleep(1_000 + random.nextInt(5_000));
        } else {
            await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(20)).until(() -> progress.now() >= target);
            Thread.sleep(random.nextInt(100));
        }
        process.kill();
        LOG.info("Killed at {} on the way to {}{}", progress.now(), goal, early ? ", perhaps while it started" : "");
    }

    private static int atLeastOne(int kills) {
        return Math.max(1, kills);
    }

    /** Progress towards a goal. */
    private interface Count {
        long now();
    }

    /** Returns the number of records in whole batches before one partition has no further record to merge. */
    private static long mergeableRecords(List<ConsumerRecord<byte[], byte[]>> sequences) {
        Queue<Long> first = timestampsOf(0, sequences);
        Queue<Long> second = timestampsOf(1, sequences);
        long merged = 0;
        while (!first.isEmpty() && !second.isEmpty()) {
            (first.element() <= second.element() ? first : second).remove();
            merged++;
        }
        return merged - merged % BATCH;
    }

    private static Queue<Long> timestampsOf(int partition, List<ConsumerRecord<byte[], byte[]>> sequences) {
        return sequences.stream()
                .filter(record -> record.partition() == partition)
                .map(ConsumerRecord::timestamp)
                .collect(Collectors.toCollection(ArrayDeque::new));
    }

    private void produce(List<Click> clicks) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", (Object) kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (Click click : clicks) {
                var _ = producer.send(
                        new ProducerRecord<>("clicks", click.userId().getBytes(UTF_8), ClickCodec.toJson(click)));
            }
        }
    }

    private void awaitLearned(String model, long records) {
        try (CommittedCounts counts = new CommittedCounts(kafka.bootstrapServers())) {
            await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(50)).until(() -> counts.learned(model) >= records);
            assertThat(counts.learned(model)).isEqualTo(records);
        }
    }

    /** @param output name of the file that receives the output of the process */
    private FreshetProcess run(String role, String model, String output, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", "--roles", role));
        arguments.addAll(settings(model));
        arguments.addAll(Arrays.asList(options));
        return FreshetProcess.start(folder.resolve(output + ".txt"), arguments.toArray(String[]::new));
    }

    private List<String> settings(String model) {
        return List.of("--config", folder.resolve("freshet.properties").toString(), "--set", "model.name=" + model);
    }

    private static void end(FreshetProcess process) throws Exception {
        process.terminate();
        assertThat(process.await(TIMEOUT)).isEqualTo(ENDED_BY_SIGTERM);
    }

    private static void awaitPhase(Asker trainer, String phase) {
        await().atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> trainer.trainerPhase().equals(phase));
    }

    private Manifest newest(String model) throws IOException {
        return ModelDigests.newest(folder.resolve("state").resolve("models"), model);
    }
}
