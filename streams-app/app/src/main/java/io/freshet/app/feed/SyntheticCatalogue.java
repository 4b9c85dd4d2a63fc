package io.freshet.app.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Items by topic with skewed popularity. Each item has a few followers that tend to be clicked after it. With the loyalty as
 * probability, each of them has the item's style.
 *
 * <p>The catalogue grows: a new item enters a topic and becomes a follower of some existing items, so that the
 * transitions between items change slowly.
 */
final class SyntheticCatalogue {
    private static final List<String> TOPIC_NAMES = List.of(
            "tea", "coffee", "bread", "cheese", "boots", "coats", "hats", "bags", "lamps", "chairs", "tables", "rugs",
            "bikes", "tents", "skis", "kayaks", "novels", "comics", "maps", "games", "drums", "guitars", "cameras",
            "clocks");

    static final int TOPICS = 24;

    /** Cumulative probabilities of the first, second and third follower. */
    private static final double[] FOLLOWER_SHARES = {.6, .85, 1};

    /** Skew of popularity within a topic: the first tenth of the items has a share of .1^(1/3), about .46. */
    private static final double SKEW = 3;

    /** Number of items that are drawn in the hope of one of the wanted style; the last one is taken anyway. */
    private static final int DRAWS = 40;

    private final List<List<Item>> itemsOfTopic = new ArrayList<>();
    private final int[] madeOfTopic = new int[TOPICS];
    private final ItemStyles styles;
    private final double loyalty;
    private final Consumer<ShopItem> listener;
    private int size;

    /**
     * A place in the catalogue with its followers, likeliest first. A follower may change when the catalogue changes.
     */
    static final class Item {
        private String id;
        private final int topic;
        private int style;
        private final Item[] followers = new Item[FOLLOWER_SHARES.length];

        private Item(String id, int topic, int style) {
            this.id = id;
            this.topic = topic;
            this.style = style;
        }

        String id() {
            return id;
        }

        int topic() {
            return topic;
        }
    }

    /**
     * Creates the first items.
     *
     * @param loyalty probability that a choice of an item is limited to those of one style; with 0, {@code random} and the items
     *     do not depend on the styles
     * @param listener receives each item as soon as it is in the catalogue, before any click on it
     */
    SyntheticCatalogue(
            int items, SplittableRandom random, ItemStyles styles, double loyalty, Consumer<ShopItem> listener) {
        this.styles = styles;
        this.loyalty = loyalty;
        this.listener = listener;
        for (int topic = 0; topic < TOPICS; topic++) {
            itemsOfTopic.add(new ArrayList<>());
        }
        for (int i = 0; i < items; i++) {
            add(i % TOPICS);
        }
        itemsOfTopic.forEach(items2 -> items2.forEach(item -> drawFollowers(item, random)));
    }

    int size() {
        return size;
    }

    /** Adds one item to a topic and makes it a follower of some of the topic's items. */
    void grow(SplittableRandom random) {
        int topic = random.nextInt(TOPICS);
        Item fresh = add(topic);
        drawFollowers(fresh, random);
        for (int i = 0; i < 3; i++) {
            popular(topic, fresh.style, random).followers[random.nextInt(FOLLOWER_SHARES.length)] = fresh;
        }
    }

    /**
     * Replaces the id of a random item, which is never clicked again, by a new one, and draws new followers for its
     * place.
     */
    void replace(SplittableRandom random) {
        int topic = random.nextInt(TOPICS);
        List<Item> items = itemsOfTopic.get(topic);
        Item place = items.get(random.nextInt(items.size()));
        place.id = nextId(topic);
        place.style = styles.next();
        announce(place);
        drawFollowers(place, random);
    }

    /**
     * Returns a random item of the topic, more often one that was added early. With the loyalty as probability, it has the
     * wanted style.
     */
    Item popular(int topic, int style, SplittableRandom random) {
        List<Item> items = itemsOfTopic.get(topic);
        return ofStyle(style, random, () -> items.get((int) (items.size() * Math.pow(random.nextDouble(), SKEW))));
    }

    private Item ofStyle(int style, SplittableRandom random, Supplier<Item> draw) {
        Item item = draw.get();
        if (loyalty > 0 && random.nextDouble() < loyalty) {
            for (int i = 1; i < DRAWS && item.style != style; i++) {
                item = draw.get();
            }
        }
        return item;
    }

    /** Returns a random follower of the item. */
    Item follower(Item item, SplittableRandom random) {
        double draw = random.nextDouble();
        int follower = 0;
        while (draw >= FOLLOWER_SHARES[follower]) {
            follower++;
        }
        return item.followers[follower];
    }

    private Item add(int topic) {
        List<Item> items = itemsOfTopic.get(topic);
        Item item = new Item(nextId(topic), topic, styles.next());
        items.add(item);
        size++;
        announce(item);
        return item;
    }

    private void announce(Item item) {
        String topic = TOPIC_NAMES.get(item.topic);
        listener.accept(new ShopItem(
                item.id, topic, styles.title(topic, item.style), styles.embedding(item.topic, item.style)));
    }

    private String nextId(int topic) {
        madeOfTopic[topic]++;
        return String.format(Locale.ROOT, "%s-%03d", TOPIC_NAMES.get(topic), madeOfTopic[topic]);
    }

    private void drawFollowers(Item item, SplittableRandom random) {
        List<Item> items = itemsOfTopic.get(item.topic);
        for (int i = 0; i < item.followers.length; i++) {
            item.followers[i] = ofStyle(item.style, random, () -> items.get(random.nextInt(items.size())));
        }
    }
}
