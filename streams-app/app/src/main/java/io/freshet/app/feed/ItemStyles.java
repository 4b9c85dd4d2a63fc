package io.freshet.app.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The styles of the synthetic shop's items, and the titles and embeddings that show them. Each item has one of {@value
 * #STYLES} styles, whatever its topic, and each user prefers one.
 *
 * <p>A title has the topic, two words, a word that says nothing and a number that says nothing. Each of the two words is one of
 * the three of the item's style, or, with probability {@value #ODD_WORD}, of a random style. An embedding is the sum of three
 * vectors of {@value #NUMBERS} standard normal numbers: the topic's, the style's, and one of the item alone.
 */
final class ItemStyles {
    static final int STYLES = 8;

    private static final double ODD_WORD = .1;
    private static final int WORDS = 2;
    private static final int NUMBERS = 16;

    private static final List<List<String>> WORDS_OF_STYLE = List.of(
            List.of("oak", "rustic", "brown"),
            List.of("steel", "modern", "grey"),
            List.of("linen", "nordic", "white"),
            List.of("velvet", "royal", "purple"),
            List.of("cotton", "sporty", "red"),
            List.of("leather", "classic", "black"),
            List.of("bamboo", "natural", "green"),
            List.of("neon", "street", "yellow"));

    private static final List<String> OTHER_WORDS = List.of(
            "new",
            "set",
            "deluxe",
            "basic",
            "plus",
            "pack",
            "original",
            "light",
            "mini",
            "large",
            "compact",
            "series",
            "model",
            "edition",
            "standard",
            "premium",
            "home",
            "daily",
            "gift",
            "best");

    private final SplittableRandom random;
    private final float[][] ofTopic; // (topics, NUMBERS)
    private final float[][] ofStyle; // (STYLES, NUMBERS)

    /** @param random used for nothing else, so that clicks do not depend on titles */
    ItemStyles(int topics, SplittableRandom random) {
        this.random = random;
        ofTopic = Stream.generate(this::normals).limit(topics).toArray(float[][]::new);
        ofStyle = Stream.generate(this::normals).limit(STYLES).toArray(float[][]::new);
    }

    private float[] normals() {
        float[] numbers = new float[NUMBERS];
        for (int i = 0; i < NUMBERS; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** Returns a random style. */
    int next() {
        return random.nextInt(STYLES);
    }

    String title(String topic, int style) {
        StringBuilder title = new StringBuilder(topic);
        for (int i = 0; i < WORDS; i++) {
            List<String> words = WORDS_OF_STYLE.get(random.nextDouble() < ODD_WORD ? next() : style);
            title.append(' ').append(words.get(random.nextInt(words.size())));
        }
        return title.append(' ')
                .append(OTHER_WORDS.get(random.nextInt(OTHER_WORDS.size())))
                .append(' ')
                .append(random.nextInt(1_000))
                .toString();
    }

    List<Float> embedding(int topic, int style) {
        float[] numbers = normals();
        List<Float> embedding = new ArrayList<>(NUMBERS);
        for (int i = 0; i < NUMBERS; i++) {
            embedding.add(numbers[i] + ofTopic[topic][i] + ofStyle[style][i]);
        }
        return embedding;
    }
}
