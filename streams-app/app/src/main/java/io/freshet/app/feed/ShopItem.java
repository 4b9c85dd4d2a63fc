package io.freshet.app.feed;

import java.util.List;

/**
 * An item of the synthetic shop.
 *
 * @param category the only category of the item: the shop's topic
 * @param title the topic, words of the item's style, and words that say nothing
 * @param embedding numbers that depend on topic and style, with noise
 */
public record ShopItem(String itemId, String category, String title, List<Float> embedding) {
    public ShopItem {
        embedding = List.copyOf(embedding);
    }
}
