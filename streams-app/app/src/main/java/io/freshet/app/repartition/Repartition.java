package io.freshet.app.repartition;

import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.StateMove;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * One run of a move to more partitions. While the source serves, each run copies what has changed in its state. When it has
 * ended, the last copy makes the state complete. From then on, each run forwards the records that the source has not
 * processed to the target's topics, and commits them for the source. So each click is processed by one of the two.
 */
public final class Repartition {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final String SUFFIX = "-repartition";
    private static final String SCORERS = "-scorer-";
    private static final String TRAINERS = "-trainer-";

    private final RepartitionPlan plan;
    private final Consumer<Progress> progress;
    private final InstantSource clock;
    private long copied;
    private long tombstones;
    private long forwarded;
    private long expired;

    /** What a run does once the source has ended. */
    public enum Mode {
        /** Copies the state while the source serves. */
        COPY,
        /** Completes the state and forwards the records that wait. */
        FINISH,
        /** Does what FINISH does, and then forwards new clicks until it is stopped. */
        FORWARD
    }

    /**
     * The progress of a run.
     *
     * @param copied records copied by this run
     * @param forwarded records forwarded by this run
     * @param left offsets before the end of this pass
     */
    public record Progress(long copied, long forwarded, long left) {}

    /**
     * The result of a run.
     *
     * @param complete whether the target has the whole state, and may start
     * @param stopped whether the run was stopped before its end
     * @param copied records of users' state that this run has copied
     * @param tombstones those of them that delete a user
     * @param behind offsets of the source's state that are not copied
     * @param forwarded clicks and requests that this run has forwarded
     * @param waiting offsets of the source's input topics that it has not processed and that are not forwarded
     * @param expired offsets of the source's input topics that had expired before the source processed them
     */
    public record Result(
            boolean complete,
            boolean stopped,
            long copied,
            long tombstones,
            long behind,
            long forwarded,
            long waiting,
            long expired) {}

    /** @param progress told a few times a second how far the run is */
    public Repartition(RepartitionPlan plan, InstantSource clock, Consumer<Progress> progress) {
        this.plan = plan;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Runs until the end, or until the signal is raised. A later run continues.
     *
     * @throws RepartitionException if the state cannot be moved
     */
    public Result run(Mode mode, StopSignal stop) throws RepartitionException, InterruptedException {
        try (KafkaAdmin admin = new KafkaAdmin(plan.source().kafka().forAdmin())) {
            requireNoOtherTarget(admin);
            requireEnd(mode, admin);
            TargetTopics topics = new TargetTopics(plan, admin);
            topics.prepare();
            try (Transfer transfer = new Transfer(plan, plan.sourceId() + SUFFIX)) {
                transfer.begin();
                return run(mode, admin, topics, transfer, stop);
            }
        }
    }

    private Result run(Mode mode, KafkaAdmin admin, TargetTopics topics, Transfer transfer, StopSignal stop)
            throws RepartitionException, InterruptedException {
        // Only now has every other run of this source ended, so that none can write its note later.
        boolean hasMoved = requireNoOtherTarget(admin);
        boolean isLive = isLive(admin, topics);
        StateCopy copy = new StateCopy(plan, admin, topics, transfer, clock, isLive);
        boolean complete = copy.isComplete();
        boolean atEnd = true;
        if (complete) {
            requireForwardable(mode, hasMoved, isLive, copy);
        } else if (mode == Mode.COPY) {
            atEnd = copy.pass(this::copied, stop);
        } else {
            awaitTransactions(admin, topics, stop);
            requireOffsets(admin, topics);
            complete = copy.complete(() -> confirmEnd(mode, admin, topics, stop), this::copied, stop);
            atEnd = complete;
        }
        if (complete) {
            atEnd = forward(mode, admin, topics, transfer, stop);
        }
        return new Result(
                complete, !atEnd, copied, tombstones, copy.behind(), forwarded, waiting(admin, topics), expired);
    }

    /** Requires that a source whose state is complete in the target has not changed it since. */
    private void requireForwardable(Mode mode, boolean hasMoved, boolean isLive, StateCopy copy)
            throws RepartitionException, InterruptedException {
        if (!hasMoved) {
            throw new RepartitionException("The note that the state of application.id=" + plan.sourceId()
                    + " has moved must be in group " + plan.sourceId()
                    + ", and it is missing. It expires, like the offsets of the group, after the brokers'"
                    + " offsets.retention.minutes. Without them, this command cannot know which clicks are processed,"
                    + " and it forwards none. application.id=" + plan.targetId()
                    + " has the state: keep its topics. Copy clicks that it lacks by hand");
        }
        if (mode == Mode.COPY) {
            throw new RepartitionException("The state has moved to application.id=" + plan.targetId()
                    + " already. Use --finish to forward clicks that have arrived for application.id="
                    + plan.sourceId() + " since");
        }
        long behind = copy.behind();
        if (behind > 0) {
            throw new RepartitionException("application.id=" + plan.sourceId()
                    + " has changed its state after the move, and application.id=" + plan.targetId()
                    + " does not have these changes: offsets=" + behind + ". End every process of application.id="
                    + plan.sourceId() + ". Then "
                    + (isLive
                            ? "copy the clicks that it has processed since the move to "
                                    + plan.target().get(TopicKeys.CLICKS) + " by hand"
                            : "delete " + TopicPlan.stateTopics(plan.targetId())
                                    + " and run the command again: it copies the state again"));
        }
    }

    /**
     * Requires that the state of the source has not moved to another application than the target.
     *
     * @return whether it has moved to the target
     */
    private boolean requireNoOtherTarget(KafkaAdmin admin) throws RepartitionException, InterruptedException {
        Set<String> moved = StateMove.movedTo(admin.allCommitted(plan.sourceId()));
        for (String other : moved) {
            if (!other.equals(plan.targetId())) {
                throw new RepartitionException("The state of application.id=" + plan.sourceId()
                        + " has moved to application.id=" + other + ", and cannot move to application.id="
                        + plan.targetId() + ", too. Move it from application.id=" + other
                        + " on. If that one is not needed, run kafka-consumer-groups.sh --delete-offsets --group "
                        + plan.sourceId() + " --topic " + TopicPlan.stateTopic(other));
            }
        }
        return !moved.isEmpty();
    }

    private void requireEnd(Mode mode, KafkaAdmin admin) throws RepartitionException, InterruptedException {
        if (mode == Mode.COPY) {
            return;
        }
        Map<String, Boolean> groups = admin.groups(group -> group.equals(plan.sourceId())
                || group.startsWith(plan.sourceId() + SCORERS)
                || group.startsWith(plan.sourceId() + TRAINERS));
        groups.values().removeIf(isRunning -> !isRunning);
        if (!groups.isEmpty()) {
            throw new RepartitionException("End every process of application.id=" + plan.sourceId()
                    + " first, and wait until it has left its group: running=" + groups.keySet());
        }
    }

    private boolean isLive(KafkaAdmin admin, TargetTopics topics) throws RepartitionException, InterruptedException {
        return !admin.committed(
                                plan.targetId(),
                                partitions(topics, plan.inputs().values()))
                        .isEmpty()
                || admin.groups(plan.targetId()::equals).containsValue(true);
    }

    private static List<TopicPartition> partitions(TargetTopics topics, Collection<String> names)
            throws RepartitionException {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String name : names) {
            partitions.addAll(topics.require(name).all());
        }
        return partitions;
    }

