package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelStores;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.input.LogPosition;
import io.freshet.training.publish.Snapshots;
import io.freshet.training.publish.StartingPoint;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Checks that a trainer can continue from the newest snapshot: that the topics have everything since. */
record ContinuationCheck(FreshetConfig config, Brokers brokers) {
    private static final String CHECK = "snapshot-position";

    void run(Consumer<Finding> found) throws InterruptedException {
        try {
            Optional<Manifest> newest = newest();
            if (newest.isPresent()) {
                found.accept(check(newest.get()));
            }
        } catch (IOException e) {
            // The check of the model store reports it.
        } catch (ExecutionException e) {
            found.accept(Finding.warning(
                    CHECK,
                    "the offsets of the model log and the sequences cannot be read: " + Brokers.cause(e),
                    "see the other findings"));
        }
    }

    /** Returns the manifest of the snapshot from which a trainer would continue. */
    private Optional<Manifest> newest() throws IOException {
        return Snapshots.readable(ModelStores.open(config), config.get(ModelStoreKeys.MODEL_NAME)).stream()
                .findFirst();
    }

    private Finding check(Manifest newest) throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> covered = new HashMap<>();
        // With another number of learners, a trainer continues from the snapshot alone.
        boolean hasJournal = StartingPoint.learners(newest) == config.get(TrainerKeys.LEARNERS);
        newest.inputs().stream()
                .filter(position -> hasJournal || !position.topic().equals(config.get(TopicKeys.MODEL_MERGES)))
                .forEach(position -> covered.put(partition(position), position.offset()));
        Map<TopicPartition, Long> inputs = Map.copyOf(covered);
        if (hasJournal) {
            covered.put(partition(newest.modelLog()), newest.modelLog().offset());
        }
        Map<TopicPartition, Long> begins = offsets(covered, OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = offsets(covered, OffsetSpec.latest());
        boolean nothingWaits =
                inputs.entrySet().stream().allMatch(input -> input.getValue() >= ends.getOrDefault(input.getKey(), 0L));
        for (var position : covered.entrySet()) {
            TopicPartition partition = position.getKey();
            long begin = begins.getOrDefault(partition, 0L);
            long end = ends.getOrDefault(partition, 0L);
            if (position.getValue() > end) {
                return impossible(
                        newest,
                        partition + " ends at offset " + end + ", and the snapshot covers it up to "
                                + position.getValue() + ": it was created again, or belongs to another cluster");
            }
            boolean journalUnneeded = nothingWaits && !inputs.containsKey(partition);
            if (!journalUnneeded && !LogPosition.mayHoldAllFrom(position.getValue(), begin)) {
                return impossible(
                        newest,
                        partition + " begins at offset " + begin + ", and the snapshot covers it up to "
                                + position.getValue() + ": the records in between have expired");
            }
        }
        return Finding.ok(CHECK, "the topics have everything since snapshot " + newest.version());
    }

    private static Finding impossible(Manifest newest, String why) {
        return Finding.problem(
                CHECK,
                "the trainer cannot continue from snapshot " + newest.version() + ": " + why,
                "freshet models adopt " + newest.version() + " lets it continue with a new lineage");
    }

    private static TopicPartition partition(TopicPosition position) {
        return new TopicPartition(position.topic(), position.partition());
    }

    private Map<TopicPartition, Long> offsets(Map<TopicPartition, Long> partitions, OffsetSpec at)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.keySet().forEach(partition -> asked.put(partition, at));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> answers =
                Brokers.answer(brokers.admin().listOffsets(asked).all());
        answers.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }
}
