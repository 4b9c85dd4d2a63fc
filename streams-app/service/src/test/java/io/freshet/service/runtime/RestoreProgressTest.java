package io.freshet.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class RestoreProgressTest {
    private static final TopicPartition ONE = new TopicPartition("changelog", 0);
    private static final TopicPartition OTHER = new TopicPartition("changelog", 1);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RestoreProgress progress = new RestoreProgress(registry);

    @Test
    void shouldSayWhatIsLeftOfAllPartitionsUntilTheyAreDone() {
        progress.onRestoreStart(ONE, "store", 100, 400);
        progress.onRestoreStart(OTHER, "store", 0, 50);
        assertThat(gauge("freshet.restore.partitions")).isEqualTo(2);
        assertThat(gauge("freshet.restore.remaining")).isEqualTo(350);

        progress.onBatchRestored(ONE, "store", 200, 90);
        assertThat(gauge("freshet.restore.remaining")).isEqualTo(260);

        progress.onRestoreEnd(ONE, "store", 90);
        progress.onRestoreSuspended(OTHER, "store", 0);
        assertThat(gauge("freshet.restore.partitions")).isZero();
        assertThat(gauge("freshet.restore.remaining")).isZero();
        assertThat(registry.get("freshet.restore.records").counter().count()).isEqualTo(90);
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }
}
