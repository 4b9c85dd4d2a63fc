package io.freshet.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        assertThat(vocabulary.items(1, 2)).containsExactly("a");
    }

    @Test
    void shouldHaveNoRowWhenTheItemIsUnknown() {
        Vocabulary vocabulary = new Vocabulary();
        assertThat(vocabulary.rowOf("a")).isEqualTo(Vocabulary.NOT_FOUND);
        assertThatThrownBy(() -> vocabulary.itemAt(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
