package io.freshet.app.repartition;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.app.feed.ClickFeeder;
import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StateMove;
import io.freshet.service.runtime.StateMove.Note;
import io.freshet.service.runtime.StateMove.Phase;
import io.freshet.service.sequencer.SequencerTopology;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Copies the state of one application into the changelogs of another, from which Kafka Streams restores it at the first
 * start. Values are copied byte for byte: they hold no positions of the clicks.
 *
 * <ul>
 *   <li>An entry of the users' sequences goes to the partition in which producers put its user. All records of a user are
 *       in one partition of the source, so the newest one is the last one in the target, too.
 *   <li>The counts of click outcomes are summed over the partitions.
 *   <li>The popular items of a partition become those of the target's partition of the same number, unless both
 *       applications share the topic. All programs use the sum over the partitions, which stays the same.
 * </ul>
 */
final class StateCopy {
    private static final String DELETE_RETENTION = "delete.retention.ms";
    private static final long DEFAULT_DELETE_RETENTION_MS = Duration.ofHours(24).toMillis();

    private final RepartitionPlan plan;
    private final KafkaAdmin admin;
    private final Transfer transfer;
    private final InstantSource clock;
    private final KafkaAdmin.Topic source;
    private final KafkaAdmin.Topic target;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Phase phase;
    private long sinceMs;

    /**
     * Prepares a copy that continues where an earlier one has ended.
     *
     * @param isLive whether the target has processed records or runs
     * @throws RepartitionException if the target has other state
     */
    StateCopy(
            RepartitionPlan plan,
            KafkaAdmin admin,
            TargetTopics topics,
            Transfer transfer,
            InstantSource clock,
            boolean isLive)
            throws RepartitionException, InterruptedException {
        this.plan = plan;
        this.admin = admin;
        this.transfer = transfer;
        this.clock = clock;
        source = topics.require(TopicPlan.stateTopic(plan.sourceId()));
        target = topics.require(TopicPlan.stateTopic(plan.targetId()));
        Map<TopicPartition, OffsetAndMetadata> kept = admin.committed(plan.targetId(), source.all());
        // The deletion of the target's topics does not delete notes, which are about the source's topics.
        List<Note> notes = kept.values().stream()
                .flatMap(offset -> Note.parse(offset.metadata()).stream())
                .filter(note -> note.topicId().equals(target.id()))
                .toList();
        boolean continues = notes.size() == source.partitions();
        phase = continues && notes.stream().allMatch(note -> note.phase() == Phase.COMPLETE)
                ? Phase.COMPLETE
                : Phase.COPYING;
        if (phase == Phase.COPYING && isLive) {
            throw new RepartitionException("application.id=" + plan.targetId()
                    + " has processed records already or runs, and no note says that its state is a complete copy of that"
                    + " of application.id=" + plan.sourceId()
                    + ". If the move has been completed, its notes have expired"
                    + " after the brokers' offsets.retention.minutes. If not, choose another --into");
        }
        if (continues) {
            kept.forEach((partition, offset) -> positions.put(partition, offset.offset()));
            sinceMs = notes.stream().mapToLong(Note::sinceMs).min().orElseThrow();
        } else {
            requireEmptyTarget();
            positions.putAll(admin.beginnings(source.all()));
            sinceMs = clock.millis();
            writePositions();
        }
    }

    private void requireEmptyTarget() throws RepartitionException, InterruptedException {
        if (!admin.ends(target.all()).equals(admin.beginnings(target.all()))) {
            throw new RepartitionException("The topic " + target.name() + " must be empty, because this command has not"
                    + " filled it, or did so too long ago. If it is not the state of a system that you need, delete "
                    + TopicPlan.stateTopics(plan.targetId()) + " and run the command again; or choose another --into");
        }
    }

    boolean isComplete() {
        return phase == Phase.COMPLETE;
    }

    /** Returns the number of offsets of the source that are not copied. */
    long behind() throws RepartitionException, InterruptedException {
        Map<TopicPartition, Long> ends = admin.ends(source.all());
        return source.all().stream()
                .mapToLong(partition ->
                        Math.max(0, ends.getOrDefault(partition, 0L) - positions.getOrDefault(partition, 0L)))
                .sum();
    }

    /**
     * Copies everything that has changed since the earlier pass, while the source may serve.
     *
     * @return false if it was stopped before the end
     */
    boolean pass(Transfer.Listener listener, StopSignal stop) throws RepartitionException, InterruptedException {
        long startMs = clock.millis();
        List<ProducerRecord<byte[], byte[]>> sums = new ArrayList<>();
        if (!copyAll(sums, listener, stop)) {
            return false;
        }
        endPass(Phase.COPYING, startMs, sums, Map.of());
        return true;
    }

    /** Called directly before the copy is marked as complete. */
    @FunctionalInterface
    interface Ending {
        /**
         * Checks that the source has ended.
         *
         * @return further offsets to commit, by group
         * @throws RepartitionException if it has not
         */
        Map<String, Map<TopicPartition, OffsetAndMetadata>> confirm() throws RepartitionException, InterruptedException;
    }

    /**
     * Copies the rest, and marks the copy as complete and the state of the source as moved.
     *
     * @return false if it was stopped before the end
     */
    boolean complete(Ending ending, Transfer.Listener listener, StopSignal stop)
            throws RepartitionException, InterruptedException {
        long startMs = clock.millis();
        List<ProducerRecord<byte[], byte[]>> sums = new ArrayList<>();
        Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new HashMap<>();
        do {
            if (!copyAll(sums, listener, stop)) {
                return false;
            }
            offsets.putAll(ending.confirm());
            if (stop.isRaised()) {
                return false;
            }
        } while (behind() > 0);
        offsets.put(plan.sourceId(), StateMove.movedAway(plan.targetId()));
        endPass(Phase.COMPLETE, startMs, sums, offsets);
        return true;
    }

