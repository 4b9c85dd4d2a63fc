package io.freshet.service.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.random.CounterRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CategoryIndexTest {
    private final CategoryIndex index = new CategoryIndex();
    private final ItemCatalogue catalogue = new ItemCatalogue(true, index, null);

    @Test
    void shouldFindEachItemOfACategoryOnceFromAnyPoint() {
        Set<String> items = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            put("tea-" + i, "tea");
            put("coat-" + i, "coats");
            items.add("tea-" + i);
        }
        for (long start : List.of(Long.MIN_VALUE, -1L, CounterRandom.hash("tea-7"), Long.MAX_VALUE)) {
            assertThat(all("tea", start)).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(items);
        }
        assertThat(all("tea", CounterRandom.hash("tea-7")).getFirst()).isEqualTo("tea-7");
        assertThat(all("hats", 0)).isEmpty();
    }

    @Test
    void shouldFollowTheCatalogue() {
        put("a", "tea", "gifts");
        put("b", "tea");
        put("a", "gifts", "hats");
        assertThat(all("tea", 0)).containsExactly("b");
        assertThat(all("hats", 0)).containsExactly("a");

        catalogue.put("b", new CatalogueItem(List.of("tea"), false));
        catalogue.put("a", null);

        assertThat(all("tea", 0)).isEmpty();
        assertThat(all("gifts", 0)).isEmpty();
        assertThat(index.rarity("gifts")).isZero();
        put("b", "tea");
        assertThat(all("tea", 0)).containsExactly("b");
    }

    @Test
    void shouldRateRareCategoriesHigher() {
        for (int i = 0; i < 9; i++) {
            put("item-" + i, "all", i == 0 ? "rare" : "common");
        }

        assertThat(index.rarity("rare")).isEqualTo(Math.log1p(18));
        assertThat(index.rarity("common")).isEqualTo(Math.log1p(18.0 / 8));
        assertThat(index.rarity("all")).isEqualTo(Math.log1p(2));
    }

    @Test
    void shouldLookAtNoMoreItemsThanAllowed() {
        for (int i = 0; i < 50; i++) {
            put("tea-" + i, "tea");
        }
        List<String> looked = new ArrayList<>();

        assertThat(index.first("tea", 0, 20, item -> !looked.add(item))).isNull();
        assertThat(looked).hasSize(20).doesNotHaveDuplicates();
    }

    private void put(String item, String... categories) {
        catalogue.put(item, new CatalogueItem(List.of(categories), true));
    }

    private List<String> all(String category, long start) {
        List<String> items = new ArrayList<>();
        index.first(category, start, Integer.MAX_VALUE, item -> !items.add(item));
        return items;
    }
}
