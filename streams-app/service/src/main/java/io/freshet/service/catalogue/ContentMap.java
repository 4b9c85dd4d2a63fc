package io.freshet.service.catalogue;

import io.freshet.client.item.CatalogueItem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A linear map from the contents of an item to the vector that the model would have for it, fitted to the items that the
 * model knows. With X the contents of these items, and Y their vectors minus the mean of the vectors, it is the ridge
 * regression
 *
 * <pre>
 * W = (XᵀX + λI)⁻¹ XᵀY,  λ = {@value #RIDGE}
 * </pre>
 *
 * <p>A query q gives an item with contents x the score {@code (xW)·q = x·(Wq)}. So {@link #order} multiplies the map with the
 * query once, and a score costs a multiplication for each feature of the item; no vectors of items are kept. Immutable.
 */
public final class ContentMap {
    /** Minimum number of items that a map is fitted to. */
    static final int LEAST_EXAMPLES = 64;

    private static final double RIDGE = 8;

    /** One in so many items is left out of the fit, to see how well the map predicts its vector. */
    private static final int TESTED = 8;

    private final ItemContents contents;
    private final int embeddingLength;
    private final int dim;
    private final float[][] weights; // (features, d); the row of a feature without an example is empty
    private final double explained;

    private ContentMap(ItemContents contents, List<ItemFeatures> items, List<float[]> vectors) {
        this.contents = contents;
        dim = vectors.getFirst().length;
        embeddingLength = contents.embeddingLength();
        weights = new float[ItemFeatures.BUCKETS + ItemFeatures.embeddedLength(embeddingLength)][0];
        float[] mean = mean(vectors);
        fit(items, vectors, mean);
        explained = explained(items, vectors, mean);
    }

    /** Items with their vectors, to which a map can be fitted. Not thread-safe. */
    public static final class Examples {
        private final ItemContents contents;
        private final List<ItemFeatures> items = new ArrayList<>();
        private final List<float[]> vectors = new ArrayList<>(); // (items, d)

        public Examples(ItemContents contents) {
            this.contents = contents;
        }

        /** Returns whether an item can be an example, because it has a title or an embedding. */
        public boolean accepts(String itemId) {
            return contents.of(itemId) != null;
        }

        /** Adds an item. One that has neither a title nor an embedding any more is left out. */
        public void add(String itemId, float[] vector) {
            ItemFeatures features = contents.of(itemId);
            if (features != null) {
                items.add(features);
                vectors.add(vector);
            }
        }

        public int size() {
            return items.size();
        }

        /** Returns a map that fits the examples, or null if there are less than {@value ContentMap#LEAST_EXAMPLES}. */
        public @Nullable ContentMap fit() {
            return items.size() < LEAST_EXAMPLES ? null : new ContentMap(contents, items, vectors);
        }
    }

    /**
     * Returns the share of the squared differences of vectors from their mean that the map explains, for items that are left
     * out of the fit. At most 1; 0 or less if the map predicts no better than the mean.
     */
    public double explained() {
        return explained;
    }

    /** Returns the mean of the vectors that are not left out. */
    private static float[] mean(List<float[]> vectors) {
        float[] mean = new float[vectors.getFirst().length];
        int fitted = vectors.size() - vectors.size() / TESTED;
        for (int i = 0; i < vectors.size(); i++) {
            if (!isTested(i)) {
                add(vectors.get(i), 1f / fitted, mean);
            }
        }
        return mean;
    }

    private void fit(List<ItemFeatures> items, List<float[]> vectors, float[] mean) {
        int[] features = new int[weights.length]; // of an item
        float[] values = new float[weights.length];
        int[] rowOf = new int[weights.length]; // of a feature, in the equations; 0 for none
        for (int i = 0; i < items.size(); i++) {
            if (!isTested(i)) {
                int count = copy(items.get(i), features, values);
                for (int a = 0; a < count; a++) {
                    rowOf[features[a]] = 1;
                }
            }
        }
        int rows = 0;
        for (int feature = 0; feature < rowOf.length; feature++) {
            rowOf[feature] = rowOf[feature] == 0 ? 0 : ++rows;
        }
        RidgeEquations equations = new RidgeEquations(rows, dim, RIDGE);
        for (int i = 0; i < items.size(); i++) {
            if (!isTested(i)) {
                int count = copy(items.get(i), features, values);
                for (int a = 0; a < count; a++) {
                    features[a] = rowOf[features[a]] - 1;
                }
                equations.add(features, values, count, difference(vectors.get(i), mean));
            }
        }
        float[][] solution = equations.solve();
        for (int feature = 0; feature < rowOf.length; feature++) {
            if (rowOf[feature] > 0) {
                weights[feature] = solution[rowOf[feature] - 1];
            }
        }
    }

    private double explained(List<ItemFeatures> items, List<float[]> vectors, float[] mean) {
        double all = 0;
        double unexplained = 0;
        int[] features = new int[weights.length];
        float[] values = new float[weights.length];
        for (int i = 0; i < items.size(); i++) {
            if (isTested(i)) {
                float[] rest = difference(vectors.get(i), mean);
                all += squares(rest);
                int count = copy(items.get(i), features, values);
                for (int a = 0; a < count; a++) {
                    add(weights[features[a]], -values[a], rest);
                }
                unexplained += squares(rest);
            }
        }
        return all > 0 ? 1 - unexplained / all : 0;
    }

    private static boolean isTested(int example) {
        return example % TESTED == TESTED - 1;
    }

    private int copy(ItemFeatures item, int[] features, float[] values) {
        return item.copyTo(usesEmbedding(item), features, values);
    }

    private boolean usesEmbedding(ItemFeatures item) {
        return item.embeddingLength() == embeddingLength;
    }

    private static void add(float[] vector, float factor, float[] to) {
        for (int c = 0; c < vector.length; c++) {
            to[c] += factor * vector[c];
        }
    }

    private static float[] difference(float[] vector, float[] mean) {
        float[] difference = vector.clone();
        add(mean, -1, difference);
        return difference;
    }

    private static double squares(float[] vector) {
        double sum = 0;
        for (float coordinate : vector) {
            sum += coordinate * coordinate;
        }
        return sum;
    }

    /**
     * Returns the order of items after a query.
     *
     * @param query (d) for instance the encoder's state after a history
     */
    public Order order(float[] query) {
        if (query.length != dim) {
            throw new IllegalArgumentException(
                    "a query must have as many numbers as a vector: query=" + query.length + " vector=" + dim);
        }
        float[] products = new float[weights.length];
        for (int feature = 0; feature < products.length; feature++) {
            float[] row = weights[feature];
            float sum = 0;
            for (int c = 0; c < row.length; c++) {
                sum += row[c] * query[c];
            }
            products[feature] = sum;
        }
        return new Order(products);
    }

    /** The scores of items by their contents, for one query. Immutable. */
    public final class Order {
        private final float[] products; // (features)

        private Order(float[] products) {
            this.products = products;
        }

        /**
         * Returns the score of an item.
         *
         * @param entry the item's entry of the catalogue, whose categories count if it has neither title nor embedding
         */
        public double score(String itemId, CatalogueItem entry) {
            ItemFeatures known = contents.of(itemId);
            ItemFeatures item = known == null ? ItemFeatures.of(entry) : known;
            return item.dot(products, usesEmbedding(item));
        }
    }
}
