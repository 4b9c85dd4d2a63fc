package io.freshet.model.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ItemScanProperties {
    private static final float SCALE = .7f;

    /** Uses vectors of small integers: sums are exact in any order, and many scores are equal. */
    @Property(tries = 60)
    void shouldFindTheSameRowsInTheSameOrderAsANaiveSearch(
            @ForAll @IntRange(min = 1, max = 9000) int items,
            @ForAll @IntRange(min = 1, max = 5) int vectors,
            @ForAll @IntRange(min = 1, max = ItemScan.QUERIES) int queries,
            @ForAll @IntRange(min = 1, max = 30) int k,
            @ForAll @IntRange(max = 60) int excluded,
            @ForAll boolean gaps,
            @ForAll @IntRange(min = 1, max = 3) int workers,
            @ForAll long seed) {
        for (int count : new int[] {1, queries}) {
            Random random = new Random(seed);
            int range = 1 + random.nextInt(3);
            try (Catalogue catalogue =
                    new Catalogue(items, vectors * Lanes.WIDTH, count, number -> Math.rint(number * range), random)) {
                catalogue.exclude(excluded, gaps, random);
                catalogue.scan(workers, k);
                for (int query = 0; query < count; query++) {
                    catalogue.holdToNaiveSearch(query, k);
                }
            }
        }
    }

    @Property(tries = 20)
    void shouldFindTheSameBitsWhateverTheNumberOfWorkers(
            @ForAll @IntRange(min = 4000, max = 20000) int items,
            @ForAll @IntRange(min = 1, max = ItemScan.QUERIES) int queries,
            @ForAll long seed) {
        try (Catalogue catalogue = new Catalogue(items, 4 * Lanes.WIDTH, queries, number -> number, new Random(seed))) {
            List<String> alone = catalogue.answers(1, 10);
            assertThat(catalogue.answers(2, 10)).isEqualTo(alone);
            assertThat(catalogue.answers(3, 10)).isEqualTo(alone);
        }
    }

    @Property(tries = 20)
    void shouldScoreALikeAloneAndAmongOthers(
            @ForAll @IntRange(min = 1, max = 5000) int items,
            @ForAll @IntRange(min = 2, max = ItemScan.QUERIES) int queries,
            @ForAll long seed) {
        try (Catalogue many = new Catalogue(items, 4 * Lanes.WIDTH, queries, number -> number, new Random(seed));
                Catalogue one = new Catalogue(items, 4 * Lanes.WIDTH, 1, number -> number, new Random(seed))) {
            many.scan(1, 5);
            one.scan(1, 5);
            assertThat(many.scan.logNormalizer(0)).isCloseTo(one.scan.logNormalizer(0), within(1e-4));
            assertThat(many.scan.best(0).worstScore())
                    .isCloseTo(one.scan.best(0).worstScore(), within(1e-4));
        }
    }

    /** A table, queries, and their latest scan. */
    private static final class Catalogue implements AutoCloseable {
        final int dim;
        final int queries;
        final RowTable items;
        final FloatBlock block;
        final Matrix states;
        final SearchQuery[] questions;
        ItemScan scan;

        Catalogue(int itemCount, int dim, int queries, DoubleUnaryOperator number, Random random) {
            this.dim = dim;
            this.queries = queries;
            items = new RowTable(dim);
            items.growTo(itemCount);
            block = FloatBlock.zeros((long) queries * dim);
            states = Matrix.over(block.memory(), 0, dim);
            for (int chunk = 0; chunk < items.chunkCount(); chunk++) {
                fill(items.chunk(chunk), items.rowsOfChunk(chunk), number, random);
            }
            fill(states, queries, number, random);
            questions = new SearchQuery[queries];
            for (int query = 0; query < queries; query++) {
                questions[query] = new SearchQuery();
            }
            scan = new ItemScan(dim, Products.forThisCpu(), 1);
        }

        private void fill(Matrix matrix, int rows, DoubleUnaryOperator number, Random random) {
            for (int row = 0; row < rows; row++) {
                for (int c = 0; c < dim; c++) {
                    matrix.set(row, c, (float) number.applyAsDouble(random.nextGaussian()));
                }
            }
        }

        void exclude(int count, boolean gaps, Random random) {
            for (int query = 0; query < queries; query++) {
                int[] rows = random.ints(count, 0, items.rows()).toArray();
                int filteredOut = random.nextInt(6); // 3 to 5: none
                questions[query].begin(rows, count, row -> row % 3 != filteredOut);
            }
            for (int row = 0; gaps && row < items.rows(); row++) {
                if (random.nextInt(3) == 0) {
                    items.clear(row);
                }
            }
        }

        void scan(int workers, int k) {
            scan.close();
            scan = new ItemScan(dim, Products.forThisCpu(), workers, 1);
            scan.run(items, new QueryBatch(states, SCALE, List.of(questions), k));
        }

        List<String> answers(int workers, int k) {
            scan(workers, k);
            return IntStream.range(0, queries)
                    .mapToObj(query -> scan.logNormalizer(query) + " " + best(query, k))
                    .toList();
        }

        private List<String> best(int query, int k) {
            TopKResults answers = new TopKResults();
            answers.begin(1, k);
            answers.set(0, scan.best(query));
            return IntStream.range(0, answers.size(0))
                    .mapToObj(place -> answers.row(0, place) + "=" + answers.probability(0, place))
                    .toList();
        }

        void holdToNaiveSearch(int query, int k) {
            double[] scores = IntStream.range(0, items.rows())
                    .mapToDouble(row -> score(query, row))
                    .toArray();
            assertThat(best(query, k))
                    .isEqualTo(IntStream.range(0, items.rows())
                            .boxed()
                            .filter(row -> scores[row] > Double.NEGATIVE_INFINITY && !questions[query].excludes(row))
                            .sorted(Comparator.comparingDouble((Integer row) -> -scores[row])
                                    .thenComparing(row -> row))
                            .limit(k)
                            .map(row -> row + "=" + (float) scores[row])
                            .toList());
            double max = IntStream.range(0, scores.length)
                    .mapToDouble(row -> scores[row])
                    .max()
                    .orElseThrow();
            if (max > Double.NEGATIVE_INFINITY) {
                double sum = IntStream.range(0, scores.length)
                        .mapToDouble(row -> Math.exp(SCALE * (scores[row] - max)))
                        .sum();
                assertThat(scan.logNormalizer(query)).isCloseTo(SCALE * max + Math.log(sum), within(1e-4));
            }
        }

        private double score(int query, int row) {
            if (items.gaps().get(row)) {
                return Double.NEGATIVE_INFINITY;
            }
            Matrix chunk = items.chunk(row / RowTable.CHUNK_ROWS);
            double score = 0;
            for (int c = 0; c < dim; c++) {
                score += (double) chunk.get(row % RowTable.CHUNK_ROWS, c) * states.get(query, c);
            }
            return score;
        }

        @Override
        public void close() {
            scan.close();
            items.close();
            block.close();
        }
    }
}
