package io.freshet.store.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowsByItemTest {
    @Test
    void shouldAnswerAsOneMapDoesWhenItemsComeAndGo() {
        RowsByItem rows = new RowsByItem();
        Map<String, Integer> expected = new HashMap<>();
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            String item = "item-" + random.nextInt(3_000);
            if (random.nextInt(3) == 0) {
                rows.remove(item);
                expected.remove(item);
            } else {
                assertThat(rows.putIfAbsent(item, i)).isEqualTo(expected.putIfAbsent(item, i));
            }
        }
        assertThat(rows.size()).isEqualTo(expected.size());
        for (int item = 0; item < 3_000; item++) {
            assertThat(rows.get("item-" + item)).isEqualTo(expected.get("item-" + item));
        }
    }

    @Test
    void shouldSpreadItemsOverItsShardsWhenTheirIdsAreNumbersOrAlike() {
        for (String prefix : new String[] {"", "B00", "item-", "https://shop.example/products/"}) {
            int[] items = new int[RowsByItem.SHARDS];
            for (int item = 0; item < 100_000; item++) {
                items[RowsByItem.shard(prefix + item)]++;
            }
            assertThat(Arrays.stream(items))
                    .allSatisfy(count -> assertThat(count).isBetween(300, 500));
        }
    }
}
