package io.freshet.online;

import io.freshet.delta.InputRange;
import io.freshet.format.FormatException;
import io.freshet.sequence.SequenceUpdateCodec;
import io.freshet.snapshot.TopicPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongToIntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All partitions of {@code sequences}, read from positions that the trainer's own journal keeps; the consumer group's
 * committed offsets are never used.
 *
 * <p>What is taken moves the positions on: what has arrived ({@link #take}), a fixed number whenever it comes
 * ({@link #takeExactly}), or exactly what a journal entry names ({@link #retake}). A record that cannot be decoded counts as taken and is passed over, which a rerun does
 * alike. Owns the consumer. Not thread-safe.
 */
final class SequenceInput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SequenceInput.class);
    private static final Duration RETAKE_POLL = Duration.ofMillis(100);
    private static final Duration RETAKE_PATIENCE = Duration.ofSeconds(30);
    private static final Duration END_PATIENCE = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration LOOK_PATIENCE = Duration.ofSeconds(1);
    private static final String WAY_OUT = "Give the trainer a model store with a snapshot that covers up to where the"
            + " partition begins, or begin a new model by another model.name; and keep the sequences for longer than a"
            + " trainer may be down.";

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final Map<Integer, InputPartition> partitions = new TreeMap<>();
    private final List<InputPartition> inTurn = new ArrayList<>(); // ascending
    private final MergedOrder order = new MergedOrder(inTurn);
    private final Map<InputPartition, Long> ends = new HashMap<>(); // offset behind the last record that ever comes
    private final Map<TopicPartition, Long> knownEnds = new HashMap<>(); // no later than the committed ends
    private int undecodable; // since the last batch
    private int turn;
    private long waitingSinceNanos = System.nanoTime();
    private long lookedNanos = System.nanoTime();

    /**
     * @param consumer without a subscription, reading committed records, without an offset reset policy
     */
    SequenceInput(Consumer<byte[], byte[]> consumer, String topic) {
        this.consumer = consumer;
        this.topic = topic;
    }

    /** The topic's partitions, none while it does not exist. */
    List<Integer> partitionNumbers() {
        return consumer.partitionsFor(topic).stream()
                .map(PartitionInfo::partition)
                .toList();
    }

    /**
     * Starts at the given positions, and at the beginning of every partition that none is given for.
     *
     * @throws MissingRecordsException if a partition does not hold everything from its position on
     */
    void seek(Collection<Integer> all, List<TopicPosition> positions) {
        List<TopicPartition> assigned =
                all.stream().map(number -> new TopicPartition(topic, number)).toList();
        consumer.assign(assigned);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(assigned);
        Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
        Map<TopicPartition, Long> starts = new HashMap<>(begins);
        for (TopicPosition position : positions) {
            TopicPartition partition = new TopicPartition(position.topic(), position.partition());
            starts.computeIfPresent(
                    partition,
                    (_, begin) -> new LogPosition(
                                    partition, position.offset(), begin, ends.getOrDefault(partition, begin))
                            .start(() -> false, WAY_OUT));
        }
        begin(starts);
    }

    private void begin(Map<TopicPartition, Long> starts) {
        starts.forEach((partition, start) -> {
            consumer.seek(partition, start);
            partitions.put(partition.partition(), new InputPartition(partition, start));
        });
        inTurn.clear();
        inTurn.addAll(partitions.values());
    }

    /** Begins to read partitions that were added to the topic since, from their beginnings. */
    private void addPartitions() {
        List<TopicPartition> added = consumer.partitionsFor(topic, LOOK_PATIENCE).stream()
                .map(PartitionInfo::partition)
                .filter(number -> !partitions.containsKey(number))
                .map(number -> new TopicPartition(topic, number))
                .toList();
        if (added.isEmpty()) {
            return;
        }
        List<TopicPartition> all =
                new ArrayList<>(inTurn.stream().map(InputPartition::partition).toList());
        all.addAll(added);
        consumer.assign(all);
        begin(consumer.beginningOffsets(added));
        LOG.info("Topic {} has more partitions than before; the trainer reads the new ones: {}", topic, added);
    }

    /** Looks for added partitions now and then, and not after the input has ended. */
    private void lookForPartitions() {
        if (ends.isEmpty() && System.nanoTime() - lookedNanos > LOOK.toNanos()) {
            lookedNanos = System.nanoTime();
            try {
                addPartitions();
            } catch (TimeoutException e) {
                LOG.debug("The partitions of topic {} are looked at again in {}", topic, LOOK, e);
            }
        }
    }

    /** Whether no committed record comes after the positions; what is found there is kept for the next step. */
    boolean isAtEnd() {
        Map<TopicPartition, Long> last = consumer.endOffsets(
                inTurn.stream().map(InputPartition::partition).toList());
        long deadline = System.nanoTime() + RETAKE_PATIENCE.toNanos();
        while (inTurn.stream().allMatch(partition -> partition.fetchedRecords() == 0)) {
            if (last.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                return true;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the end of the input must be reached within " + RETAKE_PATIENCE + ": ends=" + last);
            }
            fetch(RETAKE_POLL);
        }
        return false;
    }

    /**
     * Takes what is there. Partitions take turns in coming first.
     *
     * <p>What a first poll brings was fetched at the end of the last one, and is as old as the step between the two: it
     * takes a moment more to have what has come since.
     *
     * @param most how many records to take at most where so many wait
     * @param patience longest wait for the first record
     * @param linger longest wait for more, once there is one
     */
    InputBatch take(LongToIntFunction most, Duration patience, Duration linger) {
        lookForPartitions();
        int fetched = inTurn.stream().mapToInt(InputPartition::fetchedRecords).sum();
        if (fetched == 0) {
            fetched = fetch(patience);
        }
        long deadline = System.nanoTime() + linger.toNanos();
        while (fetched > 0 && fetched < most.applyAsInt(lag())) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            int more = fetch(left);
            if (more == 0 && left.isZero()) {
                break;
            }
            fetched += more;
        }
        return takeFetched(most.applyAsInt(lag()));
    }

    /**
     * Takes the next {@code count} records of the {@linkplain MergedOrder merged order}, fewer only at {@linkplain
     * #endAtWhatIsThere the end}, or nothing. Which records these are follows from the positions, and not from the time.
     *
     * @param patience longest wait for all of them; those that have come by then are waited with the next time
     */
    InputBatch takeExactly(int count, Duration patience) {
        lookForPartitions();
        long deadline = System.nanoTime() + patience.toNanos();
        order.choose(count);
        while (order.chosenRecords() < count && !order.isExhausted()) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            if (fetchAwaited(left) == 0 && left.isZero()) {
                warnOfQuietPartitions(count);
                return batch(List.of(), List.of());
            }
            order.choose(count);
        }
        return takeChosen();
    }

    /** Says that no record comes after those that are committed now. */
    void endAtWhatIsThere() {
        List<TopicPartition> assigned =
                inTurn.stream().map(InputPartition::partition).toList();
        Map<TopicPartition, Long> offsets = consumer.endOffsets(assigned);
        for (InputPartition partition : inTurn) {
            ends.put(partition, offsets.getOrDefault(partition.partition(), 0L));
        }
        markExhausted();
    }

    /** Whether the ranges begin where learning has come to, or behind markers and aborted records that follow. */
    boolean isAt(List<InputRange> ranges) {
        return has(ranges) && ranges.stream().allMatch(this::isAt);
    }

    private boolean isAt(InputRange range) {
        InputPartition partition = partitionOf(range);
        if (!reaches(partition.partition(), range.to())) {
            return false;
        }
        if (range.from() > partition.position()) {
            await(partition, partition.position() + 1); // its next record, which shows whether one is between
        }
        return partition.continuesWith(range.from());
    }

    /** Whether the partition's committed end is there, or comes there soon: after a change of the leader it may lag. */
    private boolean reaches(TopicPartition partition, long to) {
        long deadline = System.nanoTime() + END_PATIENCE.toNanos();
        while (knownEnds.getOrDefault(partition, 0L) < to) {
            knownEnds.putAll(consumer.endOffsets(List.of(partition)));
            if (knownEnds.getOrDefault(partition, 0L) < to) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(RETAKE_POLL.toNanos());
            }
        }
        return true;
    }

    /** Whether the ranges are of this topic and its partitions, those that were added since among them. */
    boolean has(List<InputRange> ranges) {
        if (!ranges.stream().allMatch(range -> range.topic().equals(topic))) {
            return false;
        }
        if (!ranges.stream().allMatch(range -> partitions.containsKey(range.partition()))) {
            addPartitions();
        }
        return ranges.stream().allMatch(range -> partitions.containsKey(range.partition()));
    }

    /**
     * Takes again what a journal entry says.
     *
     * @throws IllegalStateException if that does not begin where learning has come to, or does not come
     */
    InputBatch retake(List<InputRange> ranges) {
        for (InputRange range : ranges) {
            InputPartition partition = partitionOf(range);
            if (!isAt(range)) {
                throw new IllegalStateException("the journal must go on where learning has come to: partition="
                        + partition.partition() + " position=" + partition.position() + " journal=" + range);
            }
            await(partition, range.to());
        }
        List<UserUpdate> updates = new ArrayList<>();
        for (InputRange range : ranges) {
            partitionOf(range).takeUpTo(range.to(), record -> decode(record, updates));
        }
        return batch(updates, ranges);
    }

    /** For each partition the next offset to learn from. */
    List<TopicPosition> positions() {
        return partitions.values().stream()
                .map(partition -> new TopicPosition(topic, partition.partition().partition(), partition.position()))
                .toList();
    }

    /**
     * The same for a snapshot: behind the markers and aborted records that have been read over, so that it can be used
     * after these have expired.
     */
    List<TopicPosition> snapshotPositions() {
        return partitions.values().stream()
                .map(partition -> new TopicPosition(
                        topic,
                        partition.partition().partition(),
                        partition.positionUpTo(consumer.position(partition.partition()))))
                .toList();
    }

    /** Records known to be there and not yet learned from. */
    long lag() {
        long lag = 0;
        for (InputPartition partition : inTurn) {
            lag += partition.chosenRecords()
                    + partition.fetchedRecords()
                    + consumer.currentLag(partition.partition()).orElse(0);
        }
        return lag;
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }

    private InputBatch batch(List<UserUpdate> updates, List<InputRange> ranges) {
        InputBatch batch = new InputBatch(updates, ranges, undecodable);
        undecodable = 0;
        return batch;
    }

    private InputBatch takeFetched(int most) {
        List<UserUpdate> updates = new ArrayList<>();
        List<InputRange> ranges = new ArrayList<>();
        int left = most;
        for (int i = 0; i < inTurn.size() && left > 0; i++) {
            InputPartition partition = inTurn.get((turn + i) % inTurn.size());
            int count = Math.min(left, partition.fetchedRecords());
            if (count > 0) {
                ranges.add(partition.take(count, record -> decode(record, updates)));
                left -= count;
            }
        }
        turn++;
        return batch(updates, ranges);
    }

    private InputBatch takeChosen() {
        List<UserUpdate> updates = new ArrayList<>();
        List<InputRange> ranges = new ArrayList<>();
        for (InputPartition partition : inTurn) {
            if (partition.chosenRecords() > 0) {
                ranges.add(partition.takeChosen(record -> decode(record, updates)));
            }
        }
        waitingSinceNanos = System.nanoTime();
        return batch(updates, ranges);
    }

    /** Fetches for the partitions that hold the order up, and lets the others wait, so that they do not fill the heap. */
    private int fetchAwaited(Duration timeout) {
        List<InputPartition> awaited = order.awaited();
        for (InputPartition partition : inTurn) {
            List<TopicPartition> one = List.of(partition.partition());
            if (awaited.contains(partition)) {
                consumer.resume(one);
            } else {
                consumer.pause(one);
            }
        }
        int count = fetch(timeout);
        markExhausted();
        return count;
    }

    private void markExhausted() {
        ends.forEach((partition, end) -> partition.setExhausted(consumer.position(partition.partition()) >= end));
    }

    private void warnOfQuietPartitions(int count) {
        if (inTurn.size() > 1 && lag() >= count && System.nanoTime() - waitingSinceNanos > QUIET.toNanos()) {
            LOG.warn(
                    "{} records wait, because no record comes on {}: steps of a fixed number take all partitions in order"
                            + " of time",
                    lag(),
                    order.awaited().stream().map(InputPartition::partition).toList());
            waitingSinceNanos = System.nanoTime();
        }
    }

    private void await(InputPartition wanted, long end) {
        long deadline = System.nanoTime() + RETAKE_PATIENCE.toNanos();
        List<TopicPartition> others = inTurn.stream()
                .filter(partition -> partition != wanted)
                .map(InputPartition::partition)
                .toList();
        consumer.pause(others);
        while (!wanted.hasFetchedUpTo(end)) {
            if (fetch(RETAKE_POLL) > 0) {
                deadline = System.nanoTime() + RETAKE_PATIENCE.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new IllegalStateException("input that the journal names must come within " + RETAKE_PATIENCE
                        + ": partition=" + wanted.partition() + " position=" + wanted.position() + " wanted up to="
                        + end);
            }
        }
        consumer.resume(others);
    }

    private int fetch(Duration timeout) {
        int count = 0;
        ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
        long arrivedMs = System.currentTimeMillis();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            partition(record.partition()).add(record, arrivedMs);
            count++;
        }
        return count;
    }

    private void decode(ConsumerRecord<byte[], byte[]> record, List<UserUpdate> to) {
        if (record.key() == null || record.value() == null) {
            passOver(record, "it must have a key and a value");
            return;
        }
        try {
            String user = new String(record.key(), StandardCharsets.UTF_8);
            to.add(new UserUpdate(user, SequenceUpdateCodec.decode(record.value())));
        } catch (FormatException | IllegalArgumentException e) {
            passOver(record, String.valueOf(e.getMessage()));
        }
    }

    private void passOver(ConsumerRecord<byte[], byte[]> record, String reason) {
        undecodable++;
        LOG.warn("Passed over a record: {}-{} offset {}: {}", topic, record.partition(), record.offset(), reason);
    }

    private InputPartition partitionOf(InputRange range) {
        if (!range.topic().equals(topic)) {
            throw new IllegalStateException("the journal must be of this input: topic=" + topic + " journal=" + range);
        }
        return partition(range.partition());
    }

    private InputPartition partition(int number) {
        if (!partitions.containsKey(number)) {
            addPartitions();
        }
        InputPartition partition = partitions.get(number);
        if (partition == null) {
            throw new IllegalStateException("partition must exist: " + topic + "-" + number);
        }
        return partition;
    }
}
