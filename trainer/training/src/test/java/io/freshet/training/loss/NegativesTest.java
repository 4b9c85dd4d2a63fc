package io.freshet.training.loss;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.RowTable;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.sampling.NegativeSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NegativesTest {
    private static final int ITEMS = 50;

    private final SequenceBatch batch = batch();
    private final List<RowTable> tables = new ArrayList<>();

    /**
     * Returns a batch of 100 users and of one user without targets. Each of the 100 has seen eight items, and the
     * last three are in the batch.
     */
    private static SequenceBatch batch() {
        SequenceBatch batch = new SequenceBatch(2);
        for (int s = 0; s < 100; s++) {
            int from = s % 40;
            batch.addExample(
                    new int[] {from, from + 2, from + 3, from + 5, from + 6, from + 7, from + 8, from + 9}, 0, 8);
        }
        batch.addHistory(new int[] {4}, 0, 1);
        return batch;
    }

    private RowTable table(int rows) {
        RowTable table = new RowTable(8);
        tables.add(table);
        table.growTo(rows);
        return table;
    }

    @AfterEach
    void close() {
        tables.forEach(RowTable::close);
    }

    private Negatives prepared(LossConfig config, int items) {
        Negatives negatives = new Negatives(config, 3);
        negatives.prepare(batch, 4, table(items), 9);
        return negatives;
    }

    @Test
    void shouldHoldTargetsAgainstItemsThatTheirUserHasNotSeen() {
        for (LossConfig config : new LossConfig[] {LossConfig.binaryCrossEntropy(), LossConfig.pairwiseRanking()}) {
            Negatives negatives = prepared(config, ITEMS);
            negatives.drawOwn(batch, 0, batch.sequences());

            assertThat(negatives.drawCount()).isEqualTo(batch.tokens());
            for (int sequence = 0; sequence < 100; sequence++) {
                for (int token = batch.start(sequence); token < batch.start(sequence + 1); token++) {
                    int drawn = negatives.draws()[token];
                    assertThat(drawn).isBetween(0, ITEMS - 1);
                    assertThat(batch.hasSeen(sequence, drawn))
                            .as("item %d", drawn)
                            .isFalse();
                }
            }
            assertThat(negatives.draws()[batch.tokens() - 1]).isEqualTo(SequenceBatch.NO_TARGET);
        }
    }

    @Test
    void shouldDrawWhatAPositionHasWhoeverDrawsItAndWhen() {
        LossConfig config = LossConfig.scaledCrossEntropy(7).with(Sampling.POSITION);
        Negatives forward = prepared(config, ITEMS);
        forward.drawOwn(batch, 0, 60);
        forward.drawOwn(batch, 60, batch.sequences());
        Negatives backward = prepared(config, ITEMS);
        backward.drawOwn(batch, 30, batch.sequences());
        backward.drawOwn(batch, 0, 30);

        assertThat(backward.draws()).isEqualTo(forward.draws());
    }

    @Test
    void shouldDrawASetOfItsOwnForEachChunk() {
        Negatives negatives = prepared(LossConfig.scaledCrossEntropy(20).with(Sampling.GROUP), ITEMS);
        NegativeSampler sampler = new NegativeSampler();
        for (int chunk = 3; chunk >= 0; chunk--) {
            negatives.drawShared(sampler, chunk);
        }

        assertThat(negatives.drawCount()).isEqualTo(80);
        int[] first = Arrays.copyOf(negatives.draws(), 20);
        int[] second = Arrays.copyOfRange(negatives.draws(), 20, 40);
        assertThat(Arrays.stream(first).distinct()).hasSize(20);
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void shouldTakeAllItemsWhereThereAreNoMoreThanNegatives() {
        LossConfig config = LossConfig.scaledCrossEntropy(50, 7f);

        assertThat(prepared(config, 50).sampling()).isEqualTo(Sampling.ALL);
        assertThat(prepared(config, 50).correction()).isEqualTo(ScoreCorrection.NONE);
        assertThat(prepared(config, 51).sampling()).isEqualTo(Sampling.BATCH);
        assertThat(prepared(LossConfig.binaryCrossEntropy(), 1).sampling()).isEqualTo(Sampling.POSITION);
    }

    @Test
    void shouldCorrectByOneOverKqWithAutomaticScale() {
        Negatives negatives = prepared(LossConfig.scaledCrossEntropy(20).withPopularityPower(1f), ITEMS);
        negatives.observe(batch);
        negatives.prepare(batch, 4, table(ITEMS), 10);
        double total = batch.targetCount() + ITEMS;

        for (int row = 0; row < ITEMS; row++) {
            double q = (negatives.counts()[row] + 1) / total;
            assertThat(Math.exp(negatives.correction().ofCandidate(row)))
                    .isBetween(0.9999 / (20 * q), 1.0001 / (20 * q));
        }
    }

    @Test
    void shouldDrawNoRowThatHasNoItem() {
        LossConfig few = LossConfig.scaledCrossEntropy(20);
        for (LossConfig config : List.of(
                few,
                few.with(Sampling.BATCH),
                few.with(Sampling.POSITION),
                few.withPopularityPower(.5f),
                LossConfig.binaryCrossEntropy())) {
            Negatives negatives = new Negatives(config, 3);
            RowTable table = table(ITEMS);
            negatives.prepare(batch, 4, table, 9);
            for (int row = 0; row < ITEMS; row += 2) {
                table.clear(row);
                negatives.evict(row);
            }
            negatives.prepare(batch, 4, table, 10);

            if (negatives.sampling() == Sampling.POSITION) {
                negatives.drawOwn(batch, 0, batch.sequences());
            } else {
                for (int group = 0; group < negatives.drawCount() / negatives.perSet(); group++) {
                    negatives.drawShared(new NegativeSampler(), group);
                }
            }

            assertThat(Arrays.stream(negatives.draws(), 0, negatives.drawCount())
                            .filter(row -> row >= 0))
                    .as("%s", config)
                    .isNotEmpty()
                    .allMatch(row -> row % 2 == 1);
        }
    }

    @Test
    void shouldTakeAllItemsThatAreThereWhenThereAreNoMoreThanNegatives() {
        Negatives negatives = new Negatives(LossConfig.scaledCrossEntropy(20), 3);
        RowTable table = table(24);
        for (int row = 0; row < 24; row += 5) {
            table.clear(row);
        }

        negatives.prepare(batch, 4, table, 9);
        negatives.drawShared(new NegativeSampler(), 0);

        assertThat(negatives.correction()).isEqualTo(ScoreCorrection.NONE);
        assertThat(Arrays.stream(negatives.draws(), 0, negatives.drawCount()))
                .containsExactly(1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 21, 22, 23);
    }
}
