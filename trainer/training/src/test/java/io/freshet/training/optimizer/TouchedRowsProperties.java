package io.freshet.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.SequenceBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Compares with rows gathered in a map of lists, reusing one instance for all batches. */
class TouchedRowsProperties {
    static final int ROWS = 30;

    private final TouchedRows touched = new TouchedRows();

    @Property(tries = 200)
    void shouldListEveryUseAndDrawOfARowInOrder(
            @ForAll @Size(max = 8) List<@Size(min = 1, max = 7) List<@IntRange(max = ROWS - 1) Integer>> sequences,
            @ForAll @Size(max = 40) List<@IntRange(min = -1, max = ROWS - 1) Integer> draws,
            @ForAll boolean all) {
        SequenceBatch batch = batch(sequences);
        if (all) {
            touched.touchAll(batch, ROWS);
            assertThat(touched.isAll()).isTrue();
            assertThat(touched.slots()).isEqualTo(ROWS);
        } else {
            touched.touch(batch, draws.stream().mapToInt(i -> i).toArray(), draws.size(), ROWS);
            assertThat(touched.isAll()).isFalse();
            assertThat(draws()).isEqualTo(expectedDraws(draws));
        }

        Map<Integer, List<String>> expected = expectedUses(batch);
        Map<Integer, List<String>> actual = uses();
        expected.forEach((row, uses) -> assertThat(actual).containsEntry(row, uses));
        assertThat(actual.values().stream().mapToInt(List::size).sum()).isEqualTo(batch.tokens() + batch.targetCount());
    }

    /** Returns a batch in which some sequences have targets and some have none. */
    private static SequenceBatch batch(List<List<Integer>> sequences) {
        SequenceBatch batch = new SequenceBatch(5);
        for (List<Integer> sequence : sequences) {
            int[] rows = sequence.stream().mapToInt(i -> i).toArray();
            if (rows.length % 3 == 0) {
                batch.addHistory(rows, 0, rows.length);
            } else {
                batch.addExample(rows, 0, rows.length);
            }
        }
        return batch;
    }

    private static Map<Integer, List<String>> expectedUses(SequenceBatch batch) {
        Map<Integer, List<String>> uses = new TreeMap<>();
        for (int token = 0; token < batch.tokens(); token++) {
            uses.computeIfAbsent(batch.input(token), row -> new ArrayList<>()).add("input of " + token);
            if (batch.target(token) >= 0) {
                uses.computeIfAbsent(batch.target(token), row -> new ArrayList<>())
                        .add("target of " + token);
            }
        }
        return uses;
    }

    private Map<Integer, List<String>> uses() {
        Map<Integer, List<String>> uses = new TreeMap<>();
        for (int slot = 0; slot < touched.slots(); slot++) {
            List<String> ofRow = new ArrayList<>();
            for (int use = touched.firstUse(slot); use < touched.firstUse(slot + 1); use++) {
                ofRow.add((touched.isTarget(use) ? "target of " : "input of ") + touched.number(use));
            }
            assertThat(uses.put(touched.row(slot), ofRow))
                    .as("a row has one slot")
                    .isNull();
        }
        return uses;
    }

    private static Map<Integer, List<Integer>> expectedDraws(List<Integer> draws) {
        Map<Integer, List<Integer>> byRow = new TreeMap<>();
        for (int draw = 0; draw < draws.size(); draw++) {
            if (draws.get(draw) >= 0) {
                byRow.computeIfAbsent(draws.get(draw), row -> new ArrayList<>()).add(draw);
            }
        }
        return byRow;
    }

    private Map<Integer, List<Integer>> draws() {
        Map<Integer, List<Integer>> byRow = new TreeMap<>();
        for (int slot = 0; slot < touched.slots(); slot++) {
            for (int place = touched.firstDraw(slot); place < touched.firstDraw(slot + 1); place++) {
                byRow.computeIfAbsent(touched.row(slot), row -> new ArrayList<>())
                        .add(touched.draw(place));
            }
        }
        return byRow;
    }
}
