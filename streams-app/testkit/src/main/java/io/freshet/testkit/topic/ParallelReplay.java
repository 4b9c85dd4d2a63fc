package io.freshet.testkit.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.modellog.MergeNote;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.journal.ModelDigest;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.GivenDifference;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.step.ParallelLearner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reruns the journals of several learners from their beginning, in one thread and without Kafka's differences: each is
 * computed again, and compared with the digest in the journal. Not thread-safe.
 */
public final class ParallelReplay implements AutoCloseable {
    private final CommittedLog log;
    private final List<ParallelLearner> learners = new ArrayList<>();
    private final List<ArrayDeque<ModelLogRecord>> journals = new ArrayList<>();
    private int merges;

    /** Sees each learner after each merge. */
    public interface Observer {
        void merged(int number, ParallelLearner learner);
    }

    /**
     * Reads the journals.
     *
     * @param config configuration of learner 0
     * @param log committed records of all topics
     * @param modelLog records of the model log, in order of each partition
     */
    public ParallelReplay(OnlineConfig config, CommittedLog log, List<ConsumerRecord<byte[], byte[]>> modelLog) {
        this.log = log;
        Map<String, ArrayDeque<ModelLogRecord>> byKey = new TreeMap<>();
        modelLog.forEach(record -> byKey.computeIfAbsent(
                        new String(record.key(), StandardCharsets.UTF_8), _ -> new ArrayDeque<>())
                .add(ModelLogCodec.decode(record.value())));
        for (int number = 0; number < config.learners().count(); number++) {
            learners.add(ParallelLearner.initial(
                    number, config.model(), config.training(), config.learning(), SeenItems.RANKED.policy()));
            journals.add(byKey.getOrDefault(config.ofLearner(number).modelName(), new ArrayDeque<>()));
        }
    }

    /** Reruns all merges of the journals, and the steps before them. */
    public void run(Observer observer) {
        while (true) {
            List<@Nullable Difference> differences = new ArrayList<>();
            for (int number = 0; number < learners.size(); number++) {
                MergeNote given = runToDifference(number);
                if (given == null) {
                    return;
                }
                ParallelLearner learner = learners.get(number);
                Difference difference = learner.hasSteps() ? learner.takeDifference() : null;
                GivenDifference.Round round =
                        new GivenDifference.Round(given.lineage(), learners.size(), given.base(), 0);
                assertThat(GivenDifference.of(round, new TreeMap<>(), difference)
                                .digest())
                        .as("difference of learner %d after step %d", number, given.base())
                        .isEqualTo(given.digest());
                differences.add(difference);
            }
            merges++;
            for (int number = 0; number < learners.size(); number++) {
                var _ = learners.get(number)
                        .apply(differences.stream().filter(Objects::nonNull).toList());
                observer.merged(number, learners.get(number));
            }
        }
    }

    private @Nullable MergeNote runToDifference(int number) {
        ParallelLearner learner = learners.get(number);
        for (ModelLogRecord record = journals.get(number).poll();
                record != null;
                record = journals.get(number).poll()) {
            switch (record) {
                case StepRecord step ->
                    assertThat(learner.step(log.updatesOf(step), step.rankShare())
                                    .ranks())
                            .isEqualTo(step.ranks());
                case MergeNote note
                when note.event() == MergeNote.Event.GIVEN -> {
                    assertThat(note.base()).isEqualTo(learner.base().step());
                    learner.joinLineage(note.lineage()); // differences name it
                    return note;
                }
                case MergeNote note -> {
                    assertThat(note.step()).isEqualTo(learner.base().step());
                    assertThat(note.digest()).isEqualTo(ModelDigest.of(learner.base()));
                }
                default -> {}
            }
        }
        return null;
    }

    /** Returns the number of merges that were rerun. */
    public int merges() {
        return merges;
    }

    /** Returns the learners as they are after the last merge that was rerun, and perhaps after steps of the next round. */
    public List<ParallelLearner> learners() {
        return learners;
    }

    @Override
    public void close() {
        learners.forEach(ParallelLearner::close);
    }
}
