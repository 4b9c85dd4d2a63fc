package io.freshet.service.config.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestNameTest {
    @Test
    void shouldCountEditsWhenNamesDiffer() {
        assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("same", "same")).isZero();
    }

    @Test
    void shouldTakeTheFirstInTheAlphabetWhenTwoAreEquallyNear() {
        assertThat(NearestName.among(List.of("topb", "topa"), "top")).isEqualTo("topa");
    }
}
