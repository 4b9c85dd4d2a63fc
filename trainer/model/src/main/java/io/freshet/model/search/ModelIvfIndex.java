package io.freshet.model.search;

import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.ivf.IvfIndexBuild;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.ModelDelta;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Clusters of a model's items, for answers that examine some of the items instead of all of them
 * ({@link Scorer#answer(RecommenderModel, IvfIndex, int, TopKResults)}). Deltas of the model take effect in the
 * clusters at once. Clusters are built in slices of a few milliseconds. They are rebuilt when the number of items
 * that were added or have changed cluster exceeds half of all items.
 *
 * <p>{@link #apply} and {@link #close} must be called while no thread reads the model; {@link #advance} by one thread
 * at a time, while others may read the model. Owns its memory; borrows the model.
 */
public final class ModelIvfIndex implements AutoCloseable {
    private static final double MOVED_SHARE = .5;
    private static final long SEED = 1;
    private static final int SEARCHES = 2000;
    private static final int SEARCHES_OF_SLICE = 10;
    private static final int TRIED_K = 10;

    private final RecommenderModel model;
    private final int leastItems;
    private volatile @Nullable IvfIndex current;
    private @Nullable IvfIndexBuild build;
    private @Nullable IvfIndex made; // built, but not warmed up yet
    private @Nullable IvfIndex replaced; // may still have readers
    private final SearchQuery tried = new SearchQuery();
    private final TopRows best = new TopRows();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private int searches;

    /**
     * Starts without clusters.
     *
     * @param leastItems minimum number of items in the model for clusters to be built; 0 to build none
     */
    public ModelIvfIndex(RecommenderModel model, int leastItems) {
        this.model = model;
        this.leastItems = leastItems;
    }

    /** Returns the clusters, or null while there are none. Valid until the next {@link #apply}. */
    public @Nullable IvfIndex current() {
        return current;
    }

    /** Does a slice of the pending work. Returns false if there was none. */
    public boolean advance() {
        RowTable items = model.items();
        if (build == null) {
            if (!isDue(items)) {
                return false;
            }
            build = new IvfIndexBuild(items, SEED);
        }
        if (made != null) {
            tryOut(items, made);
        } else if (!build.advance(items)) {
            made = build.take();
        }
        return true;
    }

    /**
     * Runs a slice of the warm-up of new clusters, {@value #SEARCHES} searches whose results are discarded, so that
     * the JIT has compiled the search before it is used for answers.
     */
    private void tryOut(RowTable items, IvfIndex clusters) {
        try (IvfSearch scan = new IvfSearch(items.dim())) {
            for (int i = 0; i < SEARCHES_OF_SLICE; i++) {
                int row = random.nextInt(items.rows());
                tried.begin(new int[] {row}, 1, RowFilter.ALL);
                best.clear(TRIED_K);
                Matrix state = items.chunk(row / RowTable.CHUNK_ROWS).rows(row % RowTable.CHUNK_ROWS, 1);
                scan.run(items, clusters, new QueryBatch(state, 1f, List.of(tried), TRIED_K), 0, best);
            }
        }
        searches += SEARCHES_OF_SLICE;
        if (searches >= SEARCHES) {
            serve(clusters);
        }
    }

    private void serve(IvfIndex clusters) {
        replaced = current;
        current = clusters;
        made = null;
        searches = 0;
        if (build != null) {
            build.close();
            build = null;
        }
    }

    private boolean isDue(RowTable items) {
        IvfIndex clusters = current;
        if (leastItems == 0 || items.rows() - items.gapCount() < leastItems) {
            return false;
        }
        // Replaced clusters are freed by the next delta. Until then the model has not changed.
        return clusters == null || (replaced == null && clusters.moved() > MOVED_SHARE * clusters.rows());
    }

    /**
     * Applies a whole delta to the model ({@link RecommenderModel#apply}), and updates the clusters accordingly. The
     * caller must have checked the delta with {@link RecommenderModel#requireFits}: if the model rejects it here, its
     * rows stay outside the clusters.
     */
    public void apply(List<ModelDelta> parts) {
        free(replaced);
        replaced = null;
        if (current == null && build == null) {
            model.apply(parts);
            return;
        }
        BitSet changed = changed(parts);
        changed.stream().forEach(this::takeOut);
        model.apply(parts);
        changed.stream().forEach(this::put);
        settle(current);
        settle(made);
    }

    private static void settle(@Nullable IvfIndex clusters) {
        if (clusters != null) {
            clusters.settle();
        }
    }

    private static BitSet changed(List<ModelDelta> parts) {
        BitSet changed = new BitSet();
        for (Eviction eviction : parts.getFirst().evictions()) {
            eviction.rows().forEach(changed::set);
        }
        for (int row : parts.getFirst().newItemRows()) {
            changed.set(row);
        }
        for (ModelDelta part : parts) {
            for (int row : part.rows()) {
                changed.set(row);
            }
        }
        return changed;
    }

    private void takeOut(int row) {
        if (current != null) {
            current.takeOut(model.items(), row);
        }
        if (made != null) {
            made.takeOut(model.items(), row);
        } else if (build != null) {
            build.takeOut(model.items(), row);
        }
    }

    private void put(int row) {
        if (current != null) {
            current.put(model.items(), row);
        }
        if (made != null) {
            made.put(model.items(), row);
        } else if (build != null) {
            build.put(model.items(), row);
        }
    }

    private static void free(@Nullable IvfIndex clusters) {
        if (clusters != null) {
            clusters.close();
        }
    }

    @Override
    public void close() {
        free(replaced);
        free(made);
        free(current);
        if (build != null) {
            build.close();
        }
    }
}
