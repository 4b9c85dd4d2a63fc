package io.freshet.model;

import io.freshet.clustering.ClusterBuild;
import io.freshet.clustering.ItemClusters;
import io.freshet.delta.Eviction;
import io.freshet.delta.ModelDelta;
import io.freshet.tensor.RowTable;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Clusters of a model's items, for answers that look at some of the items in place of all ({@link Scorer#answer(RecommenderModel,
 * ItemClusters, int, Answers)}). They follow the model's deltas at once. They are made, and made anew when half of the items have
 * left the clusters that they were in, in slices of some milliseconds.
 *
 * <p>{@link #apply} and {@link #close} must be called while nobody reads the model; {@link #advance} by one thread at a time,
 * while others read it. Owns its memory, the model's it does not.
 */
public final class ModelClusters implements AutoCloseable {
    private static final double MOVED_SHARE = .5;
    private static final long SEED = 1;
    private static final int SEARCHES = 2000;
    private static final int SEARCHES_OF_SLICE = 10;
    private static final int TRIED_K = 10;

    private final RecommenderModel model;
    private final int leastItems;
    private volatile @Nullable ItemClusters current;
    private @Nullable ClusterBuild build;
    private @Nullable ItemClusters made; // but not tried out
    private @Nullable ItemClusters replaced; // somebody may be reading it still
    private final Question tried = new Question();
    private final TopRows best = new TopRows();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private int searches;

    /**
     * No clusters yet.
     *
     * @param leastItems of the model for there to be clusters; 0 for never
     */
    public ModelClusters(RecommenderModel model, int leastItems) {
        this.model = model;
        this.leastItems = leastItems;
    }

    /** The clusters, until the next {@link #apply}; null while there are none. */
    public @Nullable ItemClusters current() {
        return current;
    }

    /** Does a slice of what there is to do; false if it was nothing. */
    public boolean advance() {
        RowTable items = model.items();
        if (build == null) {
            if (!isDue(items)) {
                return false;
            }
            build = new ClusterBuild(items, SEED);
        }
        if (made != null) {
            tryOut(items, made);
        } else if (!build.advance(items)) {
            made = build.take();
        }
        return true;
    }

    /** Searches so often that the search is compiled, for nobody, before it answers. */
    private void tryOut(RowTable items, ItemClusters clusters) {
        try (ClusterScan scan = new ClusterScan(items.dim())) {
            for (int i = 0; i < SEARCHES_OF_SLICE; i++) {
                int row = random.nextInt(items.rows());
                tried.begin(new int[] {row}, 1, RowFilter.ALL);
                best.clear(TRIED_K);
                scan.run(items, clusters, items.memory(row), items.at(row), 1f, tried, best);
            }
        }
        searches += SEARCHES_OF_SLICE;
        if (searches >= SEARCHES) {
            serve(clusters);
        }
    }

    private void serve(ItemClusters clusters) {
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
        ItemClusters clusters = current;
        if (leastItems == 0 || items.rows() - items.gapCount() < leastItems) {
            return false;
        }
        // One that was replaced is freed by the next delta: until then nothing has changed.
        return clusters == null || (replaced == null && clusters.moved() > MOVED_SHARE * clusters.rows());
    }

    /** Applies a whole delta to the model ({@link RecommenderModel#apply}), and brings the clusters up to it. */
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

    private static void settle(@Nullable ItemClusters clusters) {
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

    private static void free(@Nullable ItemClusters clusters) {
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
