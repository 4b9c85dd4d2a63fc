package io.freshet.app.repartition;

import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.TopicKeys;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final Duration OPEN_TRANSACTIONS = Duration.ofSeconds(90);
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
        /** As FINISH, and goes on forwarding until it is stopped. */
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
            TargetTopics topics = new TargetTopics(plan, admin);
            topics.prepare();
            requireEnd(mode, admin);
            try (Transfer transfer = new Transfer(plan, plan.targetId() + SUFFIX)) {
                transfer.begin();
                return run(mode, admin, topics, transfer, stop);
            }
        }
    }

    private Result run(Mode mode, KafkaAdmin admin, TargetTopics topics, Transfer transfer, StopSignal stop)
            throws RepartitionException, InterruptedException {
        boolean live = isLive(admin);
        StateCopy copy = new StateCopy(plan, admin, topics, transfer, clock);
        boolean atEnd = true;
        boolean complete = copy.isComplete();
        if (!complete) {
            if (live) {
                throw new RepartitionException(
                        "application.id=" + plan.targetId()
                                + " has processed records already, and its state is not a complete copy: choose another --into");
            }
            if (mode != Mode.COPY) {
                awaitTransactions(admin, topics, stop);
                moveScorers(admin, transfer);
            }
            atEnd = copy.pass(mode != Mode.COPY, this::copied, stop);
            complete = atEnd && mode != Mode.COPY;
        } else if (mode == Mode.COPY) {
            throw new RepartitionException("The state has moved to application.id=" + plan.targetId()
                    + " already. Use --finish to forward clicks that have arrived for application.id="
                    + plan.sourceId() + " since");
        } else if (copy.behind() > 0) {
            throw new RepartitionException(
                    "application.id=" + plan.sourceId() + " has changed its state after the move,"
                            + " and application.id=" + plan.targetId() + " does not have these changes: offsets="
                            + copy.behind());
        }
        if (complete) {
            atEnd = forward(mode, admin, topics, transfer, stop);
        }
        return new Result(
                complete, !atEnd, copied, tombstones, copy.behind(), forwarded, waiting(admin, topics), expired);
    }

    private void requireEnd(Mode mode, KafkaAdmin admin) throws RepartitionException, InterruptedException {
        admin.committed(plan.sourceId()); // fails if this user may not see the group
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

    private boolean isLive(KafkaAdmin admin) throws RepartitionException, InterruptedException {
        return admin.committed(plan.targetId()).keySet().stream()
                        .anyMatch(partition -> plan.inputs().containsValue(partition.topic()))
                || admin.groups(plan.targetId()::equals).containsValue(true);
    }

    /**
     * Lets the target's stand-alone scorers begin where the source's have ended. Without an offset they would answer all of
     * the sequences again.
     */
    private void moveScorers(KafkaAdmin admin, Transfer transfer) throws RepartitionException, InterruptedException {
        if (!plan.shares(TopicKeys.SEQUENCES)) {
            return;
        }
        for (String old : admin.groups(group -> group.startsWith(plan.sourceId() + SCORERS))
                .keySet()) {
            String moved = plan.targetId() + old.substring(plan.sourceId().length());
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.committed(old);
            if (!offsets.isEmpty() && admin.committed(moved).isEmpty()) {
                transfer.write(List.of(), Map.of(moved, offsets));
            }
        }
    }

    /** Waits until the last transactions of a source that was killed have timed out. */
    private void awaitTransactions(KafkaAdmin admin, TargetTopics topics, StopSignal stop)
            throws RepartitionException, InterruptedException {
        // Programs may have open transactions on the clicks and requests, which are forwarded when they have ended.
        List<String> names = new ArrayList<>(TopicPlan.stateTopics(plan.sourceId()));
        names.add(plan.source().get(TopicKeys.CLICKS_REKEYED));
        List<TopicPartition> written = new ArrayList<>();
        names.forEach(name -> topics.topic(name).ifPresent(topic -> written.addAll(topic.all())));
        long deadlineNanos = System.nanoTime() + OPEN_TRANSACTIONS.toNanos();
        while (admin.hasOpenTransactions(written)) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new RepartitionException("All transactions of application.id=" + plan.sourceId()
                        + " must have ended, and after " + OPEN_TRANSACTIONS.toSeconds()
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
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : plan.inputs().keySet()) {
            partitions.addAll(topics.require(topic).all());
        }
        Map<TopicPartition, OffsetAndMetadata> committed = admin.committed(plan.sourceId());
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
