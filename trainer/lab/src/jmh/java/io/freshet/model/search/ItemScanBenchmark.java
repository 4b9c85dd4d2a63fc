package io.freshet.model.search;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Searches for the ten best items, for one query and for many at once. */
public class ItemScanBenchmark extends KernelBenchmark {
    private static final int K = 10;
    private static final int EXCLUDED = 50;

    private final RowTable items = data.itemTable();
    private final Matrix states = data.matrix(ItemScan.QUERIES, D);
    private final List<SearchQuery> questions = new ArrayList<>();
    private final ItemScan scan = data.own(new ItemScan(D, Products.forThisCpu(), 1));

    @Setup
    public void setUp() {
        for (int query = 0; query < ItemScan.QUERIES; query++) {
            int[] excluded = new int[EXCLUDED];
            for (int i = 0; i < EXCLUDED; i++) {
                excluded[i] = scattered(query * EXCLUDED + i);
            }
            SearchQuery question = new SearchQuery();
            question.begin(excluded, EXCLUDED, RowFilter.ALL);
            questions.add(question);
        }
    }

    @Benchmark
    public TopRows one(CopyLimit limit) {
        limit.perCall(ITEMS * ROW_BYTES);
        return scan(1);
    }

    @Benchmark
    public TopRows many(SgemmLimit limit) {
        limit.perCall(2.0 * ITEMS * D * ItemScan.QUERIES);
        return scan(ItemScan.QUERIES);
    }

    private TopRows scan(int queries) {
        scan.run(items, new QueryBatch(states.rows(0, queries), 1f, questions, K));
        return scan.best(0);
    }
}
