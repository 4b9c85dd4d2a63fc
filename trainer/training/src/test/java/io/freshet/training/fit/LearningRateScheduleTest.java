package io.freshet.training.fit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
    @Test
    void shouldStayWhenConstant() {
        assertThat(LearningRateSchedule.CONSTANT.share(0, 10)).isEqualTo(1f);
        assertThat(LearningRateSchedule.CONSTANT.share(9, 10)).isEqualTo(1f);
    }

    @Test
    void shouldFallInAStraightLineTowardsZeroWhenLinear() {
        assertThat(LearningRateSchedule.LINEAR.share(0, 10)).isEqualTo(1f);
        assertThat(LearningRateSchedule.LINEAR.share(5, 10)).isEqualTo(0.5f);
        assertThat(LearningRateSchedule.LINEAR.share(9, 10)).isEqualTo(0.1f);
        assertThat(LearningRateSchedule.LINEAR.share(10, 10)).isZero();
    }
}
