package io.freshet.training.journal;

import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.failure.MissingRecordsException;
import io.freshet.training.input.LogPosition;
import io.freshet.training.merge.GivenDifference;
import io.freshet.training.merge.GivenDifferenceCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads what all learners of a model give to merges, from {@code model-merges}: learner i writes to partition i. Reads
 * committed records only, and skips those of other models. Keeps what it has read until {@link #take}. Owns the consumer.
 * Not thread-safe.
 */
public final class DifferencesReader implements AutoCloseable {
    private static final String WAY_OUT = "Let all trainers run with learners.count=1 first: they continue from the"
            + " newest snapshot of the model; and keep the topic for longer than a trainer may be down.";

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final List<FromLearner> learners = new ArrayList<>();
    private long newestLineage;

    /** What one learner has given, in order, since the last {@link #take}. */
    private static final class FromLearner {
        final byte[] key;
        final GivenDifferenceCodec.Assembler assembler = new GivenDifferenceCodec.Assembler();
        final ArrayDeque<Placed> given = new ArrayDeque<>();
        long nextOffset; // behind what was taken last

        FromLearner(String name) {
            key = name.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** @param nextOffset offset behind the last part */
    private record Placed(GivenDifference given, long nextOffset) {}

    /**
     * @param consumer a consumer without a subscription that reads committed records and has no offset reset policy
     * @param names names of the learners, which are the keys of their records
     */
    public DifferencesReader(Consumer<byte[], byte[]> consumer, String topic, List<String> names) {
        this.consumer = consumer;
        this.topic = topic;
        names.forEach(name -> learners.add(new FromLearner(name)));
    }

    /**
     * Starts to read at the positions of a snapshot, or at the ends of partitions without a position.
     *
     * @throws MissingRecordsException if a partition does not hold everything from its position on
     */
    public void seek(List<TopicPosition> positions) {
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < learners.size(); i++) {
            all.add(new TopicPartition(topic, i));
        }
        consumer.assign(all);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        Map<TopicPartition, Long> starts = new HashMap<>(ends);
        for (TopicPosition position : positions) {
            TopicPartition partition = new TopicPartition(position.topic(), position.partition());
            starts.computeIfPresent(
                    partition,
                    (_, end) -> new LogPosition(partition, position.offset(), begins.getOrDefault(partition, 0L), end)
                            .start(() -> false, WAY_OUT));
        }
        starts.forEach((partition, start) -> {
            consumer.seek(partition, start);
            learners.get(partition.partition()).nextOffset = start;
        });
    }

    /** Returns whether the topic holds all differences since the positions of a snapshot. */
    public boolean hasAllSince(List<TopicPosition> positions) {
        return LogPosition.hasAllSince(consumer, topic, positions);
    }

    /**
     * Reads what has arrived. Waits for so long if nothing has.
     *
     * @throws MissingRecordsException if a record of a learner cannot be decoded, because the learners would wait for its
     *     difference for ever
     */
    public void poll(Duration maxWait) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(maxWait)) {
            accept(record);
        }
    }

    private void accept(ConsumerRecord<byte[], byte[]> record) {
        FromLearner from = learners.get(record.partition());
        if (!Arrays.equals(record.key(), from.key)) {
            return;
        }
        byte @Nullable [] value = record.value();
        if (value == null) {
            throw undecodable(record, "the record must have a value");
        }
        try {
            GivenDifferenceCodec.Part part = GivenDifferenceCodec.decode(value);
            newestLineage = Math.max(newestLineage, part.round().lineage());
            if (!part.isAnnouncement()) {
                GivenDifference whole = from.assembler.add(part);
                if (whole != null) {
                    from.given.add(new Placed(whole, record.offset() + 1));
                }
            }
        } catch (FormatException e) {
            throw undecodable(record, String.valueOf(e.getMessage()));
        }
    }

    private static MissingRecordsException undecodable(ConsumerRecord<byte[], byte[]> record, String reason) {
        return new MissingRecordsException("a difference of a learner must be readable: topic=" + record.topic()
                + " partition=" + record.partition() + " offset=" + record.offset() + ": " + reason
                + ". If another version of Freshet wrote it, run the same version everywhere. Otherwise, let all trainers"
                + " run with learners.count=1 first: they continue from the newest snapshot of the model");
    }

    /** Returns the newest lineage that a learner has announced or given a difference of; 0 if none has been read. */
    public long newestLineage() {
        return newestLineage;
    }

    /** Returns whether a learner has given its difference to a round. */
    public boolean hasAny(GivenDifference.Round round) {
        return learners.stream().anyMatch(from -> has(from, round));
    }

    /** Returns the numbers of the learners that have not given their differences to a round. */
    public List<Integer> missing(GivenDifference.Round round) {
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < learners.size(); i++) {
            if (!has(learners.get(i), round)) {
                missing.add(i);
            }
        }
        return missing;
    }

    /** Drops what the learner has given to earlier rounds, and returns whether it has given to this one. */
    private static boolean has(FromLearner from, GivenDifference.Round round) {
        while (!from.given.isEmpty() && isBefore(from.given.peek().given().round(), round)) {
            from.given.remove();
        }
        Placed next = from.given.peek();
        return next != null
                && next.given().round().lineage() == round.lineage()
                && next.given().round().base() == round.base();
    }

    private static boolean isBefore(GivenDifference.Round earlier, GivenDifference.Round round) {
        return earlier.lineage() < round.lineage()
                || (earlier.lineage() == round.lineage() && earlier.base() < round.base());
    }

    /**
     * Takes what all learners have given to a round, in the order of the learners.
     *
     * @throws IllegalStateException if a learner is missing
     */
    public List<GivenDifference> take(GivenDifference.Round round) {
        List<Integer> missing = missing(round);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "all learners must have given their differences: missing=" + missing + " round=" + round);
        }
        List<GivenDifference> given = new ArrayList<>();
        for (FromLearner from : learners) {
            Placed next = from.given.remove();
            from.nextOffset = next.nextOffset();
            given.add(next.given());
        }
        return given;
    }

    /** Returns the position behind what was taken last, or where reading began, for each learner. */
    public List<TopicPosition> positions() {
        List<TopicPosition> positions = new ArrayList<>();
        for (int i = 0; i < learners.size(); i++) {
            positions.add(new TopicPosition(topic, i, learners.get(i).nextOffset));
        }
        return positions;
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }
}
