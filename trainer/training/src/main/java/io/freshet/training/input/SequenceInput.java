package io.freshet.training.input;

import io.freshet.store.format.FormatException;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.sequence.SequenceHeaders;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.failure.MissingRecordsException;
import io.freshet.training.step.UserUpdate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.LongToIntFunction;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Input from all partitions of {@code sequences}, read from positions that the trainer's own journal keeps. Committed
 * offsets of the consumer group are never used.
 *
 * <p>Each batch advances the positions. A batch holds whatever has arrived ({@link #take}), a fixed number of records
 * however long they take to arrive ({@link #takeExactly}), or exactly the records of a journal entry
 * ({@link #retake}). A record that cannot be decoded counts as taken and is skipped; a rerun skips it too. Owns the
 * consumer. Not thread-safe.
 */
public final class SequenceInput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SequenceInput.class);
    private static final Duration RETAKE_POLL = Duration.ofMillis(100);
    private static final Duration RETAKE_PATIENCE = Duration.ofSeconds(30);
    private static final Duration END_PATIENCE = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration LOOK_PATIENCE = Duration.ofSeconds(1);
    private static final String WAY_OUT = "Let the trainer continue from a snapshot with 'freshet models adopt', or"
            + " begin a new model with another model.name; and keep the sequences for longer than a trainer may be down.";

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final IntPredicate isOwn; // whether a partition is read
    private final Map<Integer, InputPartition> partitions = new TreeMap<>();
    private final List<InputPartition> inTurn = new ArrayList<>(); // ascending
    private final MergedOrder order = new MergedOrder(inTurn);
    private final Map<InputPartition, Long> ends =
            new HashMap<>(); // end offset of each partition, once the input has ended
    private final Map<TopicPartition, Long> knownEnds = new HashMap<>(); // lower bounds of the committed end offsets
    private final Map<TopicPartition, Long> readOffsets = new HashMap<>(); // last known offsets of the consumer
    private final BitSet imported = new BitSet(); // positions of imported clicks' updates in the next batch
    private int undecodable; // since the last batch
    private int turn;
    private long waitingSinceNanos = System.nanoTime();
    private long lookedNanos = System.nanoTime();

    /** @param consumer a consumer without a subscription that reads committed records and has no offset reset policy */
    public SequenceInput(Consumer<byte[], byte[]> consumer, String topic) {
        this(consumer, topic, _ -> true);
    }

    /**
     * @param consumer a consumer without a subscription that reads committed records and has no offset reset policy
     * @param isOwn whether a partition is read; all others are left out
     */
    public SequenceInput(Consumer<byte[], byte[]> consumer, String topic, IntPredicate isOwn) {
        this.consumer = consumer;
        this.topic = topic;
        this.isOwn = isOwn;
    }

    /** Returns the topic's partitions that are read; empty while the topic does not exist. */
    public List<Integer> partitionNumbers() {
        return consumer.partitionsFor(topic).stream()
                .map(PartitionInfo::partition)
                .filter(isOwn::test)
                .toList();
    }

    /** Returns which users' records are in the partitions that are read, if their producers partition as Kafka's clients do. */
    public Predicate<String> ownUsers() {
        int count = consumer.partitionsFor(topic).size();
        return user -> isOwn.test(Utils.toPositive(Utils.murmur2(user.getBytes(StandardCharsets.UTF_8))) % count);
    }

    /**
     * Starts at the given positions. A partition without a position starts at its beginning.
     *
     * @throws MissingRecordsException if a partition does not hold everything from its position on
     */
    public void seek(Collection<Integer> all, List<TopicPosition> positions) {
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
            readOffsets.put(partition, start);
            partitions.put(partition.partition(), new InputPartition(partition, start));
        });
        inTurn.clear();
        inTurn.addAll(partitions.values());
    }

    /** Starts to read partitions that have been added to the topic, from their beginnings. */
    private void addPartitions() {
        List<TopicPartition> added = consumer.partitionsFor(topic, LOOK_PATIENCE).stream()
                .map(PartitionInfo::partition)
                .filter(number -> isOwn.test(number) && !partitions.containsKey(number))
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

    /** Looks for added partitions from time to time, but not after the input has ended. */
    private void lookForPartitions() {
        if (ends.isEmpty() && System.nanoTime() - lookedNanos > LOOK.toNanos()) {
            lookedNanos = System.nanoTime();
            try {
                addPartitions();
            } catch (TimeoutException e) {
                LOG.debug("Could not read the partitions of topic {}; trying again in {}", topic, LOOK, e);
            }
        }
    }

    /**
     * Returns whether there is no committed record after the positions. Records that this call fetches are kept for the
     * next step.
     */
    public boolean isAtEnd() {
        Map<TopicPartition, Long> last = consumer.endOffsets(
                inTurn.stream().map(InputPartition::partition).toList());
        long deadline = System.nanoTime() + RETAKE_PATIENCE.toNanos();
        while (inTurn.stream().allMatch(partition -> partition.fetchedRecords() == 0)) {
            if (last.entrySet().stream().allMatch(end -> readUpTo(end.getKey()) >= end.getValue())) {
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
     * Takes the records that have arrived. Partitions take turns at coming first.
     *
     * <p>The first poll returns records that the consumer prefetched at the end of the previous poll, so they are as
     * old as the step in between. The linger time also brings in the records that have arrived since.
     *
     * @param most maps the number of waiting records to the maximum number of records to take
     * @param maxWait maximum time to wait for the first record
     * @param linger maximum time to wait for more records after the first
     */
    public InputBatch take(LongToIntFunction most, Duration maxWait, Duration linger) {
        lookForPartitions();
        int fetched = inTurn.stream().mapToInt(InputPartition::fetchedRecords).sum();
        if (fetched == 0) {
            fetched = fetch(maxWait);
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
     * Takes the next {@code count} records of the {@linkplain MergedOrder merged order}: fewer only at
     * {@linkplain #endAtCurrentEnd the end}, and none if they do not arrive in time. The positions alone determine
     * which records these are; timing does not.
     *
     * @param maxWait maximum time to wait for all of the records; on timeout, the records that have arrived are kept
     *     for the next call
     */
    public InputBatch takeExactly(int count, Duration maxWait) {
        lookForPartitions();
        long deadline = System.nanoTime() + maxWait.toNanos();
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

    /** Ends the input at the records that are committed now. */
    public void endAtCurrentEnd() {
        List<TopicPartition> assigned =
                inTurn.stream().map(InputPartition::partition).toList();
        Map<TopicPartition, Long> offsets = consumer.endOffsets(assigned);
        for (InputPartition partition : inTurn) {
            ends.put(partition, offsets.getOrDefault(partition.partition(), 0L));
        }
        markExhausted();
    }

    /**
     * Returns whether the topic holds the ranges and each of them {@linkplain InputPartition#continuesWith continues}
     * its partition.
     */
    public boolean isAt(List<InputRange> ranges) {
        return has(ranges) && ranges.stream().allMatch(this::isAt);
    }

    private boolean isAt(InputRange range) {
        InputPartition partition = partitionOf(range);
        if (!reaches(partition.partition(), range.to())) {
            return false;
        }
        if (range.from() > partition.position()) {
            await(
                    partition,
                    partition.position() + 1); // fetches the next record, which shows whether a record lies in between
        }
        return partition.continuesWith(range.from());
    }

    /**
     * Returns whether the partition's committed end has reached {@code to}. Waits for it for a while, as it may lag
     * after a change of leader.
     */
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

    /**
     * Returns whether the ranges belong to this topic and its partitions, including partitions that have been added
     * since.
     */
    public boolean has(List<InputRange> ranges) {
        if (!ranges.stream().allMatch(range -> range.topic().equals(topic))) {
            return false;
        }
        if (!ranges.stream().allMatch(range -> partitions.containsKey(range.partition()))) {
            addPartitions();
        }
        return ranges.stream().allMatch(range -> partitions.containsKey(range.partition()));
    }

    /**
     * Takes the records of a journal entry again.
     *
     * @throws IllegalStateException if the ranges do not begin at the positions, or if the records do not arrive
     */
    public InputBatch retake(List<InputRange> ranges) {
        for (InputRange range : ranges) {
            InputPartition partition = partitionOf(range);
            if (!isAt(range)) {
                throw new IllegalStateException("the journal must continue at the input's position: partition="
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

    /** Returns the next offset to learn from for each partition. */
    public List<TopicPosition> positions() {
        return partitions.values().stream()
                .map(partition -> new TopicPosition(topic, partition.partition().partition(), partition.position()))
                .toList();
    }

    /**
     * Returns the positions for a snapshot. These are moved past the markers and aborted records that have been read
     * over, so that the snapshot stays usable after those have expired.
     */
    public List<TopicPosition> snapshotPositions() {
        return partitions.values().stream()
                .map(partition -> new TopicPosition(
                        topic,
                        partition.partition().partition(),
                        partition.positionUpTo(readUpTo(partition.partition()))))
                .toList();
    }

    /**
     * Asks the brokers how many records exist that have not been learned from.
     *
     * @return the number, or empty if the brokers do not answer in time
     */
    public OptionalLong measuredLag() {
        List<TopicPartition> assigned =
                inTurn.stream().map(InputPartition::partition).toList();
        try {
            knownEnds.putAll(consumer.endOffsets(assigned, LOOK_PATIENCE));
            return OptionalLong.of(lag(this::knownUnfetched));
        } catch (TimeoutException e) {
            return OptionalLong.empty();
        }
    }

    /** Returns the number of records up to the known end of a partition that have not been fetched. */
    private long knownUnfetched(TopicPartition partition) {
        return Math.max(0, knownEnds.getOrDefault(partition, 0L) - readUpTo(partition));
    }

    /**
     * Returns the offset up to which the consumer has read a partition. Never waits for the brokers: after a change of
     * leader the consumer does not know the offset for a while, and this method returns the last known one.
     */
    private long readUpTo(TopicPartition partition) {
        try {
            readOffsets.put(partition, consumer.position(partition, Duration.ZERO));
        } catch (TimeoutException e) {
            LOG.debug("The offset of {} is being validated", partition, e);
        }
        return readOffsets.getOrDefault(partition, 0L);
    }

    /**
     * Returns the number of records that have not been learned from, as of the last fetch of each partition or the last
     * {@link #measuredLag}, whichever knows of more records. With full buffers a fetch can be minutes ago.
     */
    public long knownLag() {
        return lag(partition -> Math.max(consumer.currentLag(partition).orElse(0), knownUnfetched(partition)));
    }

    private long lag() {
        return lag(partition -> consumer.currentLag(partition).orElse(0));
    }

    /** @param unfetched returns the number of records of a partition that exist and have not been fetched */
    private long lag(ToLongFunction<TopicPartition> unfetched) {
        return inTurn.stream()
                .mapToLong(partition -> partition.chosenRecords()
                        + partition.fetchedRecords()
                        + unfetched.applyAsLong(partition.partition()))
                .sum();
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }

    private InputBatch batch(List<UserUpdate> updates, List<InputRange> ranges) {
        InputBatch batch = new InputBatch(updates, ranges, imported, undecodable);
        imported.clear();
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

    /**
     * Fetches from the partitions that the order waits for, and pauses the others, so that their records do not fill
     * the heap.
     */
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
        ends.forEach((partition, end) -> partition.setExhausted(readUpTo(partition.partition()) >= end));
    }

    private void warnOfQuietPartitions(int count) {
        if (inTurn.size() > 1 && lag() >= count && System.nanoTime() - waitingSinceNanos > QUIET.toNanos()) {
            LOG.warn(
                    "{} records are waiting, because no record arrives on {}: steps of a fixed size merge all"
                            + " partitions by time",
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
                throw new IllegalStateException("input that the journal names must arrive within " + RETAKE_PATIENCE
                        + ": partition=" + wanted.partition() + " position=" + wanted.position() + " wanted up to="
                        + end);
            }
        }
        consumer.resume(others);
    }

    private int fetch(Duration timeout) {
        int count = 0;
        ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
        records.nextOffsets().forEach((partition, next) -> readOffsets.put(partition, next.offset()));
        long arrivedMs = System.currentTimeMillis();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            partition(record.partition()).add(record, arrivedMs);
            count++;
        }
        return count;
    }

    private void decode(ConsumerRecord<byte[], byte[]> record, List<UserUpdate> to) {
        if (record.key() == null || record.value() == null) {
            passOver(record, "the record must have a key and a value");
            return;
        }
        try {
            String user = new String(record.key(), StandardCharsets.UTF_8);
            to.add(new UserUpdate(user, SequenceUpdateCodec.decode(record.value())));
            imported.set(to.size() - 1, record.headers().lastHeader(SequenceHeaders.IMPORTED) != null);
        } catch (FormatException | IllegalArgumentException e) {
            passOver(record, String.valueOf(e.getMessage()));
        }
    }

    private void passOver(ConsumerRecord<byte[], byte[]> record, String reason) {
        undecodable++;
        LOG.warn("Skipped a record: {}-{} offset {}: {}", topic, record.partition(), record.offset(), reason);
    }

    private InputPartition partitionOf(InputRange range) {
        if (!range.topic().equals(topic)) {
            throw new IllegalStateException(
                    "the journal must name this input's topic: topic=" + topic + " journal=" + range);
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
