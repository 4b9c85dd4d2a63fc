package io.freshet.testkit.topic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.step.UserUpdate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Committed records of the topics, read from the beginning by a plain consumer. */
public record CommittedLog(
        List<ModelLogRecord> modelLog,
        List<ConsumerRecord<byte[], byte[]>> sequences,
        List<ConsumerRecord<byte[], byte[]>> manifests,
        List<ConsumerRecord<byte[], byte[]>> recommendations) {

    public static CommittedLog read(String bootstrapServers) {
        return read(bootstrapServers, "");
    }

    /**
     * Reads the committed records of all topics.
     *
     * @param model model whose journal to read; empty if there is only one
     */
    public static CommittedLog read(String bootstrapServers, String model) {
        try (var consumer = consumer(bootstrapServers)) {
            OnlineConfig.Topics topics = OnlineConfig.Topics.DEFAULT;
            return new CommittedLog(
                    Stream.of(topics.modelLog(), topics.modelDeltas())
                            .flatMap(topic -> all(consumer, topic).stream())
                            .filter(record ->
                                    model.isEmpty() || model.equals(new String(record.key(), StandardCharsets.UTF_8)))
                            .map(record -> ModelLogCodec.decode(record.value()))
                            .toList(),
                    all(consumer, topics.sequences()),
                    all(consumer, topics.modelManifests()),
                    all(consumer, "recommendations"));
        }
    }

    /** Reads the committed records of one topic, ordered by partition and, within each, by offset. */
    public static List<ConsumerRecord<byte[], byte[]>> readTopic(String bootstrapServers, String topic) {
        try (var consumer = consumer(bootstrapServers)) {
            return all(consumer, topic);
        }
    }

    /**
     * Joins this log with a later one: adds the sequences and journal records that have since expired from the later one.
     */
    public CommittedLog before(CommittedLog later) {
        long firstStep = later.steps().isEmpty()
                ? Long.MAX_VALUE
                : later.steps().getFirst().step();
        Set<List<Long>> kept = later.sequences.stream().map(CommittedLog::place).collect(Collectors.toSet());
        return new CommittedLog(
                Stream.concat(
                                modelLog.stream()
                                        .filter(record -> record instanceof StepRecord step && step.step() < firstStep),
                                later.modelLog.stream())
                        .toList(),
                Stream.concat(
                                sequences.stream().filter(record -> !kept.contains(place(record))),
                                later.sequences.stream())
                        .toList(),
                later.manifests,
                later.recommendations);
    }

    public List<StepRecord> steps() {
        return modelLog.stream()
                .filter(StepRecord.class::isInstance)
                .map(StepRecord.class::cast)
                .toList();
    }

    /**
     * Returns the steps with each range cut to the records in it. Whether a range begins before or after the transaction
     * markers that precede it depends on when its trainer read them.
     */
    public List<StepRecord> stepsWithoutMarkers() {
        return steps().stream()
                .map(step -> new StepRecord(
                        step.step(),
                        step.ranges().stream().map(this::withoutMarkers).toList(),
                        step.targetRanks(),
                        step.rankShare(),
                        step.clickTimestampsMs()))
                .toList();
    }

    private InputRange withoutMarkers(InputRange range) {
        LongSummaryStatistics offsets = sequences.stream()
                .filter(record -> record.partition() == range.partition())
                .mapToLong(ConsumerRecord::offset)
                .filter(offset -> offset >= range.from() && offset < range.to())
                .summaryStatistics();
        assertThat(offsets.getCount()).as("records of range %s", range).isPositive();
        return new InputRange(range.topic(), range.partition(), offsets.getMin(), offsets.getMax() + 1);
    }

    public List<ModelDelta> deltas() {
        return modelLog.stream()
                .filter(ModelDelta.class::isInstance)
                .map(ModelDelta.class::cast)
                .toList();
    }

    /** Returns the ranges of each partition, in order of the steps. */
    public Map<Integer, List<InputRange>> rangesByPartition() {
        Map<Integer, List<InputRange>> ranges = new TreeMap<>();
        for (StepRecord step : steps()) {
            step.ranges()
                    .forEach(range -> ranges.computeIfAbsent(range.partition(), partition -> new ArrayList<>())
                            .add(range));
        }
        return ranges;
    }

    /** Returns the records that a step learned from, in the order of the step. */
    public List<UserUpdate> updatesOf(StepRecord step) {
        List<UserUpdate> updates = new ArrayList<>();
        for (InputRange range : step.ranges()) {
            sequences.stream()
                    .filter(record -> record.partition() == range.partition()
                            && record.offset() >= range.from()
                            && record.offset() < range.to())
                    .map(record -> new UserUpdate(
                            new String(record.key(), StandardCharsets.UTF_8),
                            SequenceUpdateCodec.decode(record.value())))
                    .forEach(updates::add);
        }
        return updates;
    }

    /** Returns the clicks that recommendations name as their causes. */
    List<ClickOrigin> answerCauses() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<ClickOrigin> causes = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : recommendations) {
            JsonNode cause = json.readTree(record.value()).get("cause");
            causes.add(new ClickOrigin(
                    cause.get("topic").asText(),
                    cause.get("partition").asInt(),
                    cause.get("offset").asLong(),
                    cause.get("timestamp").asLong()));
        }
        return causes;
    }

    private static List<Long> place(ConsumerRecord<byte[], byte[]> record) {
        return List.of((long) record.partition(), record.offset());
    }

    /**
     * Asserts that each of these clicks, repetitions aside, is in its user's sequence once, at its place, and has one
     * recommendation.
     *
     * @param clicks clicks in order of time
     * @param window maximum number of clicks in a sequence
     */
    public void assertEachClickIsSequencedAndAnsweredOnce(List<Click> clicks, int window) throws IOException {
        Map<String, List<List<Interaction>>> found = new TreeMap<>();
        List<ClickOrigin> causes = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : sequences) {
            SequenceUpdate update = SequenceUpdateCodec.decode(record.value());
            found.computeIfAbsent(new String(record.key(), StandardCharsets.UTF_8), user -> new ArrayList<>())
                    .add(update.sequence().interactions());
            causes.add(update.cause());
        }
        Map<String, List<List<Interaction>>> expected = expectedSequences(clicks, window);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((user, ofUser) ->
                assertThat(found.get(user)).as("sequences of %s", user).isEqualTo(ofUser));
        assertThat(new HashSet<>(causes)).as("causes").hasSameSizeAs(causes);
        List<ClickOrigin> answered = answerCauses();
        assertThat(answered).as("recommendations").hasSameSizeAs(causes);
        assertThat(new HashSet<>(answered)).as("causes of recommendations").isEqualTo(new HashSet<>(causes));
    }

    /** Returns for each user the sequence after each click that is not a repetition. The clicks are in order of time. */
    public static Map<String, List<List<Interaction>>> expectedSequences(List<Click> clicks, int window) {
        Map<String, List<List<Interaction>>> expected = new TreeMap<>();
        for (Click click : clicks) {
            List<List<Interaction>> ofUser =
                    expected.computeIfAbsent(click.userId(), user -> new ArrayList<>(List.of(List.of())));
            List<Interaction> after = new ArrayList<>(ofUser.getLast());
            Interaction interaction = Interaction.of(click);
            if (!after.contains(interaction)) {
                after.add(interaction);
                ofUser.add(after.subList(Math.max(0, after.size() - window), after.size()));
            }
        }
        expected.values().forEach(List::removeFirst);
        return expected;
    }

    /** Asserts that each record of the sequences is in exactly one step of the journal, and that the steps are in order. */
    public void assertEachRecordIsLearnedFromOnce() {
        assertThat(steps())
                .extracting(StepRecord::step)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, steps().size()).boxed().toList());
        assertThat(steps().stream()
                        .mapToLong(step -> step.clickTimestampsMs().length)
                        .sum())
                .isEqualTo(sequences.size());
        assertRangesCoverSequences();
    }

    /**
     * Asserts that the ranges follow each other from the first record of the sequences to the last. Between two ranges
     * there may be markers and aborted records, but no committed ones.
     */
    public void assertRangesCoverSequences() {
        rangesByPartition().forEach((partition, ranges) -> {
            List<Long> offsets = sequences.stream()
                    .filter(record -> record.partition() == partition)
                    .map(ConsumerRecord::offset)
                    .toList();
            long position = 0;
            for (InputRange range : ranges) {
                long end = position;
                assertThat(range.from()).as("range %s", range).isGreaterThanOrEqualTo(end);
                assertThat(offsets)
                        .as("records before range %s", range)
                        .noneMatch(offset -> offset >= end && offset < range.from());
                position = range.to();
            }
            assertThat(position).isEqualTo(offsets.getLast() + 1);
        });
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", bootstrapServers,
                "isolation.level", "read_committed",
                "auto.offset.reset", "none",
                // The consumer sends no fetch for another topic while one that finds no records waits.
                "fetch.max.wait.ms", "5");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Returns the records ordered by partition and, within each, by offset. */
    private static List<ConsumerRecord<byte[], byte[]>> all(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records =
                new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
        consumer.partitionsFor(topic)
                .forEach(info -> records.put(new TopicPartition(topic, info.partition()), new ArrayList<>()));
        consumer.assign(records.keySet());
        consumer.seekToBeginning(records.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(records.keySet());
        while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                records.computeIfAbsent(new TopicPartition(topic, record.partition()), _ -> new ArrayList<>())
                        .add(record);
            }
        }
        return records.values().stream().flatMap(List::stream).toList();
    }
}
