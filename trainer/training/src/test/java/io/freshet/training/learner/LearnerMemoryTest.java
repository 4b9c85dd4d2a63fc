package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.Bert4RecConfig;
import io.freshet.model.encoder.network.BsaRecConfig;
import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.VectorProducts;
import io.freshet.training.loss.BatchLoss;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("measures the memory of all tensors of the JVM")
class LearnerMemoryTest {
    private static final SasRecConfig ENCODER = new SasRecConfig(64, 50, 2, 1);
    private static final int FEW_ITEMS = 40_960;
    private static final int MORE_ITEMS = 2 * FEW_ITEMS;
    private static final int MILLION = 1_000_000;
    private static final double TWO_GIGABYTES = 2e9;

    /**
     * Measures memory for few items and extrapolates: apart from a constant part, memory is proportional to the number of
     * items.
     */
    @Test
    void shouldNeedLessThanTwoGigabytesBesideTheTablesWhenAMillionItemsAreCandidates() {
        double few = scratchBytes(FEW_ITEMS);
        double perItem = (scratchBytes(MORE_ITEMS) - few) / (MORE_ITEMS - FEW_ITEMS);

        assertThat(few + perItem * (MILLION - FEW_ITEMS)).isLessThan(TWO_GIGABYTES);
    }

    @Test
    void shouldShareABatchOutToFewerShardsWhereEachWouldNeedScratchForEveryOfManyItems() {
        try (BatchLoss full = new BatchLoss(64, new VectorProducts(), LossConfig.crossEntropy(), 1, 8);
                BatchLoss sampled = new BatchLoss(64, new VectorProducts(), LossConfig.scaledCrossEntropy(512), 1, 8)) {
            assertThat(full.shardsFor(12_101)).isEqualTo(8);
            assertThat(full.shardsFor(50_000)).isEqualTo(3);
            assertThat(full.shardsFor(MILLION)).isEqualTo(2);
            assertThat(sampled.shardsFor(MILLION)).isEqualTo(8);
        }
    }

    @Test
    void shouldMakeRoomForMomentsAsItemsComeWhenNothingIsLearnedYet() {
        try (RecommenderModel model = RecommenderModel.initial(new ModelConfig(ENCODER, 0.1f, 1));
                Learner learner = new Learner(model, TrainingConfig.defaults(1))) {
            learner.addIfAbsent("first");
            long before = FloatBlock.openBytes();
            for (int i = 0; i < RowTable.CHUNK_ROWS; i++) {
                learner.addIfAbsent("further-" + i);
            }

            long chunk = (long) RowTable.CHUNK_ROWS * model.dim() * Float.BYTES;
            assertThat(FloatBlock.openBytes() - before)
                    .as("a chunk of vectors and one of each moment")
                    .isEqualTo(3 * chunk);
        }
    }

    @Test
    void shouldFreeTheMemoryOfEncoders() {
        long before = FloatBlock.openBytes();
        for (EncoderShape shape :
                List.of(new FmlpRecConfig(16, 5, 3), new BsaRecConfig(16, 5, 3, 1), new Bert4RecConfig(16, 5, 3, 1))) {
            try (Encoder encoder = shape.training(new VectorProducts(), 20);
                    HistoryEncoder serving = shape.serving(new VectorProducts(), 6)) {
                assertThat(FloatBlock.openBytes()).isGreaterThan(before);
                assertThat(encoder.capacity()).isGreaterThan(serving.capacity());
            }
            assertThat(FloatBlock.openBytes()).isEqualTo(before);
        }
    }

    /** Returns the bytes that a step of both shards allocates in addition to the weights and their two moments. */
    private static long scratchBytes(int items) {
        Adam.Settings adam = new Adam.Settings(1e-3f, 0.9f, 0.999f, 1e-8f, 0f);
        long before = FloatBlock.openBytes();
        try (RecommenderModel model = RecommenderModel.initial(new ModelConfig(ENCODER, 0.1f, 1));
                Learner learner = new Learner(model, new TrainingConfig(adam, 0f, LossConfig.crossEntropy(), 2, 2))) {
            for (int item = 0; item < items; item++) {
                learner.addIfAbsent("item-" + item);
            }
            SequenceBatch batch = new SequenceBatch(ENCODER.maxLength());
            for (int sequence = 0; sequence < 2; sequence++) {
                batch.addExample(new int[] {sequence, 7, 9}, 0, 3);
            }
            learner.learn(batch);
            assertThat(learner.chunkEnds()).hasSizeGreaterThanOrEqualTo(2);
            return FloatBlock.openBytes()
                    - before
                    - 3L * Float.BYTES * ((long) items * model.dim() + model.denseSize());
        }
    }
}