    /** Requires that the group of a source that has state still has the offsets up to which the state contains the clicks. */
    private void requireOffsets(KafkaAdmin admin, TargetTopics topics)
            throws RepartitionException, InterruptedException {
        Collection<String> inputs = plan.inputs().keySet();
        List<TopicPartition> state = partitions(topics, List.of(TopicPlan.stateTopic(plan.sourceId())));
        if (admin.committed(plan.sourceId(), partitions(topics, inputs)).isEmpty()
                && !admin.ends(state).equals(admin.beginnings(state))) {
            throw new RepartitionException("Group " + plan.sourceId() + " must have committed offsets on " + inputs
                    + ": without them, this command cannot know which clicks the state contains. They expire after the"
                    + " brokers' offsets.retention.minutes without a process of application.id=" + plan.sourceId());
        }
    }

    /** Returns the offsets of the scorers, once the source's transactions and its processes have ended. */
    private Map<String, Map<TopicPartition, OffsetAndMetadata>> confirmEnd(
            Mode mode, KafkaAdmin admin, TargetTopics topics, StopSignal stop)
            throws RepartitionException, InterruptedException {
        awaitTransactions(admin, topics, stop);
        Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = scorers(admin);
        requireEnd(mode, admin);
        return offsets;
    }

    /**
     * Returns the offsets at which the target's stand-alone scorers begin, by group: where the source's have ended. Without
     * an offset they would answer all of the sequences again.
     */
    private Map<String, Map<TopicPartition, OffsetAndMetadata>> scorers(KafkaAdmin admin)
            throws RepartitionException, InterruptedException {
        Map<String, Map<TopicPartition, OffsetAndMetadata>> scorers = new HashMap<>();
        if (!plan.shares(TopicKeys.SEQUENCES)) {
            return scorers;
        }
        List<TopicPartition> sequences = new ArrayList<>();
        admin.topics(List.of(plan.source().get(TopicKeys.SEQUENCES)))
                .values()
                .forEach(topic -> sequences.addAll(topic.all()));
        for (String old : admin.groups(group -> group.startsWith(plan.sourceId() + SCORERS))
                .keySet()) {
            String moved = plan.targetId() + old.substring(plan.sourceId().length());
            if (admin.groups(moved::equals).containsValue(true)) {
                throw new RepartitionException("End the scorers of application.id=" + plan.targetId()
                        + " first, and start them after this command: running=" + moved);
            }
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.committed(old, sequences);
            if (!offsets.isEmpty()) {
                scorers.put(moved, offsets);
            }
        }
        return scorers;
    }

