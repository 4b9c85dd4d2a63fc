package io.freshet.model.ivf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class IvfIndexProperties {
    private static final int DIM = 2 * Lanes.WIDTH;

    @Property(tries = 30)
    void shouldHoldEachItemInOneClusterWhateverChangesMeanwhile(
            @ForAll @IntRange(min = 1, max = 6000) int items, @ForAll boolean gaps, @ForAll long seed) {
        Random random = new Random(seed);
        try (RowTable table = table(items, gaps, random);
                IvfIndexBuild build = new IvfIndexBuild(table, seed)) {
            while (build.advance(table)) {
                change(table, random, build::takeOut, build::put);
            }
            try (IvfIndex clusters = build.take()) {
                for (int round = 0; round < 4; round++) {
                    change(table, random, clusters::takeOut, clusters::put);
                    clusters.settle();
                    requireWhole(table, clusters);
                }
            }
        }
    }

    @Property(tries = 10)
    void shouldPutARowThatHasLeftItsClusterIntoTheNearest(@ForAll long seed) {
        Random random = new Random(seed);
        try (RowTable table = table(2000, false, random);
                IvfIndexBuild build = new IvfIndexBuild(table, seed)) {
            while (build.advance(table)) {
                // until nothing is left
            }
            try (IvfIndex clusters = build.take()) {
                clusters.takeOut(table, 7);
                fill(table, 7, () -> 100 + random.nextGaussian());
                long moved = clusters.moved();
                int nearest = nearest(table, clusters, 7);
                clusters.put(table, 7);
                clusters.settle();

                assertThat(clusters.moved()).isEqualTo(moved + 1);
                assertThat(members(clusters, nearest)).contains(7);
            }
        }
    }

    private interface Step {
        void take(RowTable table, int row);
    }

    private interface Draw {
        double next();
    }

    private static RowTable table(int items, boolean gaps, Random random) {
        RowTable table = new RowTable(DIM);
        table.growTo(items);
        for (int row = 0; row < items; row++) {
            fill(table, row, random::nextGaussian);
            if (gaps && random.nextInt(4) == 0) {
                table.clear(row);
            }
        }
        return table;
    }

    private static void fill(RowTable table, int row, Draw draw) {
        for (int c = 0; c < DIM; c++) {
            table.chunk(row / RowTable.CHUNK_ROWS).set(row % RowTable.CHUNK_ROWS, c, (float) draw.next());
        }
    }

    /** Moves some rows a little or far, frees some rows, fills some free rows, and adds some. */
    private static void change(RowTable table, Random random, Step takeOut, Step put) {
        int before = table.rows();
        int[] rows = random.ints(20, 0, before + 3).distinct().toArray();
        for (int row : rows) {
            takeOut.take(table, row);
        }
        table.growTo(before + 3);
        for (int row = before; row < table.rows(); row++) {
            table.clear(row);
        }
        for (int row : rows) {
            if (random.nextInt(4) == 0) {
                table.clear(row);
            } else {
                table.use(row);
                double far = random.nextInt(3);
                fill(table, row, () -> far + random.nextGaussian());
            }
        }
        for (int row : rows) {
            put.take(table, row);
        }
    }

    private static void requireWhole(RowTable table, IvfIndex clusters) {
        List<Integer> found = new ArrayList<>();
        for (int cluster = 0; cluster < clusters.count(); cluster++) {
            List<Integer> members = members(clusters, cluster);
            found.addAll(members);
            for (int c = 0; c < DIM && !members.isEmpty(); c++) {
                int coordinate = c;
                double mean = members.stream()
                        .mapToDouble(row -> at(table, row, coordinate))
                        .average()
                        .orElseThrow();
                double variance = members.stream()
                        .mapToDouble(row -> Math.pow(at(table, row, coordinate) - mean, 2))
                        .average()
                        .orElseThrow();
                assertThat((double) clusters.means().get(cluster, c)).isCloseTo(mean, within(1e-5));
                assertThat((double) clusters.variances().get(cluster, c)).isCloseTo(variance, within(1e-5));
            }
        }
        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, table.rows())
                        .filter(row -> !table.gaps().get(row))
                        .boxed()
                        .toList());
        assertThat(clusters.rows()).isEqualTo(found.size());
    }

    private static List<Integer> members(IvfIndex clusters, int cluster) {
        return IntStream.of(clusters.rowsOf(cluster))
                .limit(clusters.size(cluster))
                .boxed()
                .toList();
    }

    private static int nearest(RowTable table, IvfIndex clusters, int row) {
        int nearest = -1;
        double least = Double.POSITIVE_INFINITY;
        Matrix means = clusters.means();
        for (int cluster = 0; cluster < clusters.count(); cluster++) {
            double distance = 0;
            for (int c = 0; c < DIM; c++) {
                distance += Math.pow(at(table, row, c) - means.get(cluster, c), 2);
            }
            if (distance < least) {
                least = distance;
                nearest = cluster;
            }
        }
        return nearest;
    }

    private static double at(RowTable table, int row, int c) {
        return table.chunk(row / RowTable.CHUNK_ROWS).get(row % RowTable.CHUNK_ROWS, c);
    }
}
