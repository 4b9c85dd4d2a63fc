package io.freshet.training.replaybuffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

final class ReplayReservoirProperties {
    private static final int MAX_LENGTH = 4;
    private static final long SEED = 17;

    record Put(String user, List<Integer> rows) {}

    @Provide
    Arbitrary<List<Put>> puts() {
        Arbitrary<String> users = Arbitraries.integers().between(0, 11).map(i -> "user-" + i);
        Arbitrary<List<Integer>> rows =
                Arbitraries.integers().between(0, 99).list().ofMinSize(1).ofMaxSize(7);
        return Combinators.combine(users, rows).as(Put::new).list().ofMaxSize(60);
    }

    @Property
    void shouldHoldNewestVersionOfEachUserItKeeps(
            @ForAll("puts") List<Put> puts, @ForAll @IntRange(min = 1, max = 14) int capacity) {
        ReplayReservoir reservoir = filled(capacity, puts);
        Map<String, List<Integer>> newest = new HashMap<>();
        puts.forEach(put -> newest.put(put.user(), lastOf(put.rows(), MAX_LENGTH)));

        assertThat(reservoir.size()).isEqualTo(Math.min(capacity, newest.size()));
        List<String> held = new ArrayList<>();
        for (int slot = 0; slot < reservoir.size(); slot++) {
            held.add(reservoir.userAt(slot));
            assertThat(rowsAt(reservoir, slot)).isEqualTo(newest.get(reservoir.userAt(slot)));
        }
        assertThat(held).doesNotHaveDuplicates();
        if (!puts.isEmpty()) {
            assertThat(held).contains(puts.getLast().user());
        }
    }

    @Property
    void shouldHoldAllButThoseWhoAreRemoved(
            @ForAll("puts") List<Put> puts, @ForAll List<@IntRange(max = 11) Integer> gone) {
        ReplayReservoir reservoir = filled(14, puts);
        Map<String, List<Integer>> kept = new HashMap<>();
        puts.forEach(put -> kept.put(put.user(), lastOf(put.rows(), MAX_LENGTH)));

        gone.forEach(user -> {
            reservoir.remove("user-" + user);
            kept.remove("user-" + user);
        });

        Map<String, List<Integer>> held = new HashMap<>();
        for (int slot = 0; slot < reservoir.size(); slot++) {
            held.put(reservoir.userAt(slot), rowsAt(reservoir, slot));
        }
        assertThat(held).isEqualTo(kept).hasSize(reservoir.size());
        ReplayReservoir read = ReplayFile.decode(ReplayFile.encode(reservoir), 100);
        putAll(reservoir, puts);
        putAll(read, puts);
        assertThat(ReplayFile.encode(read)).isEqualTo(ReplayFile.encode(reservoir));
    }

    @Property
    void shouldGoOnAlikeWhenReadFromItsFile(@ForAll("puts") List<Put> before, @ForAll("puts") List<Put> after) {
        ReplayReservoir reservoir = filled(5, before);
        ReplayReservoir read = ReplayFile.decode(ReplayFile.encode(reservoir), 100);

        putAll(reservoir, after);
        putAll(read, after);

        assertThat(ReplayFile.encode(read)).isEqualTo(ReplayFile.encode(reservoir));
        assertThat(drawn(read, 3, 20, 2)).isEqualTo(drawn(reservoir, 3, 20, 2));
    }

    @Property
    void shouldKeepAndDrawTheWeightsOfEachPosition(
            @ForAll("puts") List<Put> puts, @ForAll List<@IntRange(max = 99) Integer> gone) {
        ReplayReservoir reservoir = new ReplayReservoir(5, MAX_LENGTH, SEED);
        for (Put put : puts) {
            boolean weighted = put.user().hashCode() % 3 != 0;
            int[] rows = put.rows().stream().mapToInt(Integer::intValue).toArray();
            reservoir.put(put.user(), rows, weighted ? weightsOf(rows) : null, 0, rows.length);
        }
        reservoir.forget(gone);
        ReplayReservoir read = ReplayFile.decode(ReplayFile.encode(reservoir), 100);

        for (int slot = 0; slot < reservoir.size(); slot++) {
            boolean weighted = reservoir.userAt(slot).hashCode() % 3 != 0;
            for (int position = 0; position < reservoir.lengthAt(slot); position++) {
                float expected = weighted ? reservoir.rowAt(slot, position) % 3 : 1;
                assertThat(reservoir.weightAt(slot, position)).isEqualTo(expected);
                assertThat(read.weightAt(slot, position)).isEqualTo(expected);
            }
        }
        assertThat(drawnWeights(read)).isEqualTo(drawnWeights(reservoir));
    }

