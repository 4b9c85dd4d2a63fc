package io.freshet.training.publish;

import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.input.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes a snapshot the first one of a new lineage, so that a trainer continues from it although the journal does not lead
 * on from it: on another cluster, or after the journal's records have expired. The trainer reruns nothing. It continues
 * with the records of {@code sequences} from the positions of the plan on.
 *
 * @param snapshot the snapshot to continue from
 * @param lineage the new lineage, later than all that the store and the topic of the manifests have
 * @param modelLog end of the model log
 * @param modelDeltas end of the deltas
 * @param inputs where learning continues in each partition of the input
 */
public record Adoption(
        Manifest snapshot, long lineage, TopicPosition modelLog, TopicPosition modelDeltas, List<Input> inputs) {
    public Adoption {
        inputs = List.copyOf(inputs);
    }

    /** Where learning continues. */
    public enum LearnFrom {
        /** At the snapshot's own positions. For the cluster on which it was written. */
        SNAPSHOT,
        /** With all records that the input has. */
        BEGINNING,
        /** With the records that are written from now on. */
        END
    }

    /**
     * Where learning continues in a partition.
     *
     * @param waiting number of offsets from there to the end
     * @param expired number of offsets that the snapshot does not cover, and whose records have expired
     */
    public record Input(TopicPosition position, long waiting, long expired) {}

    /**
     * Plans an adoption. Writes nothing.
     *
     * @throws java.nio.file.NoSuchFileException if there is no such snapshot
     * @throws IllegalArgumentException if learning is to continue at the snapshot's positions, and the topics do not have
     *     them
     */
    public static Adoption plan(OnlineConfig config, SnapshotStore store, String version, LearnFrom from)
            throws IOException {
        Manifest snapshot = store.manifest(config.modelName(), version);
        long lineage = snapshot.lineage();
        for (Manifest other : Snapshots.readable(store, config.modelName())) {
            lineage = Math.max(lineage, other.lineage());
        }
        try (ServedVersion served = new ServedVersion(config)) {
            for (Manifest known : served.snapshots()) {
                lineage = Math.max(lineage, known.lineage());
            }
        }
        TopicPartition log = new TopicPartition(config.topics().modelLog(), 0);
        TopicPartition deltas = new TopicPartition(config.topics().modelDeltas(), 0);
        Consumer<byte[], byte[]> consumer = KafkaClients.consumer(config, "adopt", 1);
        try {
            // A trainer that has not started since deltas have a topic of their own has not created it.
            boolean hasDeltas = consumer.listTopics().containsKey(deltas.topic());
            Map<TopicPartition, Long> ends = consumer.endOffsets(hasDeltas ? List.of(log, deltas) : List.of(log));
            List<Input> inputs = inputs(config, snapshot, from, consumer);
            return new Adoption(snapshot, lineage + 1, end(log, ends), end(deltas, ends), inputs);
        } finally {
            KafkaClients.close(consumer);
        }
    }

    private static TopicPosition end(TopicPartition partition, Map<TopicPartition, Long> ends) {
        return new TopicPosition(partition.topic(), partition.partition(), ends.getOrDefault(partition, 0L));
    }

    private static List<Input> inputs(
            OnlineConfig config, Manifest snapshot, LearnFrom from, Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(config.topics().sequences()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> covered = snapshot.inputs().stream()
                .collect(Collectors.toMap(
                        position -> new TopicPartition(position.topic(), position.partition()), TopicPosition::offset));
        List<Input> inputs = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            long begin = begins.getOrDefault(partition, 0L);
            long end = ends.getOrDefault(partition, 0L);
            long own = covered.getOrDefault(partition, 0L);
            if (from == LearnFrom.SNAPSHOT && own > end) {
                throw new IllegalArgumentException("the snapshot covers partition " + partition + " up to offset " + own
                        + ", and the partition ends at " + end
                        + ": it was created again, or belongs to another cluster");
            }
            long start = switch (from) {
                case SNAPSHOT -> Math.max(own, begin);
                case BEGINNING -> begin;
                case END -> end;
            };
            boolean complete = from != LearnFrom.SNAPSHOT || LogPosition.mayHoldAllFrom(own, begin);
            inputs.add(new Input(
                    new TopicPosition(partition.topic(), partition.partition(), start),
                    end - start,
                    complete ? 0 : begin - own));
        }
        return inputs;
    }

    /**
     * Writes the snapshot with the new lineage and positions. A trainer that starts afterwards continues from it and
     * announces it to the scorers.
     *
     * @return the new manifest. Its version is that of the adopted snapshot, because it has the same files
     */
    public Manifest carryOut(SnapshotStore store) throws IOException {
        try (Snapshot opened = store.open(snapshot.model(), snapshot.version())) {
            SnapshotFiles files = new SnapshotFiles();
            for (FileEntry file : snapshot.files()) {
                files.add(file.name(), target -> Files.copy(opened.file(file.name()), target));
            }
            List<TopicPosition> positions = inputs.stream().map(Input::position).toList();
            return store.save(
                    ManifestDraft.like(snapshot)
                            .lineage(lineage)
                            .covering(modelLog, modelDeltas, positions)
                            .held(false),
                    files);
        }
    }
}
