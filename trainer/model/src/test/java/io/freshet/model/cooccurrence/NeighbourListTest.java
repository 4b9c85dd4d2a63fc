package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NeighbourListTest {
    private static final CooccurrenceConfig THREE = new CooccurrenceConfig(10, 3, 100);

    private final NeighbourList list = new NeighbourList(0);

    @Test
    void shouldAddUpWeightsOfBothDirections() {
        list.addAfter(7, 100, THREE);
        list.addBefore(7, 30, THREE);
        list.addAfter(7, 5, THREE);
        list.addBefore(8, 1, THREE);

        assertThat(entries()).containsExactly("7: 105 after, 30 before", "8: 0 after, 1 before");
        assertThat(list.after()).isEqualTo(105);
        assertThat(list.total()).isEqualTo(136);
    }

    @Test
    void shouldReplaceTheFirstOfTheWeakestWhenThereIsNoRoom() {
        list.addAfter(1, 20, THREE);
        list.addAfter(2, 10, THREE);
        list.addBefore(3, 10, THREE);

        list.addAfter(4, 1, THREE);

        assertThat(entries()).containsExactly("1: 20 after, 0 before", "4: 1 after, 0 before", "3: 0 after, 10 before");
        assertThat(list.total()).isEqualTo(31);
    }

    @Test
    void shouldHalveAllWeightsAndDropWhatComesToNothingWhenTheTotalIsBeyondTheLimit() {
        CooccurrenceConfig one = new CooccurrenceConfig(10, 3, 1);
        list.addAfter(1, 1, one);
        list.addBefore(2, NeighbourList.NEAREST - 4, one);
        list.addAfter(2, 3, one);
        assertThat(list.total()).isEqualTo(NeighbourList.NEAREST);

        list.addAfter(3, 5, one);

        assertThat(entries())
                .containsExactly("2: 1 after, " + (NeighbourList.NEAREST / 2 - 2) + " before", "3: 2 after, 0 before");
        assertThat(list.after()).isEqualTo(3);
        assertThat(list.total()).isEqualTo(NeighbourList.NEAREST / 2 + 1);
    }

    private List<String> entries() {
        List<String> entries = new ArrayList<>();
        for (int place = 0; place < list.size(); place++) {
            entries.add(list.row(place) + ": " + list.after(place) + " after, " + list.before(place) + " before");
        }
        return entries;
    }
}