    private static float[] weightsOf(int[] rows) {
        float[] weights = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            weights[i] = rows[i] % 3;
        }
        return weights;
    }

    private static List<Float> drawnWeights(ReplayReservoir reservoir) {
        List<Float> drawn = new ArrayList<>();
        reservoir.draw(2, 20, 3, (rows, weights, from, to) -> {
            for (int position = from; position < to; position++) {
                drawn.add(weights == null ? 1f : weights[position]);
            }
        });
        return drawn;
    }

    @Property
    void shouldDrawLastPositionsOfHeldSequences(
            @ForAll("puts") List<Put> puts, @ForAll @IntRange(min = 2, max = 6) int lastPositions) {
        ReplayReservoir reservoir = filled(5, puts);
        List<List<Integer>> held = new ArrayList<>();
        for (int slot = 0; slot < reservoir.size(); slot++) {
            held.add(lastOf(rowsAt(reservoir, slot), lastPositions));
        }

        List<List<Integer>> drawn = drawn(reservoir, 1, 30, lastPositions);

        assertThat(drawn).hasSize(puts.isEmpty() ? 0 : 30);
        assertThat(held).containsAll(drawn);
    }

    @Example
    void shouldDrawUniformly() {
        ReplayReservoir reservoir = new ReplayReservoir(8, MAX_LENGTH, SEED);
        for (int user = 0; user < 8; user++) {
            reservoir.put("user-" + user, new int[] {user}, 0, 1);
        }
        int[] counts = new int[8];
        for (int step = 0; step < 100; step++) {
            reservoir.draw(step, 800, MAX_LENGTH, (rows, weights, from, to) -> counts[rows[from]]++);
        }

        for (int count : counts) {
            assertThat(count).isCloseTo(10_000, within(400)); // four standard deviations
        }
    }

    @Example
    void shouldForgetExponentially() {
        int capacity = 1_000;
        ReplayReservoir reservoir = new ReplayReservoir(capacity, MAX_LENGTH, SEED);
        for (int user = 0; user < 2 * capacity; user++) {
            reservoir.put("user-" + user, new int[] {user}, 0, 1);
        }
        int old = 0;
        for (int slot = 0; slot < capacity; slot++) {
            old += reservoir.rowAt(slot, 0) < capacity ? 1 : 0;
        }

        assertThat((double) old / capacity).isCloseTo(Math.exp(-1), within(.05));
        assertThat(reservoir.replacements()).isEqualTo(capacity);
    }

    private static ReplayReservoir filled(int capacity, List<Put> puts) {
        ReplayReservoir reservoir = new ReplayReservoir(capacity, MAX_LENGTH, SEED);
        putAll(reservoir, puts);
        return reservoir;
    }

    private static void putAll(ReplayReservoir reservoir, List<Put> puts) {
        for (Put put : puts) {
            int[] rows = new int[put.rows().size() + 3]; // a part of a longer array
            for (int i = 0; i < put.rows().size(); i++) {
                rows[i + 2] = put.rows().get(i);
            }
            reservoir.put(put.user(), rows, 2, rows.length - 1);
        }
    }

    private static List<List<Integer>> drawn(ReplayReservoir reservoir, long step, int count, int lastPositions) {
        List<List<Integer>> drawn = new ArrayList<>();
        reservoir.draw(
                step,
                count,
                lastPositions,
                (rows, weights, from, to) ->
                        drawn.add(Arrays.stream(rows, from, to).boxed().toList()));
        return drawn;
    }

    private static List<Integer> rowsAt(ReplayReservoir reservoir, int slot) {
        List<Integer> rows = new ArrayList<>();
        for (int position = 0; position < reservoir.lengthAt(slot); position++) {
            rows.add(reservoir.rowAt(slot, position));
        }
        return rows;
    }

    private static List<Integer> lastOf(List<Integer> rows, int count) {
        return List.copyOf(rows.subList(Math.max(0, rows.size() - count), rows.size()));
    }

    @Example
    void shouldGiveItemsOtherRowsInAllSequences() {
        ReplayReservoir reservoir = new ReplayReservoir(4, 3, 1);
        reservoir.put("a", new int[] {1, 2, 3}, 0, 3);
        reservoir.put("b", new int[] {2, 9}, 0, 2);

        reservoir.renumber(Map.of(2, 3, 3, 2));

        assertThat(new int[] {reservoir.rowAt(0, 0), reservoir.rowAt(0, 1), reservoir.rowAt(0, 2)})
                .containsExactly(1, 3, 2);
        assertThat(new int[] {reservoir.rowAt(1, 0), reservoir.rowAt(1, 1)}).containsExactly(3, 9);
    }
}
