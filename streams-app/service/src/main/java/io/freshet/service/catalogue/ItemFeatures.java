package io.freshet.service.catalogue;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The contents of an item as numbers: its categories, the words of its title, and its embedding. Each of the three parts is
 * scaled to length 1, or is zero if the item has none of it. Immutable.
 *
 * <p>Categories and words share {@value #BUCKETS} features. The hash of a word determines its feature and its sign, so that
 * words with the same feature do not add up on average (Weinberger et al., "Feature Hashing for Large Scale Multitask
 * Learning", 2009). An embedding has a feature for each of its numbers. If it has more than {@value #MAX_EMBEDDED}, its numbers
 * share that many features in the same way, which nearly keeps the angles between embeddings.
 */
final class ItemFeatures {
    /** Number of features of categories and words. They precede those of the embedding. */
    static final int BUCKETS = 1 << 10;

    /** Maximum number of features of an embedding. */
    static final int MAX_EMBEDDED = 1 << 7;

    private static final int MAX_WORDS = 64;

    private final short[] buckets; // ascending
    private final float[] values; // (buckets)
    private final float[] embedded; // features of the embedding
    private final int embeddingLength;

    private ItemFeatures(Map<Short, Float> words, float[] embedded, int embeddingLength) {
        this.embedded = embedded;
        this.embeddingLength = embeddingLength;
        buckets = new short[words.size()];
        values = new float[words.size()];
        int place = 0;
        for (Map.Entry<Short, Float> word : words.entrySet()) {
            buckets[place] = word.getKey();
            values[place++] = word.getValue();
        }
    }

    static ItemFeatures of(CatalogueItem item) {
        Map<Short, Float> words = new TreeMap<>();
        hash(item.categories().stream().map(category -> "category " + category).toList())
                .forEach((bucket, value) -> words.merge(bucket, value, Float::sum));
        hash(wordsOf(item.title() == null ? "" : item.title()))
                .forEach((bucket, value) -> words.merge(bucket, value, Float::sum));
        return new ItemFeatures(
                words, embedded(item.embedding()), item.embedding().size());
    }

    /** Returns the first words of a title, in lower case. A word is a sequence of letters and digits. */
    private static List<String> wordsOf(String title) {
        String normal = Normalizer.normalize(title, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        return Stream.of(normal.split("[^\\p{L}\\p{M}\\p{N}]+", -1))
                .filter(word -> !word.isEmpty())
                .limit(MAX_WORDS)
                .toList();
    }

    private static Map<Short, Float> hash(List<String> words) {
        Map<Short, Float> sums = new TreeMap<>();
        for (String word : words) {
            long hash = CounterRandom.hash(word);
            sums.merge((short) (hash >>> 1 & BUCKETS - 1), (hash & 1) == 0 ? 1f : -1f, Float::sum);
        }
        double squares = sums.values().stream().mapToDouble(sum -> sum * sum).sum();
        sums.replaceAll((_, sum) -> squares == 0 ? 0 : (float) (sum / Math.sqrt(squares)));
        return sums;
    }

    private static float[] embedded(List<Float> embedding) {
        int length = embedding.size();
        double[] sums = new double[embeddedLength(length)];
        for (int i = 0; i < length; i++) {
            if (length == sums.length) {
                sums[i] = embedding.get(i);
            } else {
                long hash = CounterRandom.bits(length, i, Purpose.EXPLORATION, 0);
                sums[(int) (hash >>> 1 & MAX_EMBEDDED - 1)] += (hash & 1) == 0 ? embedding.get(i) : -embedding.get(i);
            }
        }
        double squares = Arrays.stream(sums).map(sum -> sum * sum).sum();
        float[] scaled = new float[sums.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = squares == 0 ? 0 : (float) (sums[i] / Math.sqrt(squares));
        }
        return scaled;
    }

    /** Returns the length of the embedding, or 0 if there is none. */
    int embeddingLength() {
        return embeddingLength;
    }

    /** Returns the number of features that an embedding of this length has. */
    static int embeddedLength(int embeddingLength) {
        return Math.min(embeddingLength, MAX_EMBEDDED);
    }

    /**
     * Returns the sum of the features, each multiplied by its weight.
     *
     * @param weights of the features of categories and words, then of those of the embedding
     * @param withEmbedding whether the embedding counts
     */
    double dot(float[] weights, boolean withEmbedding) {
        double sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += weights[buckets[i]] * values[i];
        }
        for (int i = 0; withEmbedding && i < embedded.length; i++) {
            sum += weights[BUCKETS + i] * embedded[i];
        }
        return sum;
    }

    /**
     * Writes the features that are not zero, in ascending order, with their values.
     *
     * @param withEmbedding whether to write those of the embedding
     * @return how many were written
     */
    int copyTo(boolean withEmbedding, int[] features, float[] to) {
        int count = 0;
        for (int i = 0; i < buckets.length; i++) {
            features[count] = buckets[i];
            to[count++] = values[i];
        }
        for (int i = 0; withEmbedding && i < embedded.length; i++) {
            features[count] = BUCKETS + i;
            to[count++] = embedded[i];
        }
        return count;
    }
}
