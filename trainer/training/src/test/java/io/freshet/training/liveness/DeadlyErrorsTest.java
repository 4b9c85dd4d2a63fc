package io.freshet.training.liveness;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class DeadlyErrorsTest {
    @Test
    void shouldThrowTheDeadlyErrorOnWhenItIsTheCause() {
        OutOfMemoryError deadly = new OutOfMemoryError("Java heap space");

        assertThatThrownBy(() -> DeadlyErrors.throwIfDeadly(new IllegalStateException(deadly)))
                .isSameAs(deadly);
    }

    @Test
    void shouldLeaveOtherErrorsToTheCaller() {
        assertThatCode(() -> {
                    DeadlyErrors.throwIfDeadly(new StackOverflowError());
                    DeadlyErrors.throwIfDeadly(new NoClassDefFoundError("x"));
                    DeadlyErrors.throwIfDeadly(new IllegalStateException("bug"));
                })
                .doesNotThrowAnyException();
    }
}
