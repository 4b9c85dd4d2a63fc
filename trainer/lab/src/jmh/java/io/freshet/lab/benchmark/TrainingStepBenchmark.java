package io.freshet.lab.benchmark;

import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.HeldOut;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/** A whole optimiser step on 512 users with sequences like those of Amazon Beauty, on all processors. */
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
public class TrainingStepBenchmark extends KernelBenchmark {
    private static final SasRecConfig ENCODER = new SasRecConfig(D, MAX_LENGTH, 2, 1);
    private static final int BATCHES = 16;
    private static final int USERS = 512;

    /** Number of candidates that a target is compared with: negatives that the batch shares, or all items. */
    @Param({"500", "4000", "12101"})
    public int candidates;

    private final int workers = Runtime.getRuntime().availableProcessors();
    private final Vocabulary items = new Vocabulary();
    private final List<SequenceBatch> batches = batches(SyntheticSequences.likeBeauty(items, 1));
    private final RecommenderModel model = data.own(RecommenderModel.initial(new ModelConfig(ENCODER, 0.1f, 1)));

    @SuppressWarnings("NullAway.Init") // setUp sets it
    private Learner learner;

    private double flops;
    private int next;

    private static List<SequenceBatch> batches(SequenceDataset sequences) {
        return IntStream.range(0, BATCHES)
                .mapToObj(i -> batch(sequences, i * USERS))
                .toList();
    }

    private static SequenceBatch batch(SequenceDataset sequences, int firstUser) {
        SequenceBatch batch = new SequenceBatch(MAX_LENGTH);
        for (int user = firstUser; user < firstUser + USERS; user++) {
            int[] sequence = sequences.sequence(user);
            batch.addExample(sequence, 0, HeldOut.learnedLength(sequence));
        }
        return batch;
    }

    @Setup
    public void setUp() {
        Adam.Settings adam = new Adam.Settings(1e-3f, 0.9f, 0.999f, 1e-8f, 0f);
        LossConfig loss = candidates == ITEMS ? LossConfig.crossEntropy() : LossConfig.scaledCrossEntropy(candidates);
        learner = data.own(new Learner(model, new TrainingConfig(adam, 0.5f, loss, workers, 2)));
        items.items().forEach(learner::addIfAbsent);
        flops = batches.stream()
                .mapToDouble(batch -> TrainingBenchmark.flops(batch, ENCODER, candidates))
                .average()
                .orElseThrow();
    }

    @Benchmark
    public double learn(SgemmLimit limit) {
        limit.perCall(flops, workers);
        next = (next + 1) % BATCHES;
        return learner.learn(batches.get(next));
    }
}