    /** Copies the users' sequences, and replaces the sums of the other state. Returns false if it was stopped. */
    private boolean copyAll(List<ProducerRecord<byte[], byte[]>> sums, Transfer.Listener listener, StopSignal stop)
            throws RepartitionException, InterruptedException {
        requireTombstones();
        Transfer.Group group = new Transfer.Group(plan.targetId(), note(Phase.COPYING));
        if (!transfer.run(positions, admin.ends(source.all()), this::moved, group, listener, stop)) {
            return false;
        }
        sums.clear();
        sums.addAll(outcomes(stop));
        sums.addAll(popularItems(stop));
        return !stop.isRaised();
    }

    private void endPass(
            Phase reached,
            long startMs,
            List<ProducerRecord<byte[], byte[]>> sums,
            Map<String, Map<TopicPartition, OffsetAndMetadata>> others)
            throws RepartitionException, InterruptedException {
        requireTombstones();
        sinceMs = startMs;
        Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new HashMap<>(others);
        offsets.put(plan.targetId(), Transfer.offsets(positions, note(reached)));
        transfer.write(sums, offsets);
    }

    private String note(Phase reached) {
        return new Note(reached, sinceMs, target.id()).text();
    }

    /** Writes the positions before the first record, so that the target does not start and a later run continues. */
    private void writePositions() throws RepartitionException {
        transfer.write(List.of(), Map.of(plan.targetId(), Transfer.offsets(positions, note(Phase.COPYING))));
    }

    private long deleteRetentionMs() throws RepartitionException, InterruptedException {
        String set = admin.settings(source.name(), true).get(DELETE_RETENTION);
        return set == null ? DEFAULT_DELETE_RETENTION_MS : Long.parseLong(set);
    }

    /**
     * A changelog keeps the tombstone of a user who was erased for a limited time. A pass that ends later than that may have
     * missed some, and would keep erased users.
     */
    private void requireTombstones() throws RepartitionException, InterruptedException {
        long retentionMs = deleteRetentionMs();
        if (clock.millis() - sinceMs >= retentionMs) {
            throw new RepartitionException("The copy must end within " + DELETE_RETENTION + "=" + retentionMs + " of "
                    + source.name() + " after the earlier pass, which began at " + Instant.ofEpochMilli(sinceMs)
                    + ": otherwise it would miss users who were erased. Delete the topics "
                    + TopicPlan.stateTopics(plan.targetId()) + " and run the command again, or increase "
                    + DELETE_RETENTION + " first");
        }
    }

    private ProducerRecord<byte[], byte[]> moved(ConsumerRecord<byte[], byte[]> entry) throws RepartitionException {
        byte[] user = SequencerTopology.userOf(entry.key());
        int expected = ClickFeeder.partitionOf(user, source.partitions());
        if (entry.partition() != expected) {
            throw new RepartitionException(
                    "Every user must be in the partition that murmur2 gives, as Kafka's Java client"
                            + " computes it: user " + new String(user, UTF_8) + " is in partition " + entry.partition()
                            + " of "
                            + source.name() + ", and not in " + expected
                            + ". Either producers use another partitioner (with"
                            + " librdkafka, set partitioner=murmur2_random), or they have used partitions that were added to "
                            + plan.source().get(TopicKeys.CLICKS));
        }
        return new ProducerRecord<>(
                target.name(),
                ClickFeeder.partitionOf(user, target.partitions()),
                timeOf(entry),
                entry.key(),
                entry.value());
    }

    static Long timeOf(ConsumerRecord<byte[], byte[]> record) {
        return Math.max(0, record.timestamp());
    }

    /** Returns the sums of the outcomes' counts, as records of the first partition. */
    private List<ProducerRecord<byte[], byte[]>> outcomes(StopSignal stop)
            throws RepartitionException, InterruptedException {
        Map<List<String>, byte[]> counts = newest(TopicPlan.outcomesTopic(plan.sourceId()), stop);
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((place, count) -> {
            if (count.length == Long.BYTES) {
                sums.merge(place.getLast(), ByteBuffer.wrap(count).getLong(), Long::sum);
            }
        });
        String topic = TopicPlan.outcomesTopic(plan.targetId());
        return sums.entrySet().stream()
                .map(sum -> new ProducerRecord<>(
                        topic,
                        0,
                        clock.millis(),
                        sum.getKey().getBytes(UTF_8),
                        ByteBuffer.allocate(Long.BYTES).putLong(sum.getValue()).array()))
                .toList();
    }

    private List<ProducerRecord<byte[], byte[]>> popularItems(StopSignal stop)
            throws RepartitionException, InterruptedException {
        if (plan.shares(TopicKeys.POPULAR_ITEMS)) {
            return List.of();
        }
        String topic = plan.target().get(TopicKeys.POPULAR_ITEMS);
        return newest(plan.source().get(TopicKeys.POPULAR_ITEMS), stop).entrySet().stream()
                .map(items ->
                        new ProducerRecord<>(topic, items.getKey().getLast().getBytes(UTF_8), items.getValue()))
                .toList();
    }

    /** Returns the newest values of a topic, by partition and key; none if the topic does not exist. */
    private Map<List<String>, byte[]> newest(String topic, StopSignal stop)
            throws RepartitionException, InterruptedException {
        KafkaAdmin.Topic found = admin.topics(List.of(topic)).get(topic);
        if (found == null) {
            return Map.of();
        }
        return transfer.newest(
                admin.beginnings(found.all()),
                admin.ends(found.all()),
                record -> List.of(Integer.toString(record.partition()), new String(record.key(), UTF_8)),
                stop);
    }
}
