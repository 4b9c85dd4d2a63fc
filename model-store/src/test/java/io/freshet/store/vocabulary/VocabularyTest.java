package io.freshet.store.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {
    @Test
    void shouldNumberRowsInOrderOfArrivalWhenItemsAreNew() {
        Vocabulary vocabulary = new Vocabulary();
        assertThat(vocabulary.addIfAbsent("b")).isZero();
        assertThat(vocabulary.addIfAbsent("a")).isEqualTo(1);
        assertThat(vocabulary.addIfAbsent("b")).isZero();
        assertThat(vocabulary.size()).isEqualTo(2);
        assertThat(vocabulary.itemAt(1)).isEqualTo("a");
        assertThat(vocabulary.rowOf("a")).isEqualTo(1);
        assertThat(vocabulary.itemCount()).isEqualTo(2);
    }

    @Test
    void shouldHaveNoRowWhenTheItemIsUnknown() {
        Vocabulary vocabulary = new Vocabulary();
        assertThat(vocabulary.rowOf("a")).isEqualTo(Vocabulary.NOT_FOUND);
        assertThatThrownBy(() -> vocabulary.itemAt(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldGiveTheLowestFreeRowWhenItemsWereRemoved() {
        Vocabulary vocabulary = new Vocabulary();
        List.of("a", "b", "c", "d").forEach(vocabulary::addIfAbsent);
        vocabulary.remove(3);
        vocabulary.remove(1);
        assertThat(vocabulary.size()).isEqualTo(4);
        assertThat(vocabulary.itemCount()).isEqualTo(2);
        assertThat(vocabulary.rowOf("b")).isEqualTo(Vocabulary.NOT_FOUND);
        assertThat(vocabulary.addIfAbsent("d")).isEqualTo(1);
        assertThat(vocabulary.addIfAbsent("b")).isEqualTo(3);
        assertThat(vocabulary.addIfAbsent("e")).isEqualTo(4);
    }

    @Test
    void shouldRefuseToPutWhenTheRowIsTakenOrTheItemKnown() {
        Vocabulary vocabulary = new Vocabulary();
        vocabulary.put(1, "b");
        assertThat(vocabulary.isTaken(0)).isFalse();
        assertThatThrownBy(() -> vocabulary.put(1, "a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vocabulary.put(0, "b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vocabulary.remove(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(vocabulary.addIfAbsent("a")).isZero();
    }
}
