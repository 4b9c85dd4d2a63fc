package io.freshet.training.journal;

import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.input.SequenceInput;
import io.freshet.training.publish.LearnerDescription;
import io.freshet.training.publish.Snapshots;
import io.freshet.training.publish.StartingPoint;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;

/**
 * Rebuilds a past state of a model from a snapshot, or from nothing, by rerunning the steps of the journal. Reads Kafka and
 * the store and changes neither. Running trainers are not disturbed.
 *
 * <p>The journal is replayed up to its end at the time the replay began. Not thread-safe.
 */
public final class JournalReplay implements AutoCloseable {
    private static final int JOURNAL_RECORDS = 64;

    private final OnlineConfig config;
    private final StartingPoint start;
    private final SequenceInput input;
    private final JournalReader journal;
    private final JournalRerun rerun;
    private long nextOffset;

    private JournalReplay(OnlineConfig config, StartingPoint start, SequenceInput input, JournalReader journal) {
        this.config = config;
        this.start = start;
        this.input = input;
        this.journal = journal;
        this.rerun = new JournalRerun(start, input);
        this.nextOffset = start.modelLogOffset();
    }

    /** Starts a replay from a model that has seen nothing. */
    public static JournalReplay fromStart(OnlineConfig config) {
        return from(config, StartingPoint.nothing(config));
    }

    /**
     * Starts a replay from the given snapshot.
     *
     * @throws IOException if the snapshot cannot be used
     */
    public static JournalReplay fromVersion(OnlineConfig config, SnapshotStore store, String version)
            throws IOException {
        return from(config, new Snapshots(store, config).restore(version));
    }

    /** Starts a replay from the newest usable snapshot that {@code wanted} accepts, or from nothing if there is none. */
    public static JournalReplay fromNewest(OnlineConfig config, SnapshotStore store, Predicate<Manifest> wanted)
            throws IOException {
        StartingPoint restored = new Snapshots(store, config).restoreNewest(wanted);
        return restored == null ? fromStart(config) : from(config, restored);
    }

    private static JournalReplay from(OnlineConfig config, StartingPoint start) {
        try {
            requireOneLearner(config, start);
            requireTopics(config);
        } catch (RuntimeException e) {
            start.learner().close();
            throw e;
        }
        SequenceInput input = new SequenceInput(
                KafkaClients.consumer(config, "replay-sequences", config.steps().pollRecords()),
                config.topics().sequences());
        try {
            input.seek(input.partitionNumbers(), start.inputs());
            JournalReader journal = new JournalReader(
                    KafkaClients.consumer(config, "replay-journal", JOURNAL_RECORDS),
                    new TopicPartition(config.topics().modelLog(), 0),
                    config.modelName(),
                    start.modelLogOffset(),
                    start.manifest() == null ? () -> false : input::isAtEnd,
                    () -> {});
            return new JournalReplay(config, start, input, journal);
        } catch (RuntimeException e) {
            input.close();
            start.learner().close();
            throw e;
        }
    }

    private static void requireOneLearner(OnlineConfig config, StartingPoint start) {
        if (config.learners().areSeveral() || start.learners() > 1) {
            throw new ConfigException("A journal of several learners cannot be replayed: learners.count="
                    + config.learners().count() + ", learners of the snapshot=" + start.learners());
        }
    }

    /**
     * Checks that the topics exist. A consumer would wait a minute for a missing one.
     *
     * @throws ConfigException if a topic is missing; the message names it
     */
    private static void requireTopics(OnlineConfig config) {
        try (Consumer<byte[], byte[]> consumer = KafkaClients.consumer(config, "replay-topics", 1)) {
            Set<String> there = consumer.listTopics().keySet();
            for (String topic :
                    List.of(config.topics().sequences(), config.topics().modelLog())) {
                if (!there.contains(topic)) {
                    throw new ConfigException("There is nothing to replay: the brokers have no topic " + topic
                            + ", or this user is not allowed to see it. Check topics.* and kafka.bootstrap.servers");
                }
            }
        }
    }

    /** Returns the version of the snapshot that the replay started from; empty if there was none. */
    public String startVersion() {
        return start.version();
    }

    /** Returns the model's step. */
    public long step() {
        return rerun.step();
    }

    /** Returns the number of steps replayed. */
    public long steps() {
        return rerun.steps();
    }

    /** Returns the number of input records that the model has learned from. */
    public long records() {
        return start.progress().totals().records();
    }

    /** Returns the number of steps and deltas that differ from the log. If it is not 0, this is not the model of the log. */
    public long mismatches() {
        return rerun.mismatches();
    }

    /** Replays steps up to and including {@code step}. Returns false if the journal ends before it. */
    public boolean runToStep(long step) {
        run(record -> record.step() <= step);
        if (step() < step) {
            rerun.requireComplete();
            return false;
        }
        return true;
    }

    /** Replays the steps that were written to the journal at or before {@code time}. */
    public void runToTime(Instant time) {
        long timestampMs = time.toEpochMilli();
        JournalEntry next = journal.peek();
        while (next != null && next.timestampMs() <= timestampMs) {
            accept(next);
            next = journal.peek();
        }
        rerun.requireComplete();
    }

    /** Replays all steps. */
    public void runToEnd() {
        run(record -> true);
        rerun.requireComplete();
    }

    /** Saves the model as a snapshot with the same files that the trainer would have written at this step. */
    public Manifest save(SnapshotStore store, Instant now) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        start.learner().addTo(files);
        return store.save(
                LearnerDescription.draft(config.modelName(), start.learner(), start.progress(), now)
                        .covering(
                                new TopicPosition(config.topics().modelLog(), 0, nextOffset),
                                Manifest.ALL_DELTAS,
                                positions()),
                files);
    }

    /** Returns the next offset to learn from for each input partition. */
    public List<TopicPosition> positions() {
        return input.positions();
    }

    private void run(Predicate<StepRecord> wanted) {
        JournalEntry next = journal.peek();
        while (next != null && !(next.record() instanceof StepRecord step && !wanted.test(step))) {
            accept(next);
            next = journal.peek();
        }
    }

    /** Consumes the entry that {@link JournalReader#peek} has returned, and reruns it. */
    private void accept(JournalEntry entry) {
        journal.next();
        rerun.accept(entry);
        nextOffset = entry.offset() + 1;
    }

    @Override
    public void close() {
        journal.close();
        input.close();
        start.learner().close();
    }
}
