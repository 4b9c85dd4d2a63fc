package io.freshet.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("measures the memory of all tensors of the JVM")
final class FloatBlockTest {
    @Test
    void shouldCountWhatIsOpen() {
        long before = TensorMemory.usedBytes();
        try (FloatBlock block = FloatBlock.zeros(1_000)) {
            assertThat(TensorMemory.usedBytes())
                    .isEqualTo(before + block.memory().byteSize());
        }
        assertThat(TensorMemory.usedBytes()).isEqualTo(before);
    }

    @Test
    void shouldRefuseWhatDoesNotFitIntoItsBound() {
        long before = TensorMemory.usedBytes();
        assertThat(TensorMemory.maxBytes()).isPositive();

        assertThatThrownBy(() -> FloatBlock.zeros(TensorMemory.maxBytes() / Float.BYTES + 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("org.bytedeco.javacpp.maxbytes=" + TensorMemory.maxBytes());
        assertThat(TensorMemory.usedBytes()).isEqualTo(before);
    }
}
