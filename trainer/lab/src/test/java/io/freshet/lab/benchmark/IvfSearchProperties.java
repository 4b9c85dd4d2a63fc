package io.freshet.lab.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.ivf.IvfIndexBuild;
import io.freshet.model.search.ItemScan;
import io.freshet.model.search.ItemSearch;
import io.freshet.model.search.IvfSearch;
import io.freshet.model.search.QueryBatch;
import io.freshet.model.search.RowFilter;
import io.freshet.model.search.SearchQuery;
import io.freshet.model.search.TopRows;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class IvfSearchProperties {
    private static final float SCALE = .8f;

    @Property(tries = 25)
    void shouldAnswerWithTheBestOfTheClustersThatItLooksAt(
            @ForAll @IntRange(min = 1, max = 9000) int items,
            @ForAll @IntRange(min = 1, max = 30) int k,
            @ForAll @IntRange(min = 1, max = 40) int passing,
            @ForAll boolean noise,
            @ForAll long seed) {
        try (Catalogue catalogue = new Catalogue(noise, items, seed)) {
            Random random = new Random(seed);
            SearchQuery question = new SearchQuery();
            int[] excluded = random.ints(20, 0, items).toArray();
            question.begin(excluded, excluded.length, row -> row % passing == 0);
            TopRows best = new TopRows();
            best.clear(k);
            try (IvfSearch scan = new IvfSearch(catalogue.dim())) {
                QueryBatch batch = catalogue.batch(List.of(question), k);
                if (scan.run(catalogue.table, catalogue.clusters, batch, 0, best)) {
                    assertThat(rows(best)).isEqualTo(catalogue.best(0, catalogue.scanned(scan), question, k));
                }
            }
        }
    }

    @Property(tries = 25)
    void shouldAnswerWithAsManyAsThereAreWhateverPasses(
            @ForAll @IntRange(min = 1, max = 9000) int items,
            @ForAll @IntRange(min = 1, max = ItemScan.QUERIES) int queries,
            @ForAll @IntRange(min = 1, max = 30) int k,
            @ForAll boolean noise,
            @ForAll long seed) {
        try (Catalogue catalogue = new Catalogue(noise, items, seed);
                ItemSearch search = new ItemSearch(catalogue.dim(), Products.forThisCpu(), 2)) {
            Random random = new Random(seed);
            List<SearchQuery> questions = new ArrayList<>();
            for (int query = 0; query < queries; query++) {
                int rare = 1 + random.nextInt(2 * items);
                SearchQuery question = new SearchQuery();
                question.begin(new int[0], 0, row -> row % rare == 0);
                questions.add(question);
            }
            search.run(catalogue.table, catalogue.clusters, catalogue.batch(questions, k));
            for (int query = 0; query < queries; query++) {
                SearchQuery question = questions.get(query);
                List<Integer> left = catalogue.all().stream()
                        .filter(row -> !question.excludes(row))
                        .toList();
                List<Integer> found = rows(search.best(query));
                assertThat(found).hasSize(Math.min(k, left.size())).doesNotHaveDuplicates();
                assertThat(left).containsAll(found);
            }
        }
    }

    @Example
    void shouldFindNearlyAllOfTheBestWhereVectorsLookTrained() {
        try (SyntheticVectors vectors = new SyntheticVectors(SyntheticVectors.Shape.TOPICS, 30_000, 64, 256);
                IvfTrial trial = new IvfTrial(vectors)) {
            SearchQuery question = new SearchQuery();
            question.begin(new int[0], 0, RowFilter.ALL);

            IvfQuality quality = trial.measure(List.of(question), 10);

            assertThat(quality.recall()).isGreaterThan(.9);
            assertThat(quality.rowsShare()).isLessThan(.5);
            assertThat(quality.scoreError()).isLessThan(.1);
        }
    }

    @Example
    void shouldTellTheNormaliserOfNoiseNearly() {
        try (Catalogue catalogue = new Catalogue(true, 30_000, 5);
                ItemSearch search = new ItemSearch(catalogue.dim(), Products.forThisCpu(), 1)) {
            SearchQuery question = new SearchQuery();
            question.beginOnly(new int[] {1}, 1);

            search.run(catalogue.table, catalogue.clusters, catalogue.batch(List.of(question), 10));

            assertThat(search.best(0).size()).isZero();
            assertThat(search.logNormalizer(0)).isCloseTo(catalogue.logNormalizer(0), within(.05));
        }
    }

    private static List<Integer> rows(TopRows best) {
        List<Integer> rows = new ArrayList<>();
        while (best.size() > 0) {
            rows.addFirst(best.worstRow());
            best.removeWorst();
        }
        return rows;
    }

    /** A table with gaps, its clusters, and queries. */
    private static final class Catalogue implements AutoCloseable {
        final SyntheticVectors vectors;
        final RowTable table;
        final Matrix states;
        final IvfIndex clusters;

        Catalogue(boolean noise, int items, long seed) {
            SyntheticVectors.Shape shape = noise ? SyntheticVectors.Shape.NOISE : SyntheticVectors.Shape.TOPICS;
            vectors = new SyntheticVectors(shape, items, 2 * Lanes.WIDTH, ItemScan.QUERIES);
            table = vectors.items();
            states = vectors.states();
            Random random = new Random(seed);
            for (int row = 0; row < items; row++) {
                if (random.nextInt(10) == 0) {
                    table.clear(row);
                }
            }
            try (IvfIndexBuild build = new IvfIndexBuild(table, seed)) {
                while (build.advance(table)) {
                    // until nothing is left
                }
                clusters = build.take();
            }
        }

        int dim() {
            return table.dim();
        }

        List<Integer> all() {
            return IntStream.range(0, table.rows())
                    .filter(row -> !table.gaps().get(row))
                    .boxed()
                    .toList();
        }

        /** Returns a batch with as many states as there are questions. */
        QueryBatch batch(List<SearchQuery> questions, int k) {
            return new QueryBatch(states.rows(0, questions.size()), SCALE, questions, k);
        }

        Set<Integer> scanned(IvfSearch scan) {
            Set<Integer> rows = new HashSet<>();
            for (int cluster = 0; cluster < clusters.count(); cluster++) {
                for (int i = 0; scan.hasScanned(cluster) && i < clusters.size(cluster); i++) {
                    rows.add(clusters.rowsOf(cluster)[i]);
                }
            }
            return rows;
        }

        List<Integer> best(int query, Iterable<Integer> of, SearchQuery question, int k) {
            List<Integer> rows = new ArrayList<>();
            for (int row : of) {
                if (!question.excludes(row)) {
                    rows.add(row);
                }
            }
            rows.sort(Comparator.comparingDouble((Integer row) -> -score(query, row))
                    .thenComparing(row -> row));
            return rows.subList(0, Math.min(k, rows.size()));
        }

        float score(int query, int row) {
            return Rows.dot(table.memory(row), table.at(row), states.memory(), states.at(query), dim());
        }

        double logNormalizer(int query) {
            return Math.log(all().stream()
                    .mapToDouble(row -> Math.exp(SCALE * score(query, row)))
                    .sum());
        }

        @Override
        public void close() {
            clusters.close();
            vectors.close();
        }
    }
}
