package io.freshet.app.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.snapshot.Manifest;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.process.FreshetProcess;
import io.freshet.testkit.topic.CommittedLog;
import io.freshet.testkit.topic.ParallelReplay;
import io.freshet.testkit.topic.SequenceFeeder;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.publish.LearnerDescription;
import io.freshet.training.publish.Progress;
import io.freshet.training.step.ParallelLearner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes with a learner each, one of which is killed as by {@code kill -9}, with a Kafka that keeps running. */
final class KilledLearnersIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final String MODEL = "model";
    private static final int PARTITIONS = 4;

    @TempDir
    Path folder;

    @Test
    void shouldGoOnWithTheSameBytesWhenOneOfTwoProcessesIsKilled() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"))) {
            Files.writeString(folder.resolve("freshet.properties"), """
                    kafka.bootstrap.servers=%s
                    state.dir=%s
                    topics.partitions=%d
                    model.name=%s
                    model.dim=32
                    model.blocks=1
                    training.negatives=128
                    training.workers=1
                    online.replay.sequences=32
                    online.snapshot.interval.ms=2000
                    online.publish.bytes.per.second=0
                    online.step.clicks=32
                    online.rank.share=0.5
                    online.lease.timeout.ms=2000
                    learners.count=2
                    """.formatted(
                            kafka.bootstrapServers(), folder.resolve("state"), PARTITIONS, MODEL));
            FreshetConfig config = FreshetConfig.load(folder.resolve("freshet.properties"), Map.of(), Map.of());
            TopicSetup.run(config, TIMEOUT);

            int port = ListenerPorts.free();
            int portOfKilled = ListenerPorts.free();
            try (SequenceFeeder feeder = new SequenceFeeder(kafka.bootstrapServers());
                    FreshetProcess survivor = run("survivor", port)) {
                try (FreshetProcess killed = run("killed", portOfKilled)) {
                    await().atMost(TIMEOUT)
                            .ignoreExceptions()
                            .until(() -> Asker.at(port).metric("freshet_trainer_learning") == 1
                                    && Asker.at(portOfKilled).metric("freshet_trainer_learning") == 1);
                    feeder.feed(300);
                    awaitLearned(kafka, feeder.fed());
                    feeder.feed(200);
                    killed.kill();
                }
                feeder.feed(200);
                awaitLearned(kafka, feeder.fed());
                await().atMost(TIMEOUT).until(() -> isMerged(kafka));
                survivor.terminate();
                assertThat(survivor.await(TIMEOUT)).isEqualTo(128 + 15);
            }

            CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
            log.assertRangesCoverSequences();
            assertSnapshotsAreThoseOfAReplay(kafka, config.trainer(), log);
        }
    }

    private void assertSnapshotsAreThoseOfAReplay(EmbeddedKafka kafka, OnlineConfig config, CommittedLog log)
            throws IOException {
        List<Manifest> newest =
                List.of(newest(config.modelName()), newest(config.ofLearner(1).modelName()));
        Map<Integer, String> versions = new TreeMap<>();
        try (ParallelReplay replay = new ParallelReplay(
                config,
                log,
                CommittedLog.readTopic(kafka.bootstrapServers(), config.topics().modelLog()))) {
            replay.run((number, learner) -> {
                if (learner.base().step() == newest.get(number).step()) {
                    versions.put(number, save(learner));
                }
            });
            assertThat(replay.merges()).isPositive();
        }
        assertThat(versions)
                .containsEntry(0, newest.get(0).version())
                .containsEntry(1, newest.get(1).version());
    }

    private static void awaitLearned(EmbeddedKafka kafka, long records) {
        await().atMost(TIMEOUT).until(() -> learned(kafka) >= records);
        assertThat(learned(kafka)).isEqualTo(records);
    }

    private static long learned(EmbeddedKafka kafka) {
        return CommittedLog.read(kafka.bootstrapServers()).steps().stream()
                .mapToLong(step -> step.clickTimestampsMs().length)
                .sum();
    }

    private static boolean isMerged(EmbeddedKafka kafka) {
        CommittedLog log = CommittedLog.read(kafka.bootstrapServers());
        return !log.deltas().isEmpty()
                && log.deltas().getLast().toStep() == log.steps().size();
    }

    private String save(ParallelLearner learner) {
        SnapshotFiles files = new SnapshotFiles();
        learner.learner().addTo(files);
        try {
            return new FileSnapshotStore(folder.resolve("replayed"))
                    .save(LearnerDescription.draft("replayed", learner.learner(), new Progress(), Instant.EPOCH), files)
                    .version();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Manifest newest(String model) throws IOException {
        return ModelDigests.newest(folder.resolve("state").resolve("models"), model);
    }

    /** @param output name of the file that receives the output of the process */
    private FreshetProcess run(String output, int port) throws IOException {
        return FreshetProcess.start(
                folder.resolve(output + ".txt"),
                "run",
                "--roles",
                "trainer",
                "--config",
                folder.resolve("freshet.properties").toString(),
                "--set",
                "http.port=" + port);
    }
}
