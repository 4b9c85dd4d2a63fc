package io.freshet.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FrozenRowsTest {
    private static final int DIM = Lanes.WIDTH;
    private static final int ROWS = 2 * RowTable.CHUNK_ROWS + 5;

    private final RowTable vectors = new RowTable(DIM);
    private final RowTable moments = new RowTable(DIM);

    FrozenRowsTest() {
        vectors.growTo(ROWS);
        moments.growTo(ROWS);
        for (int row = 0; row < ROWS; row++) {
            set(vectors, row, row);
            set(moments, row, -row);
        }
    }

    @AfterEach
    void close() {
        vectors.close();
        moments.close();
    }

    @Test
    void shouldReadRowsAsTheyWereWhenTheyChangeAndTheTablesGrow() throws IOException {
        try (FrozenRows frozen = new FrozenRows(List.of(vectors, moments))) {
            for (int row : new int[] {0, 7, RowTable.CHUNK_ROWS - 1, RowTable.CHUNK_ROWS, ROWS - 1, 7}) {
                change(frozen, row, 1_000_000);
            }
            vectors.growTo(2 * ROWS);
            moments.growTo(2 * ROWS);
            change(frozen, ROWS, 5);

            assertThat(frozen.rows()).isEqualTo(ROWS);
            assertThat(frozen.keptRows()).isEqualTo(5);
            assertIsAsItWas(frozen, 0, ROWS);
            assertIsAsItWas(frozen, RowTable.CHUNK_ROWS - 3, 9);
        }
    }

    /** A lost fence would let the reader see a change without the kept row. */
    @Test
    void shouldReadRowsAsTheyWereWhileAnotherThreadChangesThem() throws Exception {
        try (FrozenRows frozen = new FrozenRows(List.of(vectors, moments));
                ExecutorService reader = Executors.newSingleThreadExecutor()) {
            AtomicBoolean isRead = new AtomicBoolean();
            Future<?> read = reader.submit(() -> {
                for (int i = 0; i < 20; i++) {
                    assertIsAsItWas(frozen, 0, ROWS);
                }
                frozen.release();
                isRead.set(true);
                return null;
            });
            Random random = new Random(3);
            while (!read.isDone()) {
                change(frozen, random.nextInt(ROWS), random.nextInt());
            }
            read.get();
            assertThat(isRead).isTrue();
        }
    }

    @Test
    void shouldKeepNothingMoreWhenNothingIsReadAnyMore() {
        try (FrozenRows frozen = new FrozenRows(List.of(vectors, moments))) {
            change(frozen, 1, 5);
            frozen.release();
            change(frozen, 2, 5);
            assertThat(frozen.keptRows()).isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseTablesOfDifferentLengths() {
        moments.growTo(ROWS + 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FrozenRows(List.of(vectors, moments)))
                .withMessageContaining("rows=" + ROWS + " and " + (ROWS + 1));
    }

    private void change(FrozenRows frozen, int row, float value) {
        frozen.keep(row);
        set(vectors, row, value);
        set(moments, row, value);
    }

    private static void set(RowTable table, int row, float value) {
        for (int column = 0; column < DIM; column++) {
            table.memory(row).set(ValueLayout.JAVA_FLOAT, table.at(row) + (long) column * Float.BYTES, value);
        }
    }

    private static void assertIsAsItWas(FrozenRows frozen, int from, int count) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(ValueLayout.JAVA_FLOAT, (long) count * DIM);
            for (int table = 0; table < 2; table++) {
                frozen.read(table, from, count, data);
                for (int i = 0; i < count * DIM; i++) {
                    float expected = table == 0 ? from + i / DIM : -(from + i / DIM);
                    if (data.getAtIndex(ValueLayout.JAVA_FLOAT, i) != expected) {
                        assertThat(data.getAtIndex(ValueLayout.JAVA_FLOAT, i))
                                .as("table %s row %s", table, from + i / DIM)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }
}
