package io.freshet.app.feed;

/**
 * An item of the synthetic shop.
 *
 * @param category the only category of the item: the shop's topic
 */
public record ShopItem(String itemId, String category) {}