    /** Waits until the last transactions of a source that was killed have timed out. */
    private void awaitTransactions(KafkaAdmin admin, TargetTopics topics, StopSignal stop)
            throws RepartitionException, InterruptedException {
        // Programs may have open transactions on the clicks and requests, which are forwarded when they have ended.
        List<String> names = new ArrayList<>(TopicPlan.stateTopics(plan.sourceId()));
        names.add(plan.source().get(TopicKeys.CLICKS_REKEYED));
        List<TopicPartition> written = new ArrayList<>();
        names.forEach(name -> topics.topic(name).ifPresent(topic -> written.addAll(topic.all())));
        long deadlineNanos = System.nanoTime() + KafkaAdmin.OPEN_TRANSACTIONS.toNanos();
        while (admin.hasOpenTransactions(written)) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new RepartitionException("All transactions of application.id=" + plan.sourceId()
                        + " must have ended, and after " + KafkaAdmin.OPEN_TRANSACTIONS.toSeconds()
                        + " s one is still open; run the command again later");
            }
            if (stop.await(PAUSE)) {
                return;
            }
        }
    }

    private void copied(long records, long without, long left) {
        copied += records;
        tombstones += without;
        progress.accept(new Progress(copied, forwarded, left));
    }

    /** Forwards the records that wait; returns false if it was stopped before their end. */
    private boolean forward(Mode mode, KafkaAdmin admin, TargetTopics topics, Transfer transfer, StopSignal stop)
            throws RepartitionException, InterruptedException {
        Map<TopicPartition, Long> positions = positions(admin, topics);
        Map<TopicPartition, Long> beginnings = admin.beginnings(positions.keySet());
        positions.replaceAll((partition, position) -> {
            long begin = beginnings.getOrDefault(partition, 0L);
            expired += Math.max(0, begin - position);
            return Math.max(begin, position);
        });
        Transfer.Listener listener = (records, _, left) -> {
            forwarded += records;
            progress.accept(new Progress(copied, forwarded, left));
            requireEnd(mode, admin);
        };
        do {
            Map<TopicPartition, Long> ends = admin.ends(positions.keySet());
            if (!isAt(positions, ends)) {
                requireEnd(mode, admin);
            }
            if (!transfer.run(
                    positions, ends, this::forwarded, new Transfer.Group(plan.sourceId(), ""), listener, stop)) {
                return mode == Mode.FORWARD && isAt(positions, ends);
            }
            progress.accept(new Progress(copied, forwarded, 0));
        } while (mode == Mode.FORWARD && !stop.await(PAUSE));
        return true;
    }

    private static boolean isAt(Map<TopicPartition, Long> positions, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    /** Forwards a record as it is. Kafka's partitioner chooses the partition, as for the producer of the record. */
    private ProducerRecord<byte[], byte[]> forwarded(ConsumerRecord<byte[], byte[]> record) {
        String topic = plan.inputs().getOrDefault(record.topic(), record.topic());
        return new ProducerRecord<>(
                topic, null, StateCopy.timeOf(record), record.key(), record.value(), record.headers());
    }

    /** Returns up to where the source's input is processed or forwarded, for all partitions, also those that it never read. */
    private Map<TopicPartition, Long> positions(KafkaAdmin admin, TargetTopics topics)
            throws RepartitionException, InterruptedException {
        List<TopicPartition> partitions = partitions(topics, plan.inputs().keySet());
        Map<TopicPartition, OffsetAndMetadata> committed = admin.committed(plan.sourceId(), partitions);
        Map<TopicPartition, Long> beginnings = admin.beginnings(partitions);
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata offset = committed.get(partition);
            positions.put(partition, offset == null ? beginnings.getOrDefault(partition, 0L) : offset.offset());
        }
        return positions;
    }

    private long waiting(KafkaAdmin admin, TargetTopics topics) throws RepartitionException, InterruptedException {
        Map<TopicPartition, Long> positions = positions(admin, topics);
        Map<TopicPartition, Long> ends = admin.ends(positions.keySet());
        return positions.entrySet().stream()
                .mapToLong(position -> Math.max(0, ends.getOrDefault(position.getKey(), 0L) - position.getValue()))
                .sum();
    }
}
