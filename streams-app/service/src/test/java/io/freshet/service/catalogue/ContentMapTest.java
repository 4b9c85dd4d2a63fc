package io.freshet.service.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.client.item.CatalogueItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ContentMapTest {
    private static final int DIM = 8;
    private static final List<String> COLOURS = List.of("red", "green", "blue", "black");
    private static final List<String> KINDS = List.of("tea", "coats", "lamps");
    private static final CatalogueItem ABSENT = new CatalogueItem(List.of(), true);

    private final SplittableRandom random = new SplittableRandom(3);
    private final ItemContents contents = new ItemContents();
    private final ContentMap.Examples examples = new ContentMap.Examples(contents);

    @Test
    void shouldHaveTheSameFeaturesWhateverTheCaseTheSignsAndTheDefaultLocale() {
        CatalogueItem item = new CatalogueItem(List.of("tea"), true, "ISTANBUL tea, 250g", List.of());
        float[] expected = features(item);
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        try {
            assertThat(features(item)).isEqualTo(expected);
        } finally {
            Locale.setDefault(before);
        }
        assertThat(features(new CatalogueItem(List.of("tea"), false, " tea (250G) -istanbul", List.of())))
                .as("the same words")
                .isEqualTo(expected);
        assertThat(features(new CatalogueItem(List.of(), true, "ISTANBUL tea, 250g", List.of())))
                .as("a category is not a word")
                .isNotEqualTo(expected);
        assertThat(squares(expected))
                .as("title and category have length 1 each")
                .isCloseTo(2, within(1e-5));
        assertThat(features(new CatalogueItem(List.of(), true, "–", List.of()))).containsOnly(0f);
    }

    @Test
    void shouldNearlyKeepTheAnglesOfLongEmbeddings() {
        List<Float> one = numbers(768);
        List<Float> similar = new ArrayList<>();
        for (float number : one) {
            similar.add(number + (float) random.nextGaussian() / 2);
        }

        assertThat(cosine(one, similar)).isCloseTo(1 / Math.sqrt(1.25), within(.1));
        assertThat(cosine(one, numbers(768))).isCloseTo(0, within(.3));
    }

    @Test
    void shouldRecoverALinearMapFromWordsAndCategories() {
        float[][] ofColour = vectors(COLOURS.size());
        float[][] ofKind = vectors(KINDS.size());
        for (int i = 0; i < 400; i++) {
            int colour = random.nextInt(COLOURS.size());
            int kind = random.nextInt(KINDS.size());
            addExample(i, item(kind, colour), sum(ofColour[colour], ofKind[kind]));
        }
        ContentMap map = Objects.requireNonNull(examples.fit());

        assertThat(map.explained()).isGreaterThan(.85);
        for (int colour = 0; colour < COLOURS.size(); colour++) {
            ContentMap.Order order = map.order(ofColour[colour]);
            List<Double> scores = new ArrayList<>();
            for (int other = 0; other < COLOURS.size(); other++) {
                String id = "new-" + other;
                contents.put(id, item(0, other));
                scores.add(order.score(id, ABSENT));
            }
            double dot = 0;
            for (int c = 0; c < DIM; c++) {
                dot += ofColour[colour][c] * (ofColour[colour][c] - ofColour[(colour + 1) % COLOURS.size()][c]);
            }
            assertThat(scores.get(colour) - scores.get((colour + 1) % COLOURS.size()))
                    .as(COLOURS.get(colour))
                    .isCloseTo(dot, within(.3 * Math.abs(dot)));
        }
    }

    @Test
    void shouldRecoverALinearMapFromEmbeddings() {
        float[][] map = vectors(5);
        for (int i = 0; i < 400; i++) {
            List<Float> embedding = numbers(5);
            double length = Math.sqrt(
                    embedding.stream().mapToDouble(number -> number * number).sum());
            float[] vector = new float[DIM];
            for (int n = 0; n < 5; n++) {
                for (int c = 0; c < DIM; c++) {
                    vector[c] += (float) (embedding.get(n) / length) * map[n][c];
                }
            }
            addExample(i, new CatalogueItem(List.of(), true, null, embedding), vector);
        }

        assertThat(Objects.requireNonNull(examples.fit()).explained()).isGreaterThan(.85);
    }

    @Test
    void shouldSayThatContentsExplainNothingIfTheyDoNot() {
        for (int i = 0; i < 400; i++) {
            addExample(i, item(random.nextInt(KINDS.size()), random.nextInt(COLOURS.size())), vectors(1)[0]);
        }

        assertThat(Objects.requireNonNull(examples.fit()).explained()).isLessThan(.05);
    }

    @Test
    void shouldNotBeFittedToFewItems() {
        for (int i = 0; i < ContentMap.LEAST_EXAMPLES; i++) {
            assertThat(examples.fit()).isNull();
            addExample(i, item(0, i % COLOURS.size()), vectors(1)[0]);
        }

        assertThat(examples.fit()).isNotNull();
    }

    @Test
    void shouldIgnoreAndCountEmbeddingsWithAnotherLengthThanMost() {
        float[] direction = vectors(1)[0];
        for (int i = 0; i < 300; i++) {
            int sign = i % 2 == 0 ? 1 : -1;
            List<Float> embedding = i % 3 == 0 ? List.of(-1f * sign) : List.of(1f * sign, 1f * sign);
            float[] vector = direction.clone();
            for (int c = 0; c < DIM; c++) {
                vector[c] *= sign;
            }
            addExample(i, new CatalogueItem(List.of(), true, "x", embedding), vector);
        }
        contents.put("short", new CatalogueItem(List.of(), true, "x", List.of(1f)));
        contents.put("right", new CatalogueItem(List.of(), true, "x", List.of(1f, 1f)));

        ContentMap.Order order = Objects.requireNonNull(examples.fit()).order(direction);

        assertThat(contents.ignoredEmbeddings()).isEqualTo(101);
        contents.put("none", new CatalogueItem(List.of(), true, "x", List.of()));
        assertThat(order.score("short", ABSENT)).isEqualTo(order.score("none", ABSENT));
        assertThat(order.score("right", ABSENT)).isGreaterThan(order.score("none", ABSENT));
        for (int i = 0; i < 300; i++) {
            contents.put("item-" + i, i % 3 == 0 ? null : new CatalogueItem(List.of(), true, "x", List.of(1f)));
        }
        assertThat(contents.ignoredEmbeddings())
                .as("that of the item named right")
                .isEqualTo(1);
    }

    @Test
    void shouldForgetTheContentsOfRemovedItems() {
        long before = contents.changes();
        contents.put("a", new CatalogueItem(List.of("tea"), true));
        assertThat(contents.isEmpty()).as("neither title nor embedding").isTrue();
        assertThat(contents.changes()).isEqualTo(before);

        contents.put("a", item(0, 0));
        assertThat(examples.accepts("a")).isTrue();
        assertThat(contents.changes()).isNotEqualTo(before);

        contents.put("a", null);
        assertThat(examples.accepts("a")).isFalse();
        assertThat(contents.isEmpty()).isTrue();
    }

    private void addExample(int i, CatalogueItem item, float[] vector) {
        contents.put("item-" + i, item);
        examples.add("item-" + i, vector);
    }

    /** Returns an item whose title has a colour and a word that says nothing. */
    private CatalogueItem item(int kind, int colour) {
        return new CatalogueItem(
                List.of(KINDS.get(kind)), true, COLOURS.get(colour) + " no" + random.nextInt(30), List.of());
    }

    private float[][] vectors(int count) {
        float[][] vectors = new float[count][DIM];
        for (float[] vector : vectors) {
            for (int c = 0; c < DIM; c++) {
                vector[c] = (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    private List<Float> numbers(int count) {
        List<Float> numbers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            numbers.add((float) random.nextGaussian());
        }
        return numbers;
    }

    private static float[] sum(float[] a, float[] b) {
        float[] sum = a.clone();
        for (int c = 0; c < sum.length; c++) {
            sum[c] += b[c];
        }
        return sum;
    }

    private static float[] features(CatalogueItem item) {
        ItemFeatures features = ItemFeatures.of(item);
        int length = ItemFeatures.BUCKETS + ItemFeatures.embeddedLength(features.embeddingLength());
        int[] places = new int[length];
        float[] values = new float[length];
        float[] dense = new float[length];
        int count = features.copyTo(true, places, values);
        for (int i = 0; i < count; i++) {
            dense[places[i]] = values[i];
        }
        return dense;
    }

    private static double cosine(List<Float> a, List<Float> b) {
        ItemFeatures one = ItemFeatures.of(new CatalogueItem(List.of(), true, null, a));
        return one.dot(features(new CatalogueItem(List.of(), true, null, b)), true);
    }

    private static double squares(float[] vector) {
        double sum = 0;
        for (float number : vector) {
            sum += number * number;
        }
        return sum;
    }
}
