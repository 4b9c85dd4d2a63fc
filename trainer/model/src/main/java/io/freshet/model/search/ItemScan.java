package io.freshet.model.search;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds, in one pass over the item table, the rows with the largest inner product for each of up to {@value #QUERIES}
 * queries, and the normaliser of the softmax over all rows. Exact except for float32 rounding. Of rows with equal scores,
 * the lower row is better.
 *
 * <p>A single query is multiplied with row after row ({@link RowScan}); several queries are multiplied with panels of the
 * table ({@link ProductScan}). The two add up an inner product in different orders, so that a score may differ in its last
 * bits. Within either method, a score depends on its query and its row only, and the result depends neither on the number
 * of workers nor on which worker scans which chunk.
 *
 * <p>Owns its scratch memory and its threads; not thread-safe. Once the scratch has grown to the largest table and
 * {@code k}, a scan by the calling thread alone allocates nothing.
 */
public final class ItemScan implements AutoCloseable {
    /** Maximum number of queries of a scan. */
    public static final int QUERIES = 64;

    /**
     * Less than any valid score. Maxima start at this value instead of -∞, because the difference of two infinities is NaN.
     */
    static final float LEAST = -1e30f;

    /**
     * Minimum number of chunks per worker for a single query, some 16 MiB of vectors of 64 floats: with less, waking a
     * worker costs more than it saves.
     */
    static final int CHUNKS_OF_WORKER = 16;

    private final Workers workers;
    private final int chunksOfWorker;
    private final List<Part> parts = new ArrayList<>();
    private final FloatBlock block;
    private final Matrix transposed; // (d, QUERIES)
    private final ChunkSums sums = new ChunkSums();
    private final AtomicInteger nextChunk = new AtomicInteger();

    /** Scratch memory and results of one thread. */
    private static final class Part {
        final RowScan rows = new RowScan();
        final ProductScan products;
        final TopRows[] best = new TopRows[QUERIES];

        Part(Products products) {
            this.products = new ProductScan(products);
            for (int query = 0; query < QUERIES; query++) {
                best[query] = new TopRows();
            }
        }

        void close() {
            rows.close();
            products.close();
        }

        void clear(QueryBatch batch) {
            for (int query = 0; query < batch.size(); query++) {
                best[query].clear(batch.wanted(query));
            }
        }
    }

    /**
     * Creates a scan of tables whose rows have {@code dim} floats.
     *
     * @param workerCount number of threads, including the caller's
     */
    public ItemScan(int dim, Products products, int workerCount) {
        this(dim, products, workerCount, CHUNKS_OF_WORKER);
    }

    /** @param chunksOfWorker minimum number of chunks per worker for a single query */
    ItemScan(int dim, Products products, int workerCount, int chunksOfWorker) {
        this.chunksOfWorker = chunksOfWorker;
        this.workers = new Workers(workerCount);
        this.block = FloatBlock.zeros((long) dim * QUERIES);
        this.transposed = Matrix.over(block.memory(), 0, dim, QUERIES);
        for (int i = 0; i < workerCount; i++) {
            parts.add(new Part(products));
        }
    }

    /** Scans the table. Its gaps are neither found nor counted. */
    public void run(RowTable items, QueryBatch batch) {
        int queries = batch.size();
        int chunks = items.chunkCount();
        sums.begin(chunks, queries);
        nextChunk.setPlain(0);
        if (queries > 1) {
            transposed.transposeFrom(batch.states(), QUERIES);
        }
        int used = Math.clamp(chunks / (queries == 1 ? chunksOfWorker : 1), 1, workers.count());
        for (int i = 0; i < used; i++) {
            parts.get(i).clear(batch);
        }
        if (used == 1) {
            scanChunks(parts.getFirst(), items, batch);
        } else {
            workers.run(used, i -> scanChunks(parts.get(i), items, batch));
        }
        for (int query = 0; query < queries; query++) {
            for (int i = 1; i < used; i++) {
                best(query).takeFrom(parts.get(i).best[query]);
            }
        }
    }

    /** Scans one chunk after another until none is left. */
    private void scanChunks(Part part, RowTable items, QueryBatch batch) {
        int chunks = items.chunkCount();
        for (int chunk = nextChunk.getAndIncrement(); chunk < chunks; chunk = nextChunk.getAndIncrement()) {
            if (batch.size() == 1) {
                part.rows.scan(items, chunk, batch, part.best[0], sums);
            } else {
                part.products.scan(items, chunk, batch, transposed, part.best, sums);
            }
        }
    }

    /** Returns the best rows of a query, valid until the next scan. */
    public TopRows best(int query) {
        return parts.getFirst().best[query];
    }

    /** Returns {@code log Σ exp(scale · s)} of a query over all rows. */
    public double logNormalizer(int query) {
        return sums.logNormalizer(query);
    }

    /** Returns the threads, for other work between two scans. */
    Workers workers() {
        return workers;
    }

    @Override
    public void close() {
        workers.close();
        parts.forEach(Part::close);
        block.close();
    }
}
